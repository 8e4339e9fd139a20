"""What every mail says, and what it must never do."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from domain.errors import NoticeError
from domain.notices import PROMPTS_PURCHASE, TO_SUPPORT, Addressee, NoticeKind
from tests.support.mails.notices import COMPANY, ENDS_ON, FIELDS, LAST_SAFE_ON, REASONS, composed

EVERY_KIND = pytest.mark.parametrize("kind", list(NoticeKind))
REMINDERS = pytest.mark.parametrize("kind", [NoticeKind.LOAN_REMINDER, NoticeKind.CERTIFICATE_REMINDER])
PAGE_TAGS = {"html", "head", "meta", "title", "body", "table", "tr", "td"}
TEXT_TAGS = {"h1", "p", "span", "strong", "br", "ul", "li", "a"}


class Page(HTMLParser):
    """The words, the links and the attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.links, self.tags, self.attributes = "", [], set(), set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def flat(text: str) -> str:
    return " ".join(text.split())


@EVERY_KIND
def test_both_parts_say_the_same(kind: NoticeKind):
    mail = composed(kind)
    words = flat(Page(mail.html).words)
    assert len(words) > 150
    links = re.compile(r": https://\S+|^- |^--$")
    for line in mail.text.splitlines():
        assert flat(links.sub("", line)) in words


@EVERY_KIND
def test_a_new_address_reads_why_it_is_written_to_and_no_name_in_both_parts_alike(kind: NoticeKind):
    mail, named = composed(kind, replace(COMPANY, is_new=True)), composed(kind)
    said = mail.subject + mail.text + mail.html
    assert not [name for name in ("Comercial", "Andina", "María", "Pérez") if name in said]
    words = flat(Page(mail.html).words)
    for line in mail.text.splitlines():
        assert flat(re.sub(r": https://\S+|^- |^--$", "", line)) in words
    if kind not in TO_SUPPORT:
        assert "Si no la registraste, o no esperabas este aviso, responde este correo y la retiramos." in mail.text
        assert "quedó registrada" not in named.text


@EVERY_KIND
def test_nothing_is_fetched_and_every_link_leads_to_the_portal(kind: NoticeKind):
    mail = composed(kind)
    page = Page(mail.html)
    assert page.tags <= PAGE_TAGS | TEXT_TAGS
    assert not page.attributes & {"src", "srcset", "background", "poster"}
    assert "url(" not in mail.html
    assert "https://activa.example/estado" in page.links
    for address in re.findall(r"https?:[^\s\"<]*", mail.html + mail.text):
        assert address in {"https://activa.example/estado", "https://activa.example/comprar"}


@EVERY_KIND
def test_a_name_that_is_markup_is_shown_not_run(kind: NoticeKind):
    html = composed(
        kind, replace(COMPANY, legal_name="<script>alert(1)</script>", representative_name='"><img src=x>')
    ).html
    assert "<script" not in html
    assert "<img" not in html


@EVERY_KIND
def test_a_name_with_line_breaks_stays_on_the_subjects_line(kind: NoticeKind):
    mail = composed(kind, replace(COMPANY, legal_name="Andina\r\nBcc: otro@example.co\u2028\u202e\x00S.A.S."))
    assert len(mail.subject.splitlines()) == 1
    assert not re.search("[\x00-\x1f\u2028\u202e]", mail.subject + mail.html.replace("\n", ""))
    if kind not in TO_SUPPORT:
        assert "Andina Bcc: otro @ example. co S.A.S." in mail.html


@EVERY_KIND
@pytest.mark.parametrize("name", ["visita banco.example.co", "https://evil.example/x", "www.evil.co", "ana@evil.co"])
def test_a_name_that_is_an_address_is_no_link_in_any_mail(kind: NoticeKind, name: str):
    mail = composed(kind, replace(COMPANY, legal_name=name, representative_name=f"Ana, {name}"))
    said = mail.subject + mail.text + Page(mail.html).words
    own = re.sub(r"https://activa\.example/\w+", "", said)
    assert not re.search(r"://|\bwww\.\S|\S@\S+\.\w|\w\.(co|example)\b", own)
    assert {*Page(mail.html).links} <= {"https://activa.example/estado", "https://activa.example/comprar"}


@EVERY_KIND
def test_the_subject_is_short_even_for_a_long_name(kind: NoticeKind):
    assert len(composed(kind, replace(COMPANY, legal_name="Ñandú " * 30)).subject) <= 100


