"""Mails over real SMTP: what arrives, and how each failure is told."""

import asyncio
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.smtp import SmtpMailer
from domain.errors import ActivaError, MailboxRefusedError, MailUnavailableError, MailUncertainError
from domain.mail import Mail, OutgoingMail, TakenMail
from stack.probes import free_port
from tests.support.smtp_servers import Mailbox, self_signed, serving

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
COMPANY, REPRESENTATIVE = "contabilidad@empresa.example", "maria.perez@empresa.example"
TEXT = "Su préstamo vence mañana.\n.\n" + "x" * 1200 + "\n"
OUTGOING = OutgoingMail(
    mail=Mail(subject="Su préstamo vence mañana · Ñandú S.A.S.", text=TEXT, html="<p>Su préstamo vence mañana.</p>"),
    to=(COMPANY, REPRESENTATIVE),
    message_id="<" + "ab" * 20 + "@lender.example>",
    reference="C1001/loan-reminder-1",
    prompts_purchase=False,
)


def mailer(port: int, **changes) -> SmtpMailer:
    fields = {
        "host": "127.0.0.1",
        "port": port,
        "sender": "avisos@lender.example",
        "sender_name": "Contabilidad Ágil S.A.S.",
        "reply_to": "ayuda@lender.example",
        "starttls": False,
    }
    return SmtpMailer(**(fields | changes))


async def test_both_parts_and_every_header_arrive():
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        delivery = await mailer(port).send(OUTGOING, NOW)
    (mail,) = mailbox.mails
    assert delivery == TakenMail()
    assert mailbox.taken[0].rcpt_tos == [COMPANY, REPRESENTATIVE]
    assert mailbox.taken[0].mail_from == "avisos@lender.example"
    assert mailbox.greeted_by == "lender.example"
    for name, value in {
        "From": '"Contabilidad Ágil S.A.S." <avisos@lender.example>',
        "Reply-To": "ayuda@lender.example",
        "To": f"{COMPANY}, {REPRESENTATIVE}",
        "Subject": OUTGOING.mail.subject,
        "Date": "Tue, 24 Nov 2026 13:00:00 +0000",
        "Message-ID": OUTGOING.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": "es-CO",
        "X-Entity-Ref-ID": "C1001/loan-reminder-1",
        "List-Unsubscribe": None,
    }.items():
        assert value == mail[name], name
    text, html = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert html.get_content().strip() == OUTGOING.mail.html


async def test_a_mail_that_asks_to_buy_says_how_to_stop_them():
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mailer(port).send(dataclasses.replace(OUTGOING, prompts_purchase=True), NOW)
    (mail,) = mailbox.mails
    assert (
        (mail["List-Unsubscribe"])
        == "<mailto:ayuda@lender.example?subject=No%20deseo%20recordatorios%20%28C1001/loan-reminder-1%29>"
    )
    assert "List-Unsubscribe-Post" not in mail


async def test_long_headers_for_machines_are_not_encoded_as_prose():
    reference = "C" * 64 + "/" + "n" * 120
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mailer(port).send(dataclasses.replace(OUTGOING, reference=reference, prompts_purchase=True), NOW)
    raw = mailbox.taken[0].content
    assert f"\r\nX-Entity-Ref-ID: {reference}\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe: <mailto:" in raw
    assert all(len(line) <= 998 for line in raw.splitlines())


async def test_an_address_with_an_accent_is_written_to():
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        await mailer(port).send(dataclasses.replace(OUTGOING, to=("señora@empresa.example",)), NOW)
    assert mailbox.taken[0].rcpt_tos == ["señora@empresa.example"]


async def test_an_address_with_an_accent_is_refused_when_the_server_takes_none():
    async with serving(Mailbox(takes_accents=False)) as port:
        with pytest.raises(MailboxRefusedError, match="beyond ASCII"):
            await mailer(port).send(dataclasses.replace(OUTGOING, to=("señora@empresa.example",)), NOW)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        pytest.param("contacto@panadería.com.co", "contacto@xn--panadera-i2a.com.co", id="accent"),
        pytest.param("contacto@PANADERÍA.com.co", "contacto@xn--panadera-i2a.com.co", id="capitals"),
        pytest.param("contacto@niño.españa.example", "contacto@xn--nio-8ma.xn--espaa-rta.example", id="two labels"),
    ],
)
@pytest.mark.parametrize("takes_accents", [True, False])
async def test_a_domain_with_an_accent_is_written_to_in_its_plain_form(address: str, written: str, takes_accents: bool):
    mailbox = Mailbox(takes_accents=takes_accents)
    async with serving(mailbox) as port:
        delivery = await mailer(port).send(dataclasses.replace(OUTGOING, to=(address,)), NOW)
    assert (delivery, mailbox.taken[0].rcpt_tos, mailbox.mails[0]["To"]) == (TakenMail(), [written], written)


@pytest.mark.parametrize(
    "address", ["señora@empresa.example", f"ana@{'ñ' * 70}.example"], ids=["user", "no such domain"]
)
async def test_an_address_that_this_server_can_not_take_spoils_no_other(address: str):
    mailbox = Mailbox(takes_accents=False)
    async with serving(mailbox) as port:
        delivery = await mailer(port).send(dataclasses.replace(OUTGOING, to=(address, REPRESENTATIVE)), NOW)
    assert delivery == TakenMail(dead=(address,))
    assert (mailbox.taken[0].rcpt_tos, mailbox.mails[0]["To"]) == ([REPRESENTATIVE], REPRESENTATIVE)


