"""How many cases stand where, told to the worker's metrics at intervals: from Temporal's list and the snapshots.

Every worker tells the same, so whoever reads takes the greatest. No case is asked, and nothing is billed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import Client
from temporalio.common import MetricMeter

from adapters.case_list import CaseList, Filter
from adapters.s3 import S3Objects
from adapters.snapshots import Snapshots, SnapshotUnusableError
from domain.case.case import Case
from domain.errors import ActivaError
from domain.views.owed import owed_since
from domain.views.stage import Stage

LOG: Final = logging.getLogger("activa.census")
EVERY: Final = timedelta(seconds=60)
MOST_READ: Final = 200
"""Cases that need attention and whose snapshots are read: where more do, their age is told by these."""
RUNNING: Final = tuple(each for each in Stage if each is not Stage.CLOSED)


@dataclass(frozen=True)
class Count:
    """The cases that run, at one time."""

    by_stage: Mapping[Stage, int]
    needing_attention: int
    owed_since: datetime | None
    """Since when the oldest step, mail or reminder keeps failing; None when none does."""


class Census:
    """Counts the cases of a namespace."""

    def __init__(self, client: Client, objects: S3Objects) -> None:
        self._list = CaseList(client)
        self._snapshots = Snapshots(objects)

    async def count(self) -> Count:
        """Return how the cases stand; raises ActivaError where Temporal or the store does not answer."""
        numbers = [await self._list.count(Filter(stage=each)) for each in RUNNING]
        flagged = Filter(needs_attention=True)
        listed = await self._list.page(flagged, MOST_READ)
        owed = [await asyncio.to_thread(self._owed_since, each.company_id) for each in listed.cases]
        needing = await self._list.count(flagged)
        oldest = min(filter(None, owed), default=None)
        return Count(dict(zip(RUNNING, numbers, strict=True)), needing, oldest)

    def _owed_since(self, company_id: str) -> datetime | None:
        try:
            kept = self._snapshots.read(company_id)
        except SnapshotUnusableError:
            return None
        stored = None if kept is None or kept.snapshot.closed else kept.snapshot.case
        return None if stored is None else owed_since(Case.restored(stored))


def tell(count: Count, meter: MetricMeter, now: datetime) -> None:
    """Set the figures."""
    for stage, number in count.by_stage.items():
        meter.create_gauge("activa_cases").set(number, {"stage": stage.value})
    meter.create_gauge("activa_cases_needing_attention").set(count.needing_attention)
    age = timedelta() if count.owed_since is None else max(now - count.owed_since, timedelta())
    meter.create_gauge_float("activa_oldest_owed_seconds").set(age.total_seconds())
    meter.create_gauge_float("activa_counted_at_seconds").set(now.timestamp())


@asynccontextmanager
async def cases_counted(client: Client, objects: S3Objects, meter: MetricMeter) -> AsyncIterator[None]:
    """Tell the figures while the block runs; nothing waits for them."""
    counting = asyncio.create_task(_count_on(Census(client, objects), meter))
    try:
        yield
    finally:
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)


async def _count_on(census: Census, meter: MetricMeter) -> None:
    while True:
        try:
            tell(await census.count(), meter, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001  # a figure that can't be had stops nothing; its age tells
            known = str(error) if isinstance(error, ActivaError) else type(error).__name__
            LOG.warning("the cases could not be counted, which is tried again: %s", known)
        await asyncio.sleep(EVERY.total_seconds())
