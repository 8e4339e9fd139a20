"""What a company is told of its case."""

import ast
import re
from datetime import UTC, datetime

from domain.case.case import Event
from domain.views.status import status
from portal.cases.facts import Facts
from portal.pages.timeline import lines
from portal.words.actions import WORDS
from stack.process import ROOT
from tests.cases import a_case

WORKINGS = {
    *("notice_dropped", "notice_given_up", "notice_refused", "notice_requested", "notice_uncertain"),
    *("reminder_uncertain", "review_late"),
    *("webhook_given_up", "webhook_requested", "webhooks_gone", "webhooks_off"),
}
"""What a company needs not know."""
DECIDED_BEFORE = ("reminder_sent", "reminder_uncertain")
"""Actions that stand in a variable when they are recorded."""
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def facts_with(*events: Event) -> Facts:
    case = a_case().evolve(timeline=events)
    return Facts.model_validate(status(case, NOON))


def recorded() -> set[str]:
    """Return every action that the domain writes down: the words in its calls of `record`."""
    found = set(DECIDED_BEFORE)
    for path in sorted((ROOT / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                words = (each.value for part in node.args for each in ast.walk(part) if isinstance(each, ast.Constant))
                found |= {word for word in words if re.fullmatch(r"[a-z]+_[a-z_]+", str(word))}
    return found


def test_every_action_of_the_timeline_has_words_or_is_left_out_on_purpose() -> None:
    assert recorded() - WORKINGS - {"step_completed"} == set(WORDS)


def test_the_newest_stands_first_and_nobody_is_named() -> None:
    facts = facts_with(
        Event(at=NOON, actor="activa", action="activation_started"),
        Event(at=NOON, actor="support:ana", action="loan_revoked", reason="asked for by María"),
        Event(at=NOON, actor="somebody", action="payment_confirmed", reason="FV-77"),
        Event(at=NOON, actor="representative", action="step_completed", reason="2"),
        Event(at=NOON, actor="representative", action="letter_accepted", reason="AC-1"),
        Event(at=NOON, actor="support:ana", action="letter_rejected", reason="x"),
        Event(at=NOON, actor="activa", action="notice_dropped", reason="x"),
    )
    assert [(line.what, line.who) for line in lines(facts)] == [
        ("No pudimos aceptar la carta", "Soporte"),
        ("Aceptamos la carta firmada", "Activa"),
        ("Listo el paso 2: Activa tu certificado digital", "Tu empresa"),
        ("Se confirmó el pago del certificado", "Facturación"),
        ("Se retiró el préstamo del certificado", "Soporte"),
        ("Empezó la activación", "Activa"),
    ]
