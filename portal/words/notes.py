"""What a case notes beside an event of its timeline, in Spanish for support."""

from collections.abc import Mapping
from typing import Final

from portal.words.spelling import filled

NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "certificate_corrected": ("del {valid_from:day} al {valid_until:day}",),
    "certificate_issued": ("del {valid_from:day} al {valid_until:day}",),
    "certificate_withdrawn": ("{serial}",),
    "letter_accepted": ("{folio}",),
    "letter_issued": ("{folio}",),
    "letter_rejected": ("{codes}",),
    "letter_under_review": ("{codes}",),
    "notice_dropped": ("{notice:notice}",),
    "notice_given_up": ("{notice:notice}",),
    "notice_refused": ("{notice:notice}",),
    "notice_requested": ("{notice:notice}",),
    "notice_sent": ("{notice:notice}",),
    "notice_uncertain": ("{notice:notice}",),
    "payment_confirmed": ("{reference}",),
    "payment_insufficient": ("{amount_cop:pesos} de {total_cop:pesos}, referencia {reference}",),
    "payment_settled": ("{reference}",),
    "payment_unexpected": ("{reference}",),
    "reminder_sent": ("{subject:subject}, {days:away}",),
    "reminder_uncertain": ("{subject:subject}, {days:away}",),
    "reminders_muted": ("hasta el {until:day}",),
    "step_completed": ("{step}",),
    "webhook_given_up": ("{event_type} {event_id}", "{count} al cerrar"),
    "webhook_requested": ("{event_type} {event_id}",),
}
"""By the action, as `domain.case.timeline` has them in English."""


def note(action: str, values: Mapping[str, object]) -> str | None:
    """Return the note of an action; None when it has none, or one that is not known here."""
    found = (filled(form, values) for form in NOTES.get(action, ()))
    return next((each for each in found if each is not None), None) if values else None
