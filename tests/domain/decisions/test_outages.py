"""Reminders after an outage: one, within the hours, and not to all companies at once."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import BusinessCalendar, bogota_date
from domain.notices import Notice, NoticeKind
from tests.support.cases import (
    NOW,
    Outside,
    bogota,
    live,
    opened,
    settle,
    with_loan,
)
from tests.support.reminded import lent, mails_of, outcomes_of

CALENDAR = BusinessCalendar()
HOUR = timedelta(hours=1)


def test_after_an_outage_only_the_most_urgent_reminder_is_sent_and_the_others_are_recorded() -> None:
    world, back = Outside(), bogota("2026-12-22 09:30")

    case = live(lent(world), back, back + HOUR, world)

    assert mails_of(world) == [("2026-12-22", NoticeKind.LOAN_REMINDER, 2)]
    assert outcomes_of(case) == [(15, "superseded"), (7, "superseded"), (3, "sent")]


def test_after_an_outage_that_outlasted_the_loan_one_mail_says_that_it_is_over() -> None:
    world, back = Outside(), bogota("2027-02-02 09:30")

    live(lent(world), back, back + HOUR, world)

    assert mails_of(world) == [("2027-02-02", NoticeKind.LOAN_ENDED, -40)]


@pytest.mark.parametrize("back", ["2026-12-22 09:30", "2026-12-22 17:45", "2026-12-22 05:00", "2026-12-26 12:00"])
@pytest.mark.parametrize("reminders", [(15, 3), ()], ids=["a reminder", "the end alone"])
def test_after_an_outage_the_companies_take_turns(back: str, reminders: tuple[int, ...]) -> None:
    world, since = Outside(), bogota(back)
    for number in range(60):
        company = opened(Outside(), loan_reminder_days=reminders, loan_days=30 if reminders else 20)
        case = with_loan(company.evolve(company_id=f"C{number}"))
        live(case, since, since + timedelta(days=3), world)

    times = [at for at, _ in world.mails]
    assert {each.kind for _, each in world.mails} <= {NoticeKind.LOAN_REMINDER, NoticeKind.LOAN_ENDED}
    assert len({each.company_id for _, each in world.mails}) == 60
    assert {bogota_date(each) for each in times} == {bogota_date(CALENDAR.next_opening(since))}
    assert times == [CALENDAR.next_opening(each) for each in times]
    spread = max(times) - min(times)
    assert spread <= timedelta(hours=9) if CALENDAR.next_opening(since) != since else spread <= HOUR
    assert max(Counter(each.replace(second=0, microsecond=0) for each in times).values()) < 20


@pytest.mark.parametrize(
    ("back", "sent_at"),
    [
        pytest.param("2026-12-17 23:00", "2026-12-18", id="at night"),
        pytest.param("2026-12-19 12:00", "2026-12-21", id="on a Saturday"),
    ],
)
def test_after_an_outage_the_reminder_still_keeps_to_the_hours(back: str, sent_at: str) -> None:
    world, now = Outside(), bogota(back)

    live(lent(world), now, now + timedelta(days=2, hours=10), world)

    assert mails_of(world)[0][0] == sent_at


@settings(max_examples=60)
@given(
    st.integers(0, 400),
    st.lists(st.integers(1, 40), max_size=5),
    st.sets(st.integers(-5, 40), max_size=6),
    st.integers(1, 40),
)
def test_no_outage_brings_two_reminders_on_one_day_or_one_outside_the_hours(
    first_day: int, naps: list[int], milestones: set[int], loan_days: int
) -> None:
    world, now = Outside(), NOW + timedelta(days=first_day)
    case = with_loan(opened(world, now, loan_days=loan_days, loan_reminder_days=tuple(milestones)), now, world)
    world.mails.clear()

    for nap in naps:
        now += timedelta(days=nap, hours=nap)
        case = settle(case, now, world)
    live(case, now, now + timedelta(days=100), world)

    days = [bogota_date(at) for at, _ in world.mails]
    assert len(days) == len(set(days))
    assert all(at == CALENDAR.next_opening(at) for at, _ in world.mails)
    assert all(_is_true(at, mail) for at, mail in world.mails)


def _is_true(at: datetime, mail: Notice) -> bool:
    over = mail.ends_on is not None and bogota_date(at) > mail.ends_on
    return (mail.kind is NoticeKind.LOAN_ENDED) is over
