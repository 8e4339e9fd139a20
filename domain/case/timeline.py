"""The timeline of a case: what happened, when, and who did it.

What the case itself notes of an event is kept as values, so that no reader takes a sentence apart; the English note is
made of them here, and other languages elsewhere. What a person said of it stays in their words.
"""

from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Final

from domain.model import Model
from domain.remarks import plain

MOST_EVENTS: Final = 300
LONGEST_TIMELINE_BYTES: Final = 80_000
"""Of notes and names. The whole case travels in one payload when a history is cut short."""

NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "certificate_corrected": ("{valid_from} to {valid_until}",),
    "certificate_issued": ("{valid_from} to {valid_until}",),
    "certificate_withdrawn": ("{serial}",),
    "letter_accepted": ("{folio}",),
    "letter_issued": ("{folio}",),
    "letter_rejected": ("{codes}",),
    "letter_under_review": ("{codes}",),
    "notice_dropped": ("{notice}",),
    "notice_given_up": ("{notice}",),
    "notice_refused": ("{notice}",),
    "notice_requested": ("{notice}",),
    "notice_sent": ("{notice}",),
    "notice_uncertain": ("{notice}",),
    "payment_confirmed": ("{reference}",),
    "payment_insufficient": ("{amount_cop} of {total_cop} pesos under {reference}",),
    "payment_settled": ("{reference}",),
    "payment_unexpected": ("{reference}",),
    "reminder_sent": ("{subject} {days}",),
    "reminder_uncertain": ("{subject} {days}",),
    "reminders_muted": ("until {until}",),
    "step_completed": ("{step}",),
    "webhook_given_up": ("{event_type} {event_id}", "{count} at closing"),
    "webhook_requested": ("{event_type} {event_id}",),
}
"""The note of each action that has one; several are told apart by how many values they have. The order of the values is
that of the stored form: it may not change."""

Value = str | int


class Event(Model):
    """One line of the timeline."""

    at: datetime
    actor: str
    action: str
    given: str | None = None
    """What a person said of it; in older cases the whole note."""
    values: tuple[Value, ...] | None = None
    """Of the note, in its order."""

    @property
    def named(self) -> dict[str, Value]:
        """The values by their names."""
        return dict(zip(_names(self._form), self.values or (), strict=False))

    @property
    def note(self) -> str | None:
        """The note in English, with what a person said."""
        said = self._form.format_map(self.named)
        return ": ".join(filter(None, (said, self.given))) or None

    @property
    def _form(self) -> str:
        return next((form for form in NOTES.get(self.action, ()) if len(_names(form)) == len(self.values or ())), "")


def event(now: datetime, actor: str, action: str, given: str | None, **values: object) -> Event:
    """Return an event; values that are None are not known. The others must be those of a note of the action."""
    known = plain({name: value for name, value in values.items() if value is not None})
    ordered = None
    if known:
        names = next(names for form in NOTES[action] if set(names := _names(form)) == set(known))
        ordered = tuple(known[name] for name in names)
    return Event(at=now.replace(microsecond=0), actor=actor, action=action, given=given, values=ordered)


def newest(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return the newest events that fit into a timeline."""
    events = events[-MOST_EVENTS:]
    room = LONGEST_TIMELINE_BYTES
    for index in reversed(range(len(events))):
        each = events[index]
        room -= len(f"{each.actor}{each.action}{each.given}{each.values}".encode())
        if room < 0:
            return events[index + 1 :]
    return events


def _names(form: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(form) if name]
