"""What a mail says, before it becomes text and HTML: one content for both, so that they can't differ.

Every text here is plain; the templates escape it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from domain.errors import MessageError
from domain.notices import Notice
from mails import spanish

T = TypeVar("T")

PROMISE: Final = (
    "Enviamos este recordatorio como una ayuda. La fecha que cuenta es la que aparece en su página de estado."
)


@dataclass(frozen=True)
class Content:
    """The parts of a mail, in the order in which they are read; what is empty is left out."""

    subject: str
    """Without the company's name, which is added to it."""
    heading: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    """What to remember, as label and value."""
    reasons: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    offers_purchase: bool = False
    """Whether the link to buy stands beside the link to the status page."""


def given(value: T | None, field: str, notice: Notice) -> T:
    """Return a field that this kind of notice can't do without, or raise MessageError naming it."""
    if value is None:
        raise MessageError(f"notice {notice.kind.value} of {notice.company_id}: {field} is missing")
    return value


def reasons_of(notice: Notice) -> tuple[str, ...]:
    """Return the reasons' messages; a notice that exists to tell them can't do without."""
    return tuple(reason.message for reason in given(notice.reasons or None, "reasons", notice))


def purchase_advice(last_safe_on: date, ends_on: date, days_left: int) -> str:
    """Say until when buying is safe, or plainly that it no longer is; the day of sending follows from the days left."""
    today = ends_on - timedelta(days=days_left)
    if last_safe_on < today:
        return (
            f"La última fecha segura para comprar era el {spanish.day(last_safe_on)} y ya pasó. "
            "Compre hoy mismo: la emisión tarda varios días hábiles y su facturación electrónica podría interrumpirse."
        )
    when = "Hoy es la última fecha segura" if last_safe_on == today else "Compre antes de la última fecha segura"
    return (
        f"{when} para comprar ({spanish.day(last_safe_on)}). La emisión de un certificado tarda varios días hábiles; "
        "si lo compra después, su facturación electrónica podría interrumpirse."
    )
