"""When to remind: the plan, what is owed now, and what became of each milestone.

Source: mission, decision 5. The plan's instants are computed once and kept, so that a later change of the holiday
table never moves a reminder of a running case.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from domain.calendar import CLOSES_AT, OPENS_AT, BusinessCalendar, bogota_date, bogota_instant
from domain.model import Model

HOUR = timedelta(hours=1)
LATE = timedelta(minutes=10)
"""A reminder that is owed for longer was held up by an outage."""
SPREAD_MINUTES = 9 * 60
"""Sends are spread over 08:00-17:00, so that a retry still falls within the day."""


class Subject(StrEnum):
    """What is about to end."""

    LOAN = "loan"
    CERTIFICATE = "certificate"


class Milestone(Model):
    """A reminder to send: days before the last day (negative: after), and the instant planned for it."""

    days: int
    at: datetime


class ReminderOutcome(StrEnum):
    """What became of a milestone, and why it was not sent."""

    SENT = "sent"
    SUPERSEDED = "superseded"
    """A more urgent one was owed at the same time."""
    BOUGHT = "bought"
    MUTED = "muted"
    REFUSED = "refused"
    """The mail server refused every address for good."""


class ReminderRecord(Model):
    """One milestone that is over."""

    subject: Subject
    days: int
    outcome: ReminderOutcome
    at: datetime


class Reminders(Model):
    """The plan for whatever ends next, and the record of what was done."""

    subject: Subject | None = None
    ends_on: date | None = None
    planned: tuple[Milestone, ...] = ()
    """Still to come or owed, soonest first."""
    record: tuple[ReminderRecord, ...] = ()
    muted_until: date | None = None
    failures: int = 0
    """Sends that failed since the last one that did not."""
    retry_at: datetime | None = None
    sent_on: date | None = None
    """The day on which one of another plan went out, which the record does not tell: no other one does on that day."""

    def planned_anew(self, subject: Subject, ends_on: date, planned: tuple[Milestone, ...]) -> Self:
        """Return the plan for an end in place of any other; what was done and a silence that was asked for stay."""
        return type(self)(
            subject=subject,
            ends_on=ends_on,
            planned=planned,
            record=self.record,
            muted_until=self.muted_until,
            sent_on=self.sent_on,
        )

    def was_sent_on(self, day: date) -> bool:
        """Tell whether a reminder went out on a day."""
        last = next((each for each in reversed(self.record) if each.outcome is ReminderOutcome.SENT), None)
        return day == self.sent_on or (last is not None and bogota_date(last.at) == day)


def plan(
    ends_on: date, term_days: int, milestones: Sequence[int], company_id: str, calendar: BusinessCalendar
) -> tuple[Milestone, ...]:
    """Return the milestones of a term, soonest first, each on a business day within 08:00-18:00.

    One that falls on a day off moves to the business day before it; those not shorter than the term are dropped.
    """
    at = _time_of_day(company_id)
    days = sorted((each for each in milestones if each < term_days), reverse=True)
    return tuple(
        Milestone(days=each, at=bogota_instant(calendar.on_or_before(ends_on - timedelta(days=each)), at))
        for each in days
    )


def _time_of_day(company_id: str) -> time:
    """Return a company's own minute of the day, so that a thousand loans of one day do not storm the mail server."""
    minutes = _number_of(company_id) % SPREAD_MINUTES
    return time(OPENS_AT.hour + minutes // 60, minutes % 60)


def turn_after_an_outage(company_id: str, now: datetime, calendar: BusinessCalendar) -> datetime:
    """Return when to send what an outage has made late: all companies' is, so each waits its own part of an hour.

    It is still sent today where today's hours are not over.
    """
    if calendar.next_opening(now) != now:
        return company_opening(company_id, now, calendar)
    left = min(HOUR, bogota_instant(bogota_date(now), CLOSES_AT) - now)
    return now + left * (_number_of(company_id) % 3600) / 3600


def _number_of(company_id: str) -> int:
    return int.from_bytes(hashlib.sha256(company_id.encode()).digest()[:4], "big")


def company_opening(company_id: str, instant: datetime, calendar: BusinessCalendar) -> datetime:
    """Return the instant itself when it is within the hours, or the company's own minute of the next business day."""
    opening = calendar.next_opening(instant)
    return instant if opening == instant else bogota_instant(bogota_date(opening), _time_of_day(company_id))


def owed(reminders: Reminders, now: datetime) -> tuple[Milestone, ...]:
    """Return the milestones whose time has come, the most urgent last."""
    return tuple(each for each in reminders.planned if each.at <= now)


def settle(reminders: Reminders, done: Sequence[Milestone], outcome: ReminderOutcome, now: datetime) -> Reminders:
    """Return the reminders with some milestones moved from the plan to the record."""
    if not done or reminders.subject is None:
        return reminders
    gone = {each.days for each in done}
    records = tuple(
        ReminderRecord(subject=reminders.subject, days=each.days, outcome=outcome, at=now.replace(microsecond=0))
        for each in done
    )
    return reminders.model_copy(
        update={
            "planned": tuple(each for each in reminders.planned if each.days not in gone),
            "record": (*reminders.record, *records)[-40:],
            "failures": 0,
            "retry_at": None,
        }
    )
