"""A value of the case in the form that a sentence in Spanish needs: pesos, days, the name of a mail."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from domain.notices import NoticeKind
from mails import spanish

NOTICES: Final = {
    NoticeKind.LOAN_STARTED: "El préstamo empezó",
    NoticeKind.LOAN_REMINDER: "Recordatorio del préstamo",
    NoticeKind.LOAN_ENDED: "El préstamo terminó",
    NoticeKind.LOAN_REVOKED: "El préstamo se retiró",
    NoticeKind.LETTER_REJECTED: "La carta no se aceptó",
    NoticeKind.LETTER_UNDER_REVIEW: "La carta está en revisión",
    NoticeKind.REVIEW_NEEDED: "Carta por revisar (a soporte)",
    NoticeKind.PAYMENT_RECEIVED: "Recibimos el pago",
    NoticeKind.CERTIFICATE_REJECTED: "Observaciones al certificado",
    NoticeKind.CERTIFICATE_ACTIVE: "El certificado está activo",
    NoticeKind.CERTIFICATE_REMINDER: "Recordatorio del certificado",
    NoticeKind.CERTIFICATE_ENDED: "El certificado venció",
}
"""Each mail by what it tells."""
_DECISIONS: Final = {"accept": "aceptada", "reject": "no aceptada"}
_SUBJECTS: Final = {"loan": "préstamo", "certificate": "certificado"}


def _away(days: int) -> str:
    count = abs(days)
    unit = "día" if count == 1 else "días"
    return f"{count} {unit} {'después' if days < 0 else 'antes'}" if count else "último día"


_SPELLED: Final[Mapping[str, Callable[[str], str]]] = {
    "pesos": lambda value: spanish.pesos(int(value)),
    "day": lambda value: spanish.day(date.fromisoformat(value)),
    "notice": lambda value: f"«{NOTICES[NoticeKind(value)]}»",
    "subject": lambda value: _SUBJECTS[value],
    "away": lambda value: _away(int(value)),
    "decision": lambda value: _DECISIONS[value],
    "code_point": lambda value: value.split()[0],
}
"""By the format that a sentence asks for, as in `{until:day}`."""


class _Spelled(str):
    """A value that a sentence may ask for in a form; one that does not have it stays as it is."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        try:
            return _SPELLED[form](str(self)) if form else str(self)
        except (KeyError, ValueError):
            return str(self)


def filled(sentence: str, values: Mapping[str, object]) -> str | None:
    """Return a sentence with its values spelled out, or None when one of them is not given."""
    try:
        return sentence.format_map({name: _Spelled(value) for name, value in values.items()})
    except KeyError:
        return None
