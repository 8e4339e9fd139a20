"""The morning that `many` measures is one on which the product reminds."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.many import first_reminder_at, noon_of_reminders
from benchmarks.paying import slowest_but_one_of_a_hundred
from domain.calendar import OPENS_AT, BusinessCalendar, bogota_date, bogota_instant
from domain.case.reminders import SPREAD_MINUTES

FRIDAY_EVENING = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
HOLY_WEDNESDAY = datetime(2027, 3, 24, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("now", [FRIDAY_EVENING, HOLY_WEDNESDAY])
def test_all_first_reminders_fall_into_one_business_day_over_the_whole_spread(now: datetime) -> None:
    noon = noon_of_reminders(now)
    opening = bogota_instant(bogota_date(noon), OPENS_AT)

    minutes = sorted(
        (first_reminder_at(f"MANY{number}", noon) - opening) // timedelta(minutes=1) for number in range(500)
    )

    assert BusinessCalendar().is_business_day(bogota_date(noon))
    assert noon - now > timedelta(days=1)
    assert minutes[0] >= 0
    assert minutes[-1] < SPREAD_MINUTES
    assert minutes[250] == pytest.approx(SPREAD_MINUTES / 2, rel=0.2)


@pytest.mark.parametrize(("times", "place"), [(100, 98), (1000, 989), (2, 1)])
def test_all_but_one_of_a_hundred(times: int, place: int) -> None:
    assert slowest_but_one_of_a_hundred(list(range(times))[::-1]) == place
