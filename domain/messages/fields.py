"""What a field of a message may hold: one line of text, a day in Bogotá, an instant, a serial, a fingerprint.

What a paste brings along is made plain only where the text would be refused otherwise: a reference, a serial and a
case's observations are what a repeated message is known by, so what was ever taken stays as it was.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from domain.calendar import DAY, bogota_date, end_of_day, start_of_day
from domain.profiles.plain_text import plain, plain_number, refused_character

YEARS = range(2000, 2100)
"""A date outside these is a slip of the keyboard, and would lead the calendar past its last day."""


HIDDEN: Final = "•••"
"""In the place of what may not be kept in a case."""
_MAIL: Final = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.\w+")
_NUMBER: Final = re.compile(r"\+?\d(?:[ .'’]?\d){6,}(?:-\d\b)?|\b\d{3}-\d{3}-\d{4}\b")
"""Seven digits or more: documents, NIT and telephones. A date and the usual sums of money have fewer."""
_DOCUMENT: Final = re.compile(
    r"\b((?:c\.? ?c|c[ée]dula|nit|n\.i\.t|pasaporte|documento|c\.? ?e|p\.?p\.?t)\b[^\w\n]{0,3}(?:n[oú.°º]*\s*)?)"
    r"\d(?:[ .'’-]?\d){3,}",
    re.IGNORECASE,
)
"""Old documents have fewer digits, and are called by their name."""

AS_SENT: Final = {"as_sent": True}
"""The context in which nothing is made plain: what a case refused before it could be is refused again in a replay."""


def _without_point(value: object, info: ValidationInfo) -> object:
    if isinstance(value, float) and value.is_integer() and info.context != AS_SENT:
        return int(value)
    return value


def _plain_line(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or info.context == AS_SENT or value.strip().isprintable():
        return value
    return plain(value)


def _plain_text(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or info.context == AS_SENT or " ".join(value.split()).isprintable():
        return value
    return plain(value)


def _plain_code(value: object, info: ValidationInfo) -> object:
    return value if not isinstance(value, str) or info.context == AS_SENT else plain_number(value)


def _joined(text: str) -> str:
    """Return a text that somebody may have pasted from a document, its line ends and odd spaces made plain."""
    return _one_line(" ".join(text.split()))


def _without_people(text: str) -> str:
    """Return a text without what identifies a person by itself: addresses of mail, numbers of documents, telephones."""
    return _NUMBER.sub(HIDDEN, _DOCUMENT.sub(rf"\1{HIDDEN}", _MAIL.sub(HIDDEN, text)))


def _one_line(text: str) -> str:
    for position, character in enumerate(text, start=1):
        if not character.isprintable():
            raise refused_character(character, position)
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
        raise PydanticCustomError(
            "day", "expected a date such as 2027-01-31, or an instant with its offset, 2027-01-31T10:00:00-05:00"
        )
    if found.year not in YEARS:
        raise PydanticCustomError(
            "year", "expected a year from {first} to {last}", {"first": YEARS.start, "last": YEARS.stop - 1}
        )
    return found.astimezone(UTC) if isinstance(found, datetime) else found


def first_day(begins: date, now: datetime) -> date:
    """Return the first day on which what begins holds: after the one of an instant that is still to come."""
    if not isinstance(begins, datetime):
        return begins
    day = bogota_date(begins)
    return day if begins <= now or begins == start_of_day(day) else day + DAY


def last_day(ends: date) -> date:
    """Return the last day that is whole: before the one of an instant, unless it is the day's last minute."""
    if not isinstance(ends, datetime):
        return ends
    day = bogota_date(ends)
    return day if end_of_day(day) - ends < timedelta(minutes=1) else day - DAY


def _read(text: str) -> date | datetime | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


Actor = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_one_line)]
"""Who sends a message: a name of the system's own, never pasted."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(_one_line),
    BeforeValidator(_plain_line),
]
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_without_people),
    AfterValidator(_joined),
    BeforeValidator(_plain_text),
]
"""What a person writes about a case; see `_without_people`."""
Day = Annotated[date, BeforeValidator(_day)]
"""A date in Bogotá; an instant with its offset is taken as its date there."""
DayOrInstant = Annotated[date, PlainValidator(_day_or_instant), PlainSerializer(date.isoformat, when_used="json")]
"""A date in Bogotá, or an instant with its offset, kept as one in UTC; see `first_day` and `last_day`."""
Instant = Annotated[datetime, BeforeValidator(_instant)]
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z:._-]{0,79}$"), BeforeValidator(_plain_code)]
Fingerprint = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$"), BeforeValidator(_plain_code)
]
WholeNumber = Annotated[int, BeforeValidator(_without_point), Field(strict=True)]
"""A whole number as JSON Schema means it: 297500.0 is one, 297500.5 and "297500" are none."""
