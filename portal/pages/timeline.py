"""The case's timeline in the words of its company: what happened, and who did it, without anybody's name."""

from datetime import datetime
from typing import Final, NamedTuple

from domain.case.case import SYSTEM
from domain.views.timeline import TimelineEvent
from portal.cases.facts import Facts
from portal.words.actions import WORDS

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


def _what(event: TimelineEvent, facts: Facts) -> str | None:
    number = event.values.get("step")
    if event.action == _STEP and isinstance(number, int):
        return f"Listo el paso {number}: {facts.steps.names[number - 1]}"
    return WORDS.get(event.action)


def _who(event: TimelineEvent) -> str:
    if event.actor.startswith("support"):
        return "Soporte"
    if event.action in _JUDGED:
        return _ACTORS[SYSTEM]
    return _ACTORS.get(event.actor, "Facturación")
