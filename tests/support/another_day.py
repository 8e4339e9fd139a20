"""`python -m tests.support.another_day`: run the tests as if today were another day.

Every clock of the tests' own process is moved there, the store's in it included, and each case's time on the Temporal
server. Tests that run the product as processes of its own are left out: those keep the machine's time.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Final

import time_machine

from domain.calendar import BOGOTA, DAY, BusinessCalendar
from tests.support.cases import bogota

VARIABLE: Final = "TESTS_BEGIN"
"""As in `2027-12-24 10:00`, in Bogotá."""
ROOMS: Final = ("tests/activities", "tests/portal", "tests/workflows")
SATURDAY, SUNDAY, FRIDAY = 5, 6, 4
_CALENDAR: Final = BusinessCalendar()


def another_day() -> datetime | None:
    """Return the instant that the tests are to take for now, if one is given."""
    given = os.environ.get(VARIABLE)
    return None if given is None else bogota(given)


def travelling() -> AbstractContextManager[object]:
    """Return what moves this process's clocks while it is entered; they go on from there."""
    begins = another_day()
    return nullcontext() if begins is None else time_machine.travel(begins, tick=True)


def _works(day: date) -> bool:
    return _CALENDAR.is_business_day(day)


def _good_friday(day: date) -> bool:
    """Tell Good Friday: a Friday off after a Thursday off, outside December and January."""
    return day.weekday() == FRIDAY and not _works(day) and not _works(day - DAY) and day.month in {3, 4}


DAYS: Final[dict[str, tuple[str, Callable[[date], bool]]]] = {
    "today": ("", lambda _: True),
    "the Friday before a long weekend": ("10:00", lambda day: day.weekday() == FRIDAY and not _works(day + 3 * DAY)),
    "24 December": ("10:00", lambda day: (day.month, day.day) == (12, 24)),
    "31 December": ("10:00", lambda day: (day.month, day.day) == (12, 31)),
    "Maundy Thursday": ("10:00", lambda day: _good_friday(day + DAY)),
    "a Saturday": ("11:00", lambda day: day.weekday() == SATURDAY),
    "a Sunday evening": ("19:30", lambda day: day.weekday() == SUNDAY),
    "27 February of a leap year": ("10:00", lambda day: (day.month, day.day, (day + 2 * DAY).day) == (2, 27, 29)),
    "the last business day of a month": (
        "17:30",
        lambda day: _works(day) and _CALENDAR.on_or_after(day + DAY).month != day.month,
    ),
    "the minutes before midnight": ("23:52", _works),
}
"""Kinds of days, each with an hour in Bogotá: the next day of its kind is taken."""


def next_of(name: str, now: datetime) -> str | None:
    """Return when the next day of a kind begins for the tests, as `TESTS_BEGIN` takes it; None is now."""
    hour, fits = DAYS[name]
    if not hour:
        return None
    day = now.astimezone(BOGOTA).date() + DAY
    while not fits(day):
        day += DAY
    return f"{day} {hour}"


def run(name: str, arguments: list[str]) -> bool:
    """Run the tests on a kind of day; tell whether they passed."""
    begins = next_of(name, datetime.now(UTC))
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    if begins is not None:
        environment[VARIABLE] = begins
    print(f"\n=== {name}: {begins or 'now'} in Bogotá", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def main() -> int:
    """Run the command; 1 when a test failed on any of the days."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--days", nargs="+", choices=list(DAYS), default=list(DAYS), metavar="DAY", help=", ".join(DAYS)
    )
    parser.add_argument("arguments", nargs="*", help=f"for pytest; default: -n 3 --dist loadfile {' '.join(ROOMS)}")
    given = parser.parse_args()
    arguments = given.arguments or ["-n", "3", "--dist", "loadfile", *ROOMS]
    began = datetime.now(UTC)
    passed = {name: run(name, arguments) for name in given.days}
    for name, good in passed.items():
        print(f"{'passed' if good else 'FAILED'}  {name}")  # noqa: T201
    print(f"in {(datetime.now(UTC) - began) // timedelta(seconds=1)} s")  # noqa: T201
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
