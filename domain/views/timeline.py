"""The timeline as it is told: each note as a sentence in English, and as the values that it was made of."""

from datetime import datetime

from pydantic import Field

from domain.case.case import Case
from domain.case.timeline import Event, Value
from domain.model import Model


class TimelineEvent(Model):
    """One event. `reason` is its note with what a person said; `given` is what they said, alone."""

    at: datetime
    actor: str
    action: str
    reason: str | None = None
    given: str | None = None
    values: dict[str, Value] = Field(default_factory=dict)
    """Of the note, by their names; none where a person's words are all there is, nor in older cases."""


def timeline(case: Case) -> tuple[TimelineEvent, ...]:
    """Return every event that the case carries, the oldest first."""
    return tuple(map(line_of, (*case.earlier.events, *case.timeline)))


def line_of(event: Event) -> TimelineEvent:
    """Return an event as it is told."""
    return TimelineEvent(
        at=event.at,
        actor=event.actor,
        action=event.action,
        reason=event.note,
        given=event.given,
        values=event.named,
    )
