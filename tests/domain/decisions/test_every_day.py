"""Every day of three years as the day on which a loan begins: what decision 5 promises holds on each of them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.calendar import BOGOTA, BusinessCalendar, bogota_date, bogota_instant
from domain.case.case import Case
from domain.case.loan import LoanEnding
from domain.case.reminders import ReminderOutcome
from domain.decisions import clock
from domain.notices import PROMPTS_PURCHASE, NoticeKind
from tests.support.cases import Outside, a_case, live, opened, send, settle, with_certificate, with_loan, with_payment

DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(3 * 365 + 1)]
HOURS = (time(0, 0), time(7, 59), time(10, 0), time(17, 59), time(19, 30), time(23, 59, 59))
"""One of them for each day, in turn; a sweep of every fifth day meets them all."""
REMINDERS = {NoticeKind.LOAN_REMINDER, NoticeKind.CERTIFICATE_REMINDER}
OVER = {NoticeKind.LOAN_ENDED, NoticeKind.CERTIFICATE_ENDED}
LONG_AFTER = timedelta(days=40)

POLICIES: dict[str, dict[str, Any]] = {
    "the default": {},
    "a loan of one day": {"loan_days": 1},
    "a loan of two days with a milestone each day": {"loan_days": 2, "loan_reminder_days": (1, 0, -1, -2)},
    "a loan of a week": {"loan_days": 7},
    "a loan of a quarter": {"loan_days": 90, "loan_reminder_days": (60, 30, 15, 7, 3, 1, 0, -1)},
    "no milestone": {"loan_reminder_days": ()},
    "the last day only": {"loan_reminder_days": (0,)},
    "after the end only": {"loan_reminder_days": (-1,)},
    "long after the end": {"loan_reminder_days": (3, -10)},
    "a company holiday in each week of December": {
        "extra_holidays": tuple(date(year, 12, day) for year in (2026, 2027, 2028) for day in (1, 9, 16, 24, 31)),
    },
    "no holiday counts": {
        "cancelled_holidays": tuple(day for day in DAYS if not BusinessCalendar().is_business_day(day))
    },
}


def begins(number: int) -> datetime:
    return bogota_instant(DAYS[number], HOURS[number % len(HOURS)])


def day_of(instant: datetime) -> date:
    return bogota_date(instant)


def check_mails(case: Case, world: Outside) -> None:
    """Check what holds for the mails of every life that nobody interrupted."""
    calendar = case.calendar
    for at, mail in world.mails:
        if mail.kind in REMINDERS | OVER:
            assert calendar.is_business_day(day_of(at)), at
            assert time(8) <= at.astimezone(BOGOTA).time() < time(18), at
            assert mail.ends_on is not None
            assert mail.days_left == (mail.ends_on - day_of(at)).days
            assert (mail.kind in OVER) is (day_of(at) > mail.ends_on), (at, mail.kind)
    reminded = [day_of(at) for at, mail in world.mails if mail.kind in REMINDERS | OVER]
    assert reminded == sorted(set(reminded)), "two on one day"


def check_record(case: Case, term_days: int, milestones: tuple[int, ...]) -> None:
    """Check that each milestone was planned, and came to exactly one end."""
    expected = sorted((each for each in milestones if each < term_days), reverse=True)
    assert sorted((each.days for each in case.reminders.record), reverse=True) == expected
    assert case.reminders.planned == ()


def check_days(case: Case, ends_on: date, began: datetime) -> None:
    """Check that what was sent went out on its own day, or the business day before, or at once when it began late."""
    earliest = day_of(case.calendar.next_opening(began))
    for each in case.reminders.record:
        if each.outcome is ReminderOutcome.SENT:
            planned = case.calendar.on_or_before(ends_on - timedelta(days=each.days))
            assert day_of(each.at) == max(planned, earliest), (ends_on, each.days)


def ends_told(world: Outside) -> list[date]:
    return [day_of(at) for at, mail in world.mails if mail.kind is NoticeKind.LOAN_ENDED]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_loan_nobody_acts_on_is_reminded_of_in_the_hours_and_its_end_is_told_once(policy: dict[str, Any]) -> None:
    for number in range(0, len(DAYS), 1 if not policy else 5):
        now, world = begins(number), Outside()
        case = with_loan(opened(world, now, **policy), now, world)
        loan = case.loan
        assert loan is not None

        until = bogota_instant(loan.ends_on, time(12)) + LONG_AFTER
        case = live(case, now, until, world)

        assert case.loan is not None
        assert (case.loan.ending, case.loan.ended_on) == (LoanEnding.EXPIRED, loan.ends_on)
        assert (case.loan.starts_on, case.loan.ends_on) == (DAYS[number], loan.ends_on)
        check_mails(case, world)
        check_record(case, case.policy.loan_days, case.policy.loan_reminder_days)
        check_days(case, loan.ends_on, now)
        told = ends_told(world)
        after = [each for each in case.policy.loan_reminder_days if each < 0]
        assert 1 <= len(told) <= max(1, len(after)), (DAYS[number], told)
        if all(each >= -1 for each in after):
            assert told == [case.calendar.on_or_after(loan.ends_on + timedelta(days=1))], DAYS[number]


@pytest.mark.parametrize("bought_after", [0, 1, 14, 22, 27, 29, 30])
def test_who_buys_on_any_day_of_the_loan_is_never_told_to_buy_afterwards(bought_after: int) -> None:
    for number in range(0, len(DAYS), 5):
        now, world = begins(number), Outside()
        case = with_loan(opened(world, now), now, world)
        paid_at = now + timedelta(days=bought_after)
        case = live(case, now, paid_at, world)
        case = with_payment(case, paid_at, world)
        before = len(world.mails)

        case = live(case, paid_at, now + timedelta(days=30) + LONG_AFTER, world)

        assert [mail.kind for _, mail in world.mails[before:] if mail.kind in PROMPTS_PURCHASE | OVER] == []
        assert case.reminders.planned == ()
        check_mails(case, world)
        late = {each.outcome for each in case.reminders.record if each.at > paid_at}
        assert late <= {ReminderOutcome.BOUGHT}
        assert case.loan is not None
        assert case.loan.ending is LoanEnding.EXPIRED
        assert [each.kind for each in case.attention] == ["no_certificate"]


def test_an_own_certificate_is_reminded_of_on_any_day_and_its_end_is_told_once() -> None:
    for number in range(0, len(DAYS), 5):
        now, world = begins(number), Outside()
        case = with_certificate(a_case(now), now, world, days=90)
        last = case.track.certificates[0].valid_until

        case = live(case, now, bogota_instant(last, time(12)) + LONG_AFTER, world)

        check_mails(case, world)
        check_record(case, 90, case.policy.certificate_reminder_days)
        check_days(case, last, now)
        told = [day_of(at) for at, mail in world.mails if mail.kind is NoticeKind.CERTIFICATE_ENDED]
        assert told == [case.calendar.on_or_after(last + timedelta(days=1))]


Way = Callable[[Case, datetime, Outside], Case]


def _nothing(case: Case, now: datetime, world: Outside) -> Case:
    return settle(case, now, world)


def _paid(case: Case, now: datetime, world: Outside) -> Case:
    return with_payment(case, now, world)


def _issued(case: Case, now: datetime, world: Outside) -> Case:
    return with_certificate(with_payment(case, now, world), now, world, days=200)


def _issued_for_later(case: Case, now: datetime, world: Outside) -> Case:
    later = bogota_date(now) + timedelta(days=45)
    return with_certificate(with_payment(case, now, world), now, world, valid_from=later, days=200)


def _revoked(case: Case, now: datetime, world: Outside) -> Case:
    return settle(send(case, "loan_revoked", now, reason="misuse"), now, world)


def _muted(case: Case, now: datetime, world: Outside) -> Case:
    until = bogota_date(now) + timedelta(days=20)
    return settle(send(case, "reminders_muted", now, until=until, reason="asked for"), now, world)


@pytest.mark.parametrize("way", [_nothing, _paid, _issued, _issued_for_later, _revoked, _muted])
def test_a_case_that_owes_something_always_has_a_next_deadline_and_it_moves_forward(way: Way) -> None:
    for number in range(0, len(DAYS), 7):
        now, world = begins(number), Outside()
        case = with_loan(opened(world, now), now, world)
        case = way(case, now + timedelta(days=9), world)
        at = now + timedelta(days=9)
        while (deadline := clock.next_deadline(case, at)) is not None:
            assert deadline[0] > at
            at = deadline[0]
            case = settle(case, at, world)
        assert case.reminders.planned == ()
        assert case.queue == ()
        assert case.loan is not None
        assert case.loan.ending is not None
        assert case.track.latest is None or case.track.end_recorded
