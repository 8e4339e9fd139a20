"""Keeping what each case knows in the bucket, seconds after its tasks and beside them.

A task waits for nothing here. What a worker that is killed had not written yet is found by another one, see `signs`.
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from adapters.snapshots import Snapshots
from domain.case.snapshot import Position, Snapshot
from domain.errors import StoreUnavailableError

LOG: Final = logging.getLogger("activa.snapshots")
PAUSE_SECONDS: Final = 2
"""From a task to the writing of what it left: most tasks of a case come in groups, of which the last counts."""
AGAIN_SECONDS: Final = 5
"""After a failure of the store."""
AT_ONCE: Final = 8
MOST_KNOWN: Final = 10_000

Waiting = dict[str, tuple[Position, Callable[[], Snapshot]]]


class Keeper:
    """What waits to be written, the newest of each company."""

    def __init__(self, snapshots: Snapshots) -> None:
        """Hold where it goes; to be made in the event loop that runs `run`."""
        self._snapshots = snapshots
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting: Waiting = {}
        self._written: OrderedDict[str, Position] = OrderedDict()

    def note(self, company_id: str, position: Position, snapshot: Callable[[], Snapshot], *, is_new: bool) -> None:
        """Take what a case left, in any thread; it is put into words only when it is written."""
        with self._lock:
            known = self._waiting[company_id][0] if company_id in self._waiting else self._written.get(company_id)
            if known is not None and (known.is_after(position) or not (is_new or position.is_after(known))):
                return
            self._waiting[company_id] = (position, snapshot)
        self._loop.call_soon_threadsafe(self._news.set)

    async def run(self) -> None:
        """Write for ever, a moment after each note."""
        while True:
            await self._news.wait()
            await asyncio.sleep(PAUSE_SECONDS)
            self._news.clear()
            if not await self.flush():
                self._news.set()
                await asyncio.sleep(AGAIN_SECONDS)

    async def flush(self) -> bool:
        """Write what waits; False when some of it could not be written, which then waits on."""
        with self._lock:
            batch, self._waiting = self._waiting, {}
        slots, left = asyncio.Semaphore(AT_ONCE), dict(batch)

        async def write(company_id: str) -> None:
            async with slots:
                if await asyncio.to_thread(self._written_down, company_id, *batch[company_id]):
                    del left[company_id]

        try:
            await asyncio.gather(*(write(each) for each in batch))
        finally:
            with self._lock:
                self._waiting = {**left, **self._waiting}
        if left:
            LOG.warning("%s of %s snapshots could not be written; they are tried again", len(left), len(batch))
        return not left

    def _written_down(self, company_id: str, position: Position, snapshot: Callable[[], Snapshot]) -> bool:
        try:
            self._snapshots.keep(snapshot())
        except StoreUnavailableError:
            return False
        except Exception as error:  # noqa: BLE001  # one case must not stop the writing of all others
            LOG.error("the snapshot of %s can't be written: %s", company_id, type(error).__name__)  # noqa: TRY400  # it may name a person
            return False
        with self._lock:
            self._written[company_id] = position
            self._written.move_to_end(company_id)
            while len(self._written) > MOST_KNOWN:
                self._written.popitem(last=False)
        return True
