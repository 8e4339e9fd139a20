"""The business calendar of Colombia, and dates in Bogotá.

Days off come from `domain.holidays`, by the revision of its table that a case holds on to. A policy may add or cancel
days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.holidays import NEWEST, days_off

BOGOTA = ZoneInfo("America/Bogota")
DAY = timedelta(days=1)
OPENS_AT = time(8, 0)
CLOSES_AT = time(18, 0)


def bogota_date(instant: datetime) -> date:
    """Return the date in Bogotá at an aware instant."""
    return instant.astimezone(BOGOTA).date()


def bogota_instant(day: date, at: time) -> datetime:
    """Return the UTC instant of a time of day in Bogotá."""
    return datetime.combine(day, at, BOGOTA).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """Return the UTC instant at which a day begins in Bogotá."""
    return bogota_instant(day, time(0, 0))


def end_of_day(day: date) -> datetime:
    """Return the last whole second of a day in Bogotá, as a UTC instant."""
    return bogota_instant(day, time(23, 59, 59))


@dataclass(frozen=True)
class BusinessCalendar:
    """Business days: Monday to Friday, no holiday, with the policy's own exceptions."""

    extra_holidays: tuple[date, ...] = ()
    cancelled_holidays: tuple[date, ...] = ()
    table: int = NEWEST
    """Revision of the days off."""

    def is_business_day(self, day: date) -> bool:
        """Tell whether a day is worked."""
        if day.weekday() >= 5 or day in self.extra_holidays:  # noqa: PLR2004  # Saturday is 5
            return False
        return day in self.cancelled_holidays or day not in days_off(self.table)

    def on_or_before(self, day: date) -> date:
        """Return the day itself when it is worked, or the last business day before it."""
        while not self.is_business_day(day):
            day -= DAY
        return day

    def on_or_after(self, day: date) -> date:
        """Return the day itself when it is worked, or the first business day after it."""
        while not self.is_business_day(day):
            day += DAY
        return day

    def before(self, day: date, business_days: int) -> date:
        """Return the day that lies a number of business days before another, which is not counted."""
        for _ in range(business_days):
            day = self.on_or_before(day - DAY)
        return day

    def after(self, day: date, business_days: int) -> date:
        """Return the day that lies a number of business days after another, which is not counted."""
        for _ in range(business_days):
            day = self.on_or_after(day + DAY)
        return day

    def next_opening(self, now: datetime) -> datetime:
        """Return `now` when it is within 08:00-18:00 of a business day, or the next such 08:00."""
        today = bogota_date(now)
        if self.is_business_day(today):
            if now < (opens := bogota_instant(today, OPENS_AT)):
                return opens
            if now < bogota_instant(today, CLOSES_AT):
                return now
        return bogota_instant(self.on_or_after(today + DAY), OPENS_AT)

    def add_business_hours(self, start: datetime, hours: int) -> datetime:
        """Return the instant at which a number of business hours has passed; a business day has ten."""
        left = timedelta(hours=hours)
        at = self.next_opening(start)
        while True:
            closes = bogota_instant(bogota_date(at), CLOSES_AT)
            if at + left <= closes:
                return at + left
            left -= closes - at
            at = self.next_opening(closes)
