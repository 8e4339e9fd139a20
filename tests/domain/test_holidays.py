"""The table of days off: what the library knows today, and what a case holds on to whatever it will know tomorrow."""

from collections.abc import Iterator
from datetime import date

import pytest

from domain import holidays
from domain.calendar import BusinessCalendar
from domain.case.jobs import CaseOpened, OpenCase
from domain.case.policy import Policy
from domain.decisions import results
from scripts.holidays_table import known_to_the_library
from tests.support.cases import COMPANY_SHA, NOW, with_loan

DAY = date(2026, 12, 23)
"""A Wednesday before the loan's end, and a day of a reminder."""


@pytest.fixture(autouse=True)
def computed_anew() -> Iterator[None]:
    holidays.days_off.cache_clear()
    yield
    holidays.days_off.cache_clear()


@pytest.fixture
def another_table(monkeypatch: pytest.MonkeyPatch) -> int:
    """Release a revision with one day off more."""
    monkeypatch.setattr(holidays, "CHANGES", (*holidays.CHANGES, ((DAY,), ())))
    return len(holidays.CHANGES)


def test_the_newest_table_is_what_the_library_knows() -> None:
    assert holidays.days_off(holidays.NEWEST) == known_to_the_library()


def test_a_revision_adds_and_takes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    christmas = date(2026, 12, 25)
    monkeypatch.setattr(holidays, "CHANGES", (((DAY,), ()), ((), (christmas, DAY))))

    assert [{DAY, christmas} & holidays.days_off(revision) for revision in range(3)] == [
        {christmas},
        {christmas, DAY},
        set(),
    ]


def test_a_case_goes_by_the_table_it_was_opened_under(another_table: int) -> None:
    start = OpenCase(company_id="C1001", profile_sha256=COMPANY_SHA)
    older, newer = (
        with_loan(results.opened(start, CaseOpened(policy=Policy(), holidays=table), NOW))
        for table in (another_table - 1, another_table)
    )

    def planned_on(case: object) -> set[date]:
        return {each.at.date() for each in case.reminders.planned}  # type: ignore[attr-defined]

    assert DAY in planned_on(older)
    assert DAY not in planned_on(newer)
    assert BusinessCalendar(table=another_table).on_or_before(DAY) == date(2026, 12, 22)
