"""What a mail says, before it becomes text and HTML: one content for both, so that they can't differ.

Every text here is plain; the templates escape it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from domain.errors import NoticeError
from domain.notices import Notice
from mails import spanish

T = TypeVar("T")

PROMISE: Final = (
    "Te enviamos este recordatorio como una ayuda. La fecha que cuenta es la que aparece en tu página de estado."
)
BUY_NOW: Final = "Cómpralo cuanto antes: emitirlo tarda varios días hábiles."
BOUGHT: Final = "Si ya lo compraste, podrás facturar en cuanto quede activo."


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
    """Return a field that this kind of notice can't do without, or raise NoticeError naming it."""
    if value is None:
        raise NoticeError(f"notice {notice.kind.value} of {notice.company_id}: {field} is missing")
    return value


def reasons_of(notice: Notice) -> tuple[str, ...]:
    """Return the reasons' messages; a notice that exists to tell them can't do without."""
    return tuple(reason.message for reason in given(notice.reasons or None, "reasons", notice))


def purchase_advice(last_safe_on: date, ends_on: date, days_left: int | None) -> str:
    """Say until when buying is safe, or plainly that it no longer is; the day of sending follows from the days left."""
    today = None if days_left is None else ends_on - timedelta(days=days_left)
    if today is not None and last_safe_on < today:
        return (
            f"La última fecha segura para comprar era el {spanish.day(last_safe_on)} y ya pasó. "
            "Compra hoy mismo: emitir un certificado tarda varios días hábiles y tu facturación electrónica "
            "podría interrumpirse."
        )
    when = "hoy mismo," if last_safe_on == today else "a más tardar"
    return (
        f"Compra {when} el {spanish.day(last_safe_on)}: es la última fecha segura. Emitir un certificado tarda varios "
        "días hábiles; si compras después, tu facturación electrónica podría interrumpirse."
    )
