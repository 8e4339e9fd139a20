"""What stands beside an event in the desk's timeline: a case's notes spelled out, a person's words as they are."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from domain.case.case import Event
from domain.notices import NoticeKind
from mails import spanish
from portal.cases.desk_facts import DeskFacts
from portal.desk.actions import NOTICES

_DATE: Final = r"(\d{4}-\d\d-\d\d)"
_SUBJECTS: Final = {"loan": "préstamo", "certificate": "certificado"}


def _reminder(subject: str, days: str) -> str:
    count = abs(int(days))
    when = (
        f"{count} día{'' if count == 1 else 's'} {'después' if int(days) < 0 else 'antes'}" if count else "último día"
    )
    return f"{_SUBJECTS[subject]}, {when}"


_NOTES: Final[dict[str, Callable[..., str]]] = {
    rf"until {_DATE}": lambda until: f"hasta el {_day(until)}",
    rf"{_DATE} to {_DATE}": lambda first, last: f"del {_day(first)} al {_day(last)}",
    r"(\d+) of (\d+) pesos under (.+?)": lambda paid, total, reference: (
        f"{spanish.pesos(int(paid))} de {spanish.pesos(int(total))}, referencia {reference}"
    ),
    rf"({'|'.join(_SUBJECTS)}) (-?\d+)": _reminder,
    rf"({'|'.join(NoticeKind)})": lambda kind: f"«{NOTICES[NoticeKind(kind)]}»",
    r"(\d+) at closing": lambda count: f"{count} al cerrar",
}
"""A note may be followed by `: ` and the reason that a person gave."""


def beside(event: Event, facts: DeskFacts) -> str | None:
    """Return an event's note for support; None where it has none."""
    if event.reason is None:
        return None
    sentences = {each.code: each.message for version in facts.letter.versions for each in version.reasons}
    codes = event.reason.split(", ")
    if all(code in sentences for code in codes):
        return " ".join(sentences[code] for code in codes)
    for pattern, spelled in _NOTES.items():
        if match := re.fullmatch(rf"{pattern}(: .*)?", event.reason, re.DOTALL):
            *values, given = match.groups(default="")
            return f"{spelled(*values)}{given}"
    return event.reason


def _day(iso: str) -> str:
    try:
        return spanish.day(date.fromisoformat(iso))
    except ValueError:  # a person's words that only look like a note
        return iso