@pytest.mark.parametrize(
    "injected",
    [
        dataclasses.replace(OUTGOING, mail=dataclasses.replace(OUTGOING.mail, subject="Aviso\r\nBcc: otro@example.co")),
        dataclasses.replace(OUTGOING, to=("maria@empresa.example\r\nBcc: otro@example.co",)),
    ],
    ids=["subject", "address"],
)
async def test_a_line_break_cannot_add_a_header(injected: OutgoingMail):
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        with pytest.raises(MailboxRefusedError, match="can't be written") as caught:
            await mailer(port).send(injected, NOW)
    assert "otro" not in str(caught.value)
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        pytest.param("550 no such user", TakenMail(dead=(COMPANY,)), id="for good"),
        pytest.param("451 4.7.1 Greylisted", TakenMail(later=(COMPANY,)), id="for now"),
    ],
)
async def test_one_address_refused_of_two_is_told_and_the_other_gets_the_mail(answer: str, left: TakenMail):
    mailbox = Mailbox(answer_to_recipient=lambda to: answer if to == COMPANY else "250 OK")
    async with serving(mailbox) as port:
        delivery = await mailer(port).send(OUTGOING, NOW)
    assert delivery == left
    assert mailbox.taken[0].rcpt_tos == [REPRESENTATIVE]


ALL = "550 5.1.1 <maria.perez@empresa.example> unknown"
LATER = "451 4.7.1 <maria.perez@empresa.example> greylisted"


@pytest.mark.parametrize(
    ("mailbox", "expected", "text"),
    [
        pytest.param(
            Mailbox(answer_to_recipient=lambda _: ALL),
            MailboxRefusedError,
            r"RCPT: .*\(550\)",
            id="every address refused",
        ),
        pytest.param(
            Mailbox(answer_to_recipient=lambda _: LATER),
            MailUnavailableError,
            r"RCPT: .*\(451\)",
            id="every address later",
        ),
        pytest.param(
            Mailbox(answer_to_recipient=lambda to: ALL if to == COMPANY else LATER),
            MailUnavailableError,
            r"RCPT: .*\(451, 550\)",
            id="one address later, the other refused",
        ),
        pytest.param(
            Mailbox(answer_to_sender="530 log in"), MailUnavailableError, r"MAIL: .*\(530\)", id="sender refused"
        ),
        pytest.param(Mailbox(drop_at_recipient=True), MailUnavailableError, "RCPT: ", id="cut off before the mail"),
        pytest.param(
            Mailbox(answer_to_data=LATER), MailUnavailableError, r"DATA: .*\(451\)", id="mail refused for now"
        ),
        pytest.param(Mailbox(answer_to_data=ALL), MailboxRefusedError, r"DATA: .*\(550\)", id="mail refused for good"),
        pytest.param(
            Mailbox(drop_after_data=True), MailUncertainError, "DATA: .*may have been taken", id="cut off after"
        ),
    ],
)
async def test_each_failure_is_told_apart_and_names_no_address(
    mailbox: Mailbox, expected: type[ActivaError], text: str
):
    async with serving(mailbox) as port:
        with pytest.raises(ActivaError, match=text) as caught:
            await mailer(port).send(OUTGOING, NOW)
    assert expected is type(caught.value)
    assert "@" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_an_answer_that_does_not_come_is_uncertain():
    mailbox = Mailbox(hang_after_data=asyncio.Event())
    async with serving(mailbox) as port:
        with pytest.raises(MailUncertainError, match="SMTPReadTimeoutError"):
            await mailer(port, data_seconds=0.1).send(OUTGOING, NOW)
        mailbox.hang_after_data.set()


async def test_nobody_listening_is_a_server_out_of_reach():
    with pytest.raises(MailUnavailableError, match=r"mail server, connect: SMTPConnectError$"):
        await mailer(free_port()).send(OUTGOING, NOW)


async def test_starttls_with_a_trusted_certificate_delivers(tmp_path: Path):
    mailbox = Mailbox()
    server_side, client_side = self_signed(tmp_path)
    async with serving(mailbox, tls=server_side) as port:
        await mailer(port, starttls=True, tls_context=client_side).send(OUTGOING, NOW)
    assert len(mailbox.taken) == 1


async def test_an_untrusted_certificate_gets_nothing(tmp_path: Path):
    mailbox = Mailbox()
    server_side, _ = self_signed(tmp_path)
    async with serving(mailbox, tls=server_side) as port:
        with pytest.raises(MailUnavailableError, match="connect: "):
            await mailer(port, starttls=True).send(OUTGOING, NOW)
    assert mailbox.taken == []


async def test_a_server_without_starttls_gets_nothing_when_it_is_asked_for():
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        with pytest.raises(MailUnavailableError, match="connect: "):
            await mailer(port, starttls=True).send(OUTGOING, NOW)
    assert mailbox.taken == []


def test_the_password_is_not_shown():
    assert "s3cret" not in repr(mailer(25, username="avisos", password="s3cret"))