@EVERY_KIND
def test_the_dates_and_the_money_of_the_notice_are_said(kind: NoticeKind):
    mail = composed(kind)
    said = {
        "starts_on": "24 de noviembre de 2026",
        "ends_on": "24 de diciembre de 2026",
        "last_safe_purchase_on": "9 de diciembre de 2026",
        "amount_cop": "$297.500",
    }
    for field in FIELDS[kind].keys() & said.keys():
        assert said[field] in mail.text, field


@EVERY_KIND
def test_a_field_that_the_mail_cannot_do_without_is_named(kind: NoticeKind):
    for field in FIELDS[kind]:
        without = {field: () if field == "reasons" else None}
        if (kind, field) in OPTIONAL:
            composed(kind, **without)
            continue
        with pytest.raises(NoticeError, match=f"notice {kind.value} of C1001: {field} is missing"):
            composed(kind, **without)


OPTIONAL = {
    (NoticeKind.LOAN_ENDED, "days_left"),
    (NoticeKind.CERTIFICATE_ENDED, "days_left"),
    (NoticeKind.REVIEW_NEEDED, "reasons"),
    (NoticeKind.PAYMENT_RECEIVED, "ends_on"),
}


@REMINDERS
@pytest.mark.parametrize(
    ("days_left", "words"),
    [(15, "vence en 15 días"), (2, "vence en 2 días"), (1, "vence mañana"), (0, "vence hoy")],
)
def test_a_reminder_says_the_days_left_in_words(kind: NoticeKind, days_left: int, words: str):
    mail = composed(kind, days_left=days_left)
    assert words in mail.subject
    assert words in mail.text


@REMINDERS
def test_a_reminder_links_to_the_purchase_and_says_which_date_counts(kind: NoticeKind):
    mail = composed(kind)
    assert "https://activa.example/comprar" in Page(mail.html).links
    assert "https://activa.example/comprar" in mail.text
    assert "La fecha que cuenta es la que aparece en tu página de estado." in mail.text
    assert kind in PROMPTS_PURCHASE
    assert "Si no deseas recibir recordatorios" in mail.text


@REMINDERS
@pytest.mark.parametrize(
    ("sent_on", "words"),
    [
        pytest.param(LAST_SAFE_ON - timedelta(1), "Compra a más tardar el 9 de diciembre de 2026", id="the day before"),
        pytest.param(LAST_SAFE_ON, "Compra hoy mismo, el 9 de diciembre de 2026", id="the very day"),
        pytest.param(LAST_SAFE_ON + timedelta(1), "ya pasó. Compra hoy mismo", id="the day after"),
    ],
)
def test_a_reminder_says_whether_buying_is_still_safe(kind: NoticeKind, sent_on: date, words: str):
    text = composed(kind, days_left=(ENDS_ON - sent_on).days).text
    assert words in text
    assert "tu facturación electrónica podría interrumpirse" in text


def test_a_reminder_of_a_loan_that_has_ended_is_not_written():
    with pytest.raises(NoticeError, match="days_left is -1; send loan_ended"):
        composed(NoticeKind.LOAN_REMINDER, days_left=-1)


@pytest.mark.parametrize(("days_left", "words"), [(-1, "venció hace 1 día"), (-3, "venció hace 3 días")])
def test_a_loan_that_has_ended_says_since_when(days_left: int, words: str):
    assert words in composed(NoticeKind.LOAN_ENDED, days_left=days_left).text


@pytest.mark.parametrize(
    "kind", [NoticeKind.LETTER_REJECTED, NoticeKind.LETTER_UNDER_REVIEW, NoticeKind.CERTIFICATE_REJECTED]
)
def test_the_reasons_are_listed(kind: NoticeKind):
    mail = composed(kind)
    assert "- Falta la firma del representante legal.\n- El folio no corresponde a tu carta.\n" in mail.text
    assert mail.html.count("<li") == 2


@pytest.mark.parametrize("kind", [NoticeKind.CERTIFICATE_ACTIVE, NoticeKind.CERTIFICATE_REMINDER])
def test_the_first_day_of_renewal_is_said_when_it_is_still_to_come(kind: NoticeKind):
    assert "Podrás renovarlo desde: 24 de noviembre de 2026" in composed(kind, renewal_from=date(2026, 11, 24)).text
    assert "renovarlo" not in composed(kind).text


