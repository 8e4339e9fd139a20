"""What a company costs on Temporal Cloud in its first year, by list prices: its actions, and its histories' bytes.

The year is the measured life, then the months with its own certificate until the last reminder of its end. A run's
bytes are paid for as long as it is open, and for a month after, at a fortieth. Plan and support are not in it.
Source of the prices: Temporal's documentation, "Temporal Cloud pricing", read on 27 November 2026.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from temporalio.client import WorkflowHistory

from benchmarks.figures import Figure
from domain.case.policy import Policy

if TYPE_CHECKING:
    from benchmarks.life import Lives

ACTION_USD: Final = 50 / 1e6
"""Of the first five millions in a month; the next ones cost less."""
OPEN_USD: Final = 0.042 / 1e9
"""Of a byte of an open history for an hour."""
CLOSED_USD: Final = 0.00105 / 1e9
RETENTION: Final = timedelta(days=30)
YEAR: Final = timedelta(days=365)
HOUR: Final = timedelta(hours=1)
COMPANIES: Final = 1000


@dataclass(frozen=True)
class Price:
    """In US dollars for a thousand companies."""

    actions: float
    storage: float


def figures(product: "Lives", bare: "Lives") -> list[Figure]:
    """Return what a year costs."""
    one, other = of_a_year(product), of_a_year(bare)
    rows = (("actions", one.actions, other.actions), ("storage", one.storage, other.storage))
    total = Figure(
        "1,000 companies for a year on Temporal Cloud",
        one.actions + one.storage,
        other.actions + other.storage,
        None,
        unit=" USD",
        digits=2,
    )
    return [total, *(Figure(f"  of it {what}", price, peer, None, unit=" USD", digits=2) for what, price, peer in rows)]


def of_a_year(lives: "Lives") -> Price:
    """Return the price of a life with its last year's reminders."""
    life, days = lives.few, Policy().certificate_reminder_days
    began, ended = _at(life.past, 0), _at(life.past, -1)
    actions = life.actions + len(days) * lives.per_reminder("actions")
    byte_hours = life.byte_hours + life.open_bytes * ((began + YEAR - ended) / HOUR)
    byte_hours += sum(lives.per_reminder("size_bytes") * (timedelta(days=each) / HOUR) for each in days if each > 0)
    storage = byte_hours * OPEN_USD + life.size_bytes * (RETENTION / HOUR) * CLOSED_USD
    return Price(actions=actions * ACTION_USD * COMPANIES, storage=storage * COMPANIES)


def _at(history: WorkflowHistory, place: int) -> datetime:
    at: datetime = history.events[place].event_time.ToDatetime()
    return at
