"""What ten thousand, a hundred thousand and a million companies take: computed from the page's figures.

Nothing is measured here but what one letter costs to check and to keep. What is assumed stands in constants, and below
the table; whoever knows better changes them.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmarks.figures import aligned
from benchmarks.letters import whole_check
from benchmarks.page import PAGE, figure
from benchmarks.sizes import Size
from deploy.namespace import DEFAULT_RETENTION
from domain.letter.examination import LetterOnRecord
from letters import LetterChecker, render_letter
from tests.support.builders import letter
from tests.support.letters.scans import scan

COMPANIES: Final = (10_000, 100_000, 1_000_000)
MORE_REMINDERS: Final = 4
"""In a year, beside the two of the life that is measured: two of the loan, two of the certificate."""
LOOKS: Final = 20
"""At a company's status in a year, by anybody: each is an action."""
OFFICE_SECONDS: Final = 245 * 9 * 3600
"""Of a year: on business days, while reminders go out."""
PEAK: Final = 10
"""The busiest hour's work, for each unit of the mean office hour's."""
LOAD: Final = 0.5
"""Of a core, in the busiest hour."""
LEAST_WORKERS: Final = 2
"""So that one may be replaced."""
LEAST_SHARDS: Final = 512
SHARD_WRITES: Final = 10
"""History events a second that one shard should take at most: it writes one batch after the other."""
MONTHS, MONTH_HOURS, GB = 12, 730, 1e9
TIERS: Final = ((5, 50.0), (5, 45.0), (10, 40.0), (30, 35.0), (50, 30.0), (math.inf, 25.0))
"""Millions of actions a month, and dollars for each; here and below Temporal Cloud's list, Business plan.

Source: Temporal's page of prices for its cloud, read on 27 November 2026.
"""
ACTIVE, RETAINED = 0.042, 0.00105
"""Dollars for a gigabyte of open and of closed histories, an hour."""
PLAN, PLAN_SHARE = 500.0, 0.1
"""Dollars a month at least, or that share of what is used."""
S3_MONTH: Final = 0.023
"""Dollars for a gigabyte of S3 Standard, a month: Amazon's list for us-east-1, read on 27 November 2026."""


@dataclass(frozen=True)
class Letter:
    """What one letter costs: CPU of its check, bytes of it and of its signed copy."""

    check_ms: float
    kept_bytes: float


@dataclass(frozen=True)
class Year:
    """What one company takes in the year in which it begins."""

    worker_ms: float
    letter_ms: float
    server_ms: float
    events: float
    actions: float
    """Those of the case, and a query for each look."""
    open_bytes: float
    closed_bytes: float
    kept_bytes: float


class Row(NamedTuple):
    """A line of the plan: what it is of, and how it follows from a number of companies."""

    what: str
    of: Callable[[int], float]
    unit: str = ""
    digits: int = 0

    def told(self, number: int) -> str:
        """Return what so many companies take of it."""
        return f"{self.of(number):,.{self.digits}f}{self.unit}"


def measure(size: Size) -> str:
    """Return the plan as text."""
    return planned(year(PAGE.read_text(encoding="utf-8"), _letter(size)))


def year(page: str, letter: Letter) -> Year:
    """Return what a company takes, by the page's figures; raises NoFigureError where one is missing."""

    def life(whole: str, reminder: str) -> float:
        one, more = figure(page, "life", f"a life, {whole}"), figure(page, "life", f"each further reminder, {reminder}")
        return one + MORE_REMINDERS * more

    events = life("events", "events")
    longer = events / figure(page, "life", "a life, events")
    return Year(
        worker_ms=longer * figure(page, "lives", "worker CPU of a life"),
        letter_ms=letter.check_ms,
        server_ms=longer * figure(page, "lives", "server CPU of a life"),
        events=events,
        actions=life("billable actions", "actions") + LOOKS,
        open_bytes=figure(page, "life", "open history after it, bytes"),
        closed_bytes=life("bytes", "bytes"),
        kept_bytes=letter.kept_bytes,
    )


