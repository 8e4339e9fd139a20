"""How long what lies in the bucket is kept: the settings, and what follows of them for the store's own lifecycle.

A store removes by age and by the beginning of a key, or by a tag. So what a case may need while it lives, however long
that is, has no age: it goes with the case. `docs/retention.md` has every kind, and the law it is kept by.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from domain.bucket import DESK, ENTRIES, INBOX, MARKS, REQUESTS, SESSIONS, SIGNED
from domain.model import Model

REJECTED_TAG: Final = ("activa-verdict", "rejected")
"""The tag of what belongs to a signed letter that was not accepted: it lies beside those that were."""
YEARS_BY_LAW: Final = 10
"""Papers of a merchant, from the last document on: Ley 962 of 2005, article 28, read 2026-11-27."""
LEAST_INBOX_DAYS: Final = 7
"""A file may wait for a worker for so long."""
MARK_DAYS: Final = 30
"""Of what the desk's directory follows; it is built anew when it was left alone for a week."""
NONCURRENT_AT_ONCE: Final = 1
"""Days: the least a store knows. What is removed by age is to be gone, not only hidden."""


class Retention(Model):
    """How long each kind is kept."""

    letter_years: Annotated[int, Field(ge=YEARS_BY_LAW, le=50)] = YEARS_BY_LAW
    """Signed letters that were accepted and the proofs of consent, from the loan's end on."""
    lock_letters: bool = True
    """Whether accepted letters are locked until then (S3 Object Lock, governance); for a store without locks, off."""
    inbox_days: Annotated[int, Field(ge=LEAST_INBOX_DAYS, le=3660)] = 30
    rejected_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """What is kept of a letter that was not accepted."""
    marker_days: Annotated[int, Field(ge=2, le=3660)] = 400
    """Sessions, hand-off tokens, requests of the API, the desk's batches and proposals."""
    noncurrent_days: Annotated[int, Field(ge=1, le=3660)] = 30
    """What was replaced or removed, and can be brought back until then."""


class Expiry(StrEnum):
    """What the store removes by age."""

    INBOX = "inbox"
    REJECTED = "rejected"
    ENTRIES = "entries"
    REQUESTS = "requests"
    SESSIONS = "sessions"
    DESK = "desk"
    MARKS = "marks"


@dataclass(frozen=True)
class Rule:
    """Objects whose keys begin so, and that have the tag where one is named, are removed after so many days."""

    expiry: Expiry
    prefix: str
    days: int
    tag: tuple[str, str] | None = None


def rules(retention: Retention) -> tuple[Rule, ...]:
    """Return what the store is to remove by itself."""
    return (
        Rule(Expiry.INBOX, INBOX, retention.inbox_days),
        Rule(Expiry.REJECTED, SIGNED, retention.rejected_days, REJECTED_TAG),
        Rule(Expiry.ENTRIES, ENTRIES, retention.marker_days),
        Rule(Expiry.REQUESTS, REQUESTS, retention.marker_days),
        Rule(Expiry.SESSIONS, SESSIONS, retention.marker_days),
        Rule(Expiry.DESK, DESK, retention.marker_days),
        Rule(Expiry.MARKS, MARKS, MARK_DAYS),
    )


def days_of(expiry: Expiry, retention: Retention) -> int:
    """Return after how many days something is removed."""
    return next(rule.days for rule in rules(retention) if rule.expiry is expiry)


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; of 29 February the day after it, where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
