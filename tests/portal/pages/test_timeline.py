"""What a company is told of its case."""

from datetime import UTC, datetime

from domain.case.timeline import Event
from domain.views.status import status
from portal.cases.facts import Facts
from portal.pages.timeline import lines
from portal.words.actions import WORDS
from tests.support.cases import a_case
from tests.support.portal.recorded import recorded

WORKINGS = {
    *("notice_dropped", "notice_given_up", "notice_refused", "notice_requested", "notice_uncertain"),
    *("reminder_uncertain", "review_late", "payment_settled"),
    *("webhook_given_up", "webhook_requested", "webhooks_gone", "webhooks_off"),
}
"""What a company needs not know."""
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def facts_with(*events: Event) -> Facts:
    case = a_case().evolve(timeline=events)
    return Facts.model_validate(status(case, NOON))


def test_every_action_of_the_timeline_has_words_or_is_left_out_on_purpose() -> None:
    assert recorded() - WORKINGS - {"step_completed"} == set(WORDS)


def test_the_newest_stands_first_and_nobody_is_named() -> None:
    facts = facts_with(
        Event(at=NOON, actor="activa", action="activation_started"),
        Event(at=NOON, actor="support:ana", action="loan_revoked", given="asked for by María"),
        Event(at=NOON, actor="somebody", action="payment_confirmed", values=("FV-77",)),
        Event(at=NOON, actor="representative", action="step_completed", values=(2,)),
        Event(at=NOON, actor="representative", action="letter_accepted", values=("AC-1",)),
        Event(at=NOON, actor="support:ana", action="letter_rejected", given="x"),
        Event(at=NOON, actor="activa", action="notice_dropped", given="x"),
    )
    assert [(line.what, line.who) for line in lines(facts)] == [
        ("No pudimos aceptar la carta", "Soporte"),
        ("Aceptamos la carta firmada", "Activa"),
        ("Listo el paso 2: Activa tu certificado digital", "Tu empresa"),
        ("Se confirmó el pago del certificado", "Facturación"),
        ("Se retiró el préstamo del certificado", "Soporte"),
        ("Empezó la activación", "Activa"),
    ]