def planned(each: Year) -> str:
    """Return the plan as a table, and below it what it assumes."""
    header = ("figure", *(f"{number:,} companies" for number in COMPANIES))
    lines = [(row.what, *(row.told(number) for number in COMPANIES)) for row in _rows(each)]
    assumed = (
        f"product: a company's year is the life of the tables above, {MORE_REMINDERS} more reminders, {LOOKS} looks\n"
        "  at its status and one letter; the busiest hour has "
        f"{PEAK} times the mean of {OFFICE_SECONDS // 3600:,} office hours;\n"
        f"  cores are half busy then; closed histories stay {DEFAULT_RETENTION.days} days; prices without tax,\n"
        "  nothing that the plan includes taken off; bare: none"
    )
    return f"{aligned([header, *lines])}\n{assumed}"


def _rows(each: Year) -> list[Row]:
    return [
        Row("history events a second, busiest hour", lambda number: _busiest(number, each.events), digits=1),
        Row("  actions a second", lambda number: _busiest(number, each.actions), digits=1),
        Row("cores of workers, busiest hour", lambda number: _worker_cores(number, each), digits=2),
        Row("  of it letters' checks", lambda number: _busiest(number, each.letter_ms / 1000), digits=2),
        Row("workers of one core", lambda number: workers(_worker_cores(number, each))),
        Row("cores of the server, busiest hour", lambda number: _busiest(number, each.server_ms / 1000), digits=2),
        Row("history shards", lambda number: shards(_busiest(number, each.events))),
        Row("open histories", lambda number: number * each.open_bytes / GB, " GB", 2),
        Row("closed histories", lambda number: _closed_gb(number, each), " GB", 2),
        Row("bucket, for each year", lambda number: number * each.kept_bytes / GB, " GB", 1),
        Row("Temporal Cloud a month, for actions", lambda number: actions_cost(_actions(number, each)), " USD"),
        Row("  for storage", lambda number: _storage_cost(number, each), " USD"),
        Row("  with the plan's price", lambda number: _temporal(number, each), " USD"),
        Row("the bucket a month, after a year", lambda number: _bucket(number, each), " USD", 2),
        Row("a company and year", lambda number: _total(number, each) * MONTHS / number, " USD", 4),
    ]


def workers(cores: float) -> int:
    """Return how many workers of one core do the work of so many."""
    return max(LEAST_WORKERS, math.ceil(cores / LOAD))


def shards(events_a_second: float) -> int:
    """Return into how many shards a server's histories are to be split, which can't be changed later."""
    needed = max(1.0, events_a_second / SHARD_WRITES)
    return max(LEAST_SHARDS, 1 << math.ceil(math.log2(needed)))


def actions_cost(millions: float) -> float:
    """Return the dollars for so many millions of actions in one month."""
    dollars = 0.0
    for width, price in TIERS:
        dollars += min(millions, width) * price
        millions -= min(millions, width)
    return dollars


def _busiest(number: int, each: float) -> float:
    """Return how much there is a second in the busiest hour, where each company has so much in a year."""
    return number * each / OFFICE_SECONDS * PEAK


def _worker_cores(number: int, each: Year) -> float:
    return _busiest(number, (each.worker_ms + each.letter_ms) / 1000)


def _actions(number: int, each: Year) -> float:
    return number * each.actions / MONTHS / 1e6


def _closed_gb(number: int, each: Year) -> float:
    return number * each.closed_bytes * DEFAULT_RETENTION.days / 365 / GB


def _storage_cost(number: int, each: Year) -> float:
    active = number * each.open_bytes / GB * ACTIVE
    return (active + _closed_gb(number, each) * RETAINED) * MONTH_HOURS


def _temporal(number: int, each: Year) -> float:
    used = actions_cost(_actions(number, each)) + _storage_cost(number, each)
    return used + max(PLAN, PLAN_SHARE * used)


def _bucket(number: int, each: Year) -> float:
    return number * each.kept_bytes / GB * S3_MONTH


def _total(number: int, each: Year) -> float:
    return _temporal(number, each) + _bucket(number, each)


def _letter(size: Size) -> Letter:
    """Check a phone's capture of a signed letter, as often as there are rounds."""
    genuine = letter()
    issued = LetterOnRecord(content=genuine, pdf=render_letter(genuine))
    scans = [scan(issued.pdf, "pen", "phone", 1001 + 2 * each) for each in range(size.rounds)]
    with LetterChecker() as checker:
        found = [(data, whole_check(checker, data, issued)) for data in scans]
    return Letter(
        statistics.median(float(verdict.measured["cpu_ms"]) for _, verdict in found),
        statistics.median(len(issued.pdf) + len(verdict.document or data) for data, verdict in found),
    )