def test_a_purchase_is_not_offered_before_the_first_day_of_renewal():
    early = composed(NoticeKind.CERTIFICATE_REMINDER, days_left=60, renewal_from=date(2026, 11, 24))
    assert "Podrás comprar la renovación desde el 24 de noviembre de 2026." in early.text
    assert "/comprar" not in early.text + early.html


@pytest.mark.parametrize(
    ("sent_on", "signs"), [(date(2026, 11, 23), False), (date(2026, 11, 24), True), (date(2026, 11, 25), True)]
)
def test_a_certificate_that_is_not_valid_yet_is_not_said_to_sign(sent_on: date, signs: bool):
    mail = composed(NoticeKind.CERTIFICATE_ACTIVE, days_left=(ENDS_ON - sent_on).days)
    assert ("está activo" in mail.subject) is signs
    assert ("está activo y firma" in mail.text) is signs
    assert ("ese préstamo terminó" in mail.text) is signs
    assert ("firmará tus facturas electrónicas desde el 24 de noviembre de 2026" in mail.text) is not signs


def test_a_loan_started_late_says_that_the_safe_date_has_passed():
    late = composed(NoticeKind.LOAN_STARTED, days_left=(ENDS_ON - LAST_SAFE_ON).days - 1)
    assert "ya pasó. Compra hoy mismo" in late.text
    assert "ya pasó" not in composed(NoticeKind.LOAN_STARTED).text


def test_a_revoked_loan_says_why_when_a_reason_is_given():
    assert "por lo siguiente:\n\n- Falta la firma" in composed(NoticeKind.LOAN_REVOKED, reasons=REASONS[:1]).text
    assert "lo siguiente" not in composed(NoticeKind.LOAN_REVOKED).text


def test_support_is_told_the_companys_id_and_nothing_personal():
    mail = composed(NoticeKind.REVIEW_NEEDED, COMPANY)
    everything = mail.subject + mail.text + mail.html
    assert "C1001" in mail.subject
    assert not [word for word in ("Andina", "María", "Pérez", "@") if word in everything]
    assert mail == composed(NoticeKind.REVIEW_NEEDED, None)


def test_a_mail_to_the_company_is_not_written_without_its_data():
    with pytest.raises(NoticeError, match=r"loan_revoked of C1001: .*data is missing"):
        composed(NoticeKind.LOAN_REVOKED, None)


def test_a_company_without_a_representative_yet_is_written_to():
    alone = replace(COMPANY, representative_name=None, representative_email=None)
    mail = composed(NoticeKind.PAYMENT_RECEIVED, alone)
    assert "Hola, Comercial Andina S.A.S.:" in mail.text
    assert "Hola, Comercial Andina S.A.S.:" in mail.html


def test_a_known_representative_is_greeted_and_the_company_named():
    mail = composed(NoticeKind.PAYMENT_RECEIVED)
    assert "Hola, María Pérez:" in mail.text
    assert mail.text.startswith("Comercial Andina S.A.S.\n")


@EVERY_KIND
def test_every_mail_speaks_with_the_familiar_you(kind: NoticeKind):
    mail = composed(kind, renewal_from=date(2026, 11, 24))
    formal = r"usted(es)?|vos|vosotros|adjunte|cargue|compre|corrija|desea|envíe|necesita ayuda|responda|revise|sus?"
    without_possession = re.sub(
        r"su propio certificado|su último día|sus fechas|tu empresa necesita su", "", f"{mail.subject} {mail.text}"
    )
    assert not re.search(rf"\b({formal})\b", without_possession, re.IGNORECASE)


def test_what_is_personal_does_not_show_in_a_repr():
    shown = repr(COMPANY) + repr(composed(NoticeKind.LOAN_STARTED))
    assert not [word for word in ("Andina", "María", "@") if word in shown]


def test_two_addresses_that_are_the_same_get_one_mail():
    company, representative = Addressee
    assert COMPANY.addresses == {
        "contabilidad@andina.example": (company,),
        "maria.perez@andina.example": (representative,),
    }
    same = replace(COMPANY, representative_email="Contabilidad@Andina.example")
    assert same.addresses == {COMPANY.company_email: (company, representative)}
    assert replace(COMPANY, representative_email=None).addresses == {COMPANY.company_email: (company,)}
