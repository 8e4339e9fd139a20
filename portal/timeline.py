"""The case's timeline in the words of its company: what happened, and who did it, without anybody's name."""

from datetime import datetime
from typing import Final, NamedTuple

from domain.case.case import SYSTEM, Event
from portal.facts import Facts

WORDS: Final = {
    "activation_started": "Empezó la activación",
    "activation_reopened": "La activación se abrió de nuevo",
    "activation_closed": "La activación se cerró",
    "company_updated": "Se actualizaron los datos de la empresa",
    "letter_issued": "Generamos la carta para firmar",
    "letter_accepted": "Aceptamos la carta firmada",
    "letter_rejected": "No pudimos aceptar la carta",
    "letter_under_review": "La carta quedó en revisión",
    "letter_deleted": "Se eliminó la carta adjunta",
    "loan_started": "Empezó el préstamo del certificado",
    "loan_expired": "Terminó el préstamo del certificado",
    "loan_revoked": "Se retiró el préstamo del certificado",
    "loan_replaced": "El certificado propio reemplazó el préstamo",
    "payment_confirmed": "Se confirmó el pago del certificado",
    "payment_insufficient": "Se recibió un pago incompleto",
    "payment_unexpected": "Se recibió un pago que no se esperaba",
    "certificate_issued": "Se emitió el certificado propio",
    "certificate_corrected": "Se corrigieron los datos del certificado propio",
    "certificate_rejected": "La entidad certificadora pidió corregir la solicitud",
    "certificate_expired": "Venció el certificado propio",
    "reminder_sent": "Enviamos un recordatorio",
    "notice_sent": "Enviamos un correo",
    "reminders_muted": "Se suspendieron los recordatorios",
}
"""What is not here is the workings of the case, which a company needs not know."""
_JUDGED: Final = {"letter_accepted", "letter_rejected", "letter_under_review"}
"""Recorded under whoever attached the letter, or the support that decided; the first did not judge it."""
_STEP: Final = "step_completed"
_ACTORS: Final = {SYSTEM: "Activa", "representative": "Tu empresa", "billing": "Facturación"}


class Line(NamedTuple):
    """One line of the timeline."""

    at: datetime
    what: str
    who: str


def lines(facts: Facts) -> list[Line]:
    """Return what happened, the newest first."""
    found = [Line(each.at, what, _who(each)) for each in facts.timeline if (what := _what(each, facts))]
    return found[::-1]


def _what(event: Event, facts: Facts) -> str | None:
    if event.action == _STEP and event.reason is not None and event.reason.isdecimal():
        number = int(event.reason)
        return f"Listo el paso {number}: {facts.steps.names[number - 1]}"
    return WORDS.get(event.action)


def _who(event: Event) -> str:
    if event.actor.startswith("support"):
        return "Soporte"
    if event.action in _JUDGED:
        return _ACTORS[SYSTEM]
    return _ACTORS.get(event.actor, "Facturación")
