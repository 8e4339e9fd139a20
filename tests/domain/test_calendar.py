"""Business days and hours of Colombia, and dates in Bogotá."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import BusinessCalendar, bogota_date, end_of_day, start_of_day
from tests.support.cases import bogota

CALENDAR = BusinessCalendar()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2026, 11, 24), True, id="a Tuesday"),
        pytest.param(date(2026, 11, 28), False, id="a Saturday"),
        pytest.param(date(2026, 11, 29), False, id="a Sunday"),
        pytest.param(date(2026, 7, 13), False, id="the holiday of Ley 2578 de 2026"),
        pytest.param(date(2025, 7, 14), True, id="the year before that law"),
        pytest.param(date(2026, 7, 20), False, id="independence"),
        pytest.param(date(2026, 11, 16), False, id="a feast moved to its Monday"),
        pytest.param(date(2027, 3, 25), False, id="Maundy Thursday"),
    ],
)
def test_a_day_is_worked_unless_it_is_of_a_weekend_or_a_holiday(day: date, worked: bool) -> None:
    assert worked is CALENDAR.is_business_day(day)


def test_an_extra_holiday_is_not_worked() -> None:
    assert not BusinessCalendar(extra_holidays=(date(2026, 11, 24),)).is_business_day(date(2026, 11, 24))


def test_a_cancelled_holiday_is_worked() -> None:
    assert BusinessCalendar(cancelled_holidays=(date(2026, 7, 13),)).is_business_day(date(2026, 7, 13))


def test_a_cancelled_holiday_does_not_make_a_saturday_worked() -> None:
    saturday = date(2026, 11, 28)

    assert not BusinessCalendar(cancelled_holidays=(saturday,)).is_business_day(saturday)


def test_a_day_both_extra_and_cancelled_is_a_holiday() -> None:
    day = date(2026, 7, 13)

    assert not BusinessCalendar(extra_holidays=(day,), cancelled_holidays=(day,)).is_business_day(day)


def test_a_long_weekend_is_left_by_its_nearest_business_days() -> None:
    saturday = date(2026, 7, 11)

    assert (date(2026, 7, 10), date(2026, 7, 14)) == (CALENDAR.on_or_before(saturday), CALENDAR.on_or_after(saturday))


@pytest.mark.parametrize(
    ("business_days", "expected"),
    [(0, date(2026, 7, 21)), (1, date(2026, 7, 17)), (5, date(2026, 7, 10)), (10, date(2026, 7, 3))],
)
def test_business_days_are_counted_back_over_two_holidays(business_days: int, expected: date) -> None:
    assert expected == CALENDAR.before(date(2026, 7, 21), business_days)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        pytest.param("2026-11-24 07:59", "2026-11-24 08:00", id="before the hours"),
        pytest.param("2026-11-24 08:00", "2026-11-24 08:00", id="at opening"),
        pytest.param("2026-11-24 17:59", "2026-11-24 17:59", id="just before closing"),
        pytest.param("2026-11-24 18:00", "2026-11-25 08:00", id="at closing"),
        pytest.param("2026-11-24 23:59", "2026-11-25 08:00", id="before midnight"),
        pytest.param("2026-11-25 00:00", "2026-11-25 08:00", id="at midnight"),
        pytest.param("2026-11-27 18:01", "2026-11-30 08:00", id="after closing on a Friday"),
        pytest.param("2026-07-11 12:00", "2026-07-14 08:00", id="in a long weekend"),
        pytest.param("2026-12-31 19:00", "2027-01-04 08:00", id="over new year"),
    ],
)
def test_the_next_opening_is_now_or_the_next_morning_that_is_worked(now: str, opening: str) -> None:
    assert bogota(opening) == CALENDAR.next_opening(bogota(now))


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  # bounds are naive
def test_the_next_opening_is_itself_within_the_hours(now: datetime) -> None:
    opening = CALENDAR.next_opening(now)

    assert opening >= now
    assert opening == CALENDAR.next_opening(opening)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param("2026-11-24 09:00", 3, "2026-11-24 12:00", id="within a day"),
        pytest.param("2026-11-24 09:00", 9, "2026-11-24 18:00", id="to the end of a day"),
        pytest.param("2026-11-24 17:00", 2, "2026-11-25 09:00", id="over a night"),
        pytest.param("2026-11-27 17:00", 18, "2026-12-01 15:00", id="over a weekend"),
        pytest.param("2026-07-11 03:00", 1, "2026-07-14 09:00", id="from a long weekend"),
        pytest.param("2026-11-24 08:00", 40, "2026-11-27 18:00", id="four whole days"),
    ],
)
def test_business_hours_pass_only_while_the_office_is_open(start: str, hours: int, expected: str) -> None:
    assert bogota(expected) == CALENDAR.add_business_hours(bogota(start), hours)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 25, 4, 59, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 25, 5, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_a_date_is_that_of_bogota_and_not_of_utc(instant: datetime, day: date) -> None:
    assert day == bogota_date(instant)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_begins_and_ends_on_itself(day: date) -> None:
    assert (day, day) == (bogota_date(start_of_day(day)), bogota_date(end_of_day(day)))
