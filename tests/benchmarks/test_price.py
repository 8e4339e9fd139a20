"""The price of a year follows from actions, bytes and how long each byte is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from benchmarks.life import Life, Lives
from benchmarks.price import of_a_year

BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
HOURS_OF_REMINDERS = (60 + 30 + 15 + 7 + 1) * 24


def event(at: datetime) -> HistoryEvent:
    made = HistoryEvent(event_id=1)
    made.event_time.FromDatetime(at)
    return made


def test_a_year_is_paid_by_action_and_by_byte_and_hour() -> None:
    first, last = event(BEGAN), event(BEGAN + timedelta(days=65))
    past = WorkflowHistory("c", [first, last])
    opened = WorkflowHistory("c", [event(BEGAN)])
    more = WorkflowHistory("c", [first, last, event(BEGAN)])
    few, many = Life(past, opened, actions=20), Life(more, opened, actions=22)

    price = of_a_year(Lives(few, many, 1, opened))

    size = first.ByteSize()
    open_hours = 65 * 24 + 300 * 24 + HOURS_OF_REMINDERS
    dollars = size * open_hours * 0.042 / 1e9 + (size + last.ByteSize()) * 720 * 0.00105 / 1e9
    assert price.actions == pytest.approx((20 + 6 * 2) * 0.05)
    assert price.storage == pytest.approx(dollars * 1000)
