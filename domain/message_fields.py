"""What a field of a message may hold: one line of text, a day in Bogotá, an instant, a serial, a fingerprint."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from domain.calendar import bogota_date, start_of_day

YEARS = range(2000, 2100)
"""A date outside these is a slip of the keyboard, and would lead the calendar past its last day."""


def _plain(text: str) -> str:
    """Return a text that somebody may have pasted from a document, its line ends and odd spaces made plain."""
    return _one_line(" ".join(text.split()))


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters are not allowed")
    return text


def _day(value: object) -> date:
    found = _day_or_instant(value)
    return bogota_date(found) if isinstance(found, datetime) else found


def _instant(value: object) -> datetime:
    found = _day_or_instant(value)
    return found if isinstance(found, datetime) else start_of_day(found)


def _day_or_instant(value: object) -> date | datetime:
    found = _read(value) if isinstance(value, str) else value  # a date itself comes from Python only, never from JSON
    if not isinstance(found, date) or (isinstance(found, datetime) and found.tzinfo is None):
        raise ValueError("expected a date such as 2027-01-31, or an instant with its offset, 2027-01-31T10:00:00-05:00")
    if found.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS.start} to {YEARS.stop - 1}")
    return found.astimezone(UTC) if isinstance(found, datetime) else found


def _read(text: str) -> date | datetime | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_one_line)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_plain)
]
Day = Annotated[date, BeforeValidator(_day)]
"""A date in Bogotá; an instant with its offset is taken as its date there."""
Instant = Annotated[datetime, BeforeValidator(_instant)]
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z:._-]{0,79}$")]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$")]
