"""A notice and whom it is for, made into a mail.

Pure: the same arguments give the same mail. What was typed by a person is cleaned of line breaks, control characters
and addresses here, and escaped by the HTML template.
"""

import functools
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.errors import NoticeError
from domain.mail import Mail, Recipient
from domain.notices import PROMPTS_PURCHASE, TO_SUPPORT, Notice, NoticeKind
from domain.profiles.links import harmless
from mails import certificate, letter, loan
from mails.content import Content

CONTENTS: Final[Mapping[NoticeKind, Callable[[Notice], Content]]] = {
    NoticeKind.LOAN_STARTED: loan.started,
    NoticeKind.LOAN_REMINDER: loan.reminder,
    NoticeKind.LOAN_ENDED: loan.ended,
    NoticeKind.LOAN_REVOKED: loan.revoked,
    NoticeKind.LETTER_REJECTED: letter.rejected,
    NoticeKind.LETTER_UNDER_REVIEW: letter.under_review,
    NoticeKind.REVIEW_NEEDED: letter.review_needed,
    NoticeKind.PAYMENT_RECEIVED: certificate.payment_received,
    NoticeKind.CERTIFICATE_REJECTED: certificate.rejected,
    NoticeKind.CERTIFICATE_ACTIVE: certificate.active,
    NoticeKind.CERTIFICATE_REMINDER: certificate.reminder,
    NoticeKind.CERTIFICATE_ENDED: certificate.ended,
}

NAME_IN_SUBJECT: Final = 40
"""Longest part of a company's name in a subject, so that phones still show what the mail is about."""


CONFIRMATION: Final = (
    (
        "Esta dirección quedó registrada para recibir por correo los avisos de la activación de un certificado "
        "digital, el que firma las facturas electrónicas de una empresa."
    ),
    "Si no la registraste, o no esperabas este aviso, responde este correo y la retiramos.",
)
"""What a new address reads first: it may be the address of somebody who never heard of us."""


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and where the links lead."""

    lender_name: str
    portal_url: str
    """Without a slash at its end."""

    @property
    def purchase_url(self) -> str:
        """Where the company buys its certificate."""
        return f"{self.portal_url}/comprar"

    @property
    def status_url(self) -> str:
        """Where the dates stand that count."""
        return f"{self.portal_url}/estado"


def compose(notice: Notice, recipient: Recipient | None, letterhead: Letterhead) -> Mail:
    """Return the mail; raises NoticeError naming the field that the notice lacks.

    `recipient` is None for a notice to support, which names the company by its id only. A new recipient is told the
    facts, and no name that somebody typed.
    """
    to_support = notice.kind in TO_SUPPORT
    if recipient is None and not to_support:
        raise NoticeError(
            f"notice {notice.kind.value} of {notice.company_id}: it is for the company, whose data is missing"
        )
    content = CONTENTS[notice.kind](notice)
    named = None if recipient is None or to_support or recipient.is_new else recipient
    company = None if named is None else _cleaned(named.legal_name)
    person = None if named is None else _cleaned(named.representative_name or "")
    values = {
        "content": content,
        "letterhead": letterhead,
        "company": company,
        "addressee": person or company,
        "confirmation": CONFIRMATION if recipient is not None and recipient.is_new and not to_support else (),
        "may_reply": not to_support,
        "prompts_purchase": notice.kind in PROMPTS_PURCHASE,
    }
    templates = _templates()
    return Mail(
        subject=_subject(content.subject, named),
        text=templates.get_template("mail.txt").render(values),
        html=templates.get_template("mail.html").render(values),
    )


def _subject(text: str, recipient: Recipient | None) -> str:
    if recipient is None:
        return text
    name = _cleaned(recipient.legal_name)
    return f"{text} · {name if len(name) <= NAME_IN_SUBJECT else name[: NAME_IN_SUBJECT - 1].rstrip() + '…'}"


def _cleaned(name: str) -> str:
    """Return a name on one line, without what breaks a header, turns the reading direction or becomes a link."""
    printable = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    return harmless("".join(printable))


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
