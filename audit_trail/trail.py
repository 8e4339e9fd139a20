"""The trail of one process: every line at once on standard output, and what matters in the bucket, chained.

A change of a case is stored before it is made. Everything else that is stored waits for others for a second: that much
may be missing of a process that is killed, and what could not be stored while the store was down. A change is made
then all the same, since a payment must not be lost for want of a record: standard output has the line.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

from audit_trail.asker import asker
from audit_trail.chain import Batch, Header
from audit_trail.events import AuditEvent, EventName
from domain.errors import StoreUnavailableError

LOG: Final = logging.getLogger("activa.audit")
JSON_LINES: Final = "application/jsonl"
GATHERED_FOR: Final = timedelta(seconds=1)
TRIED_AGAIN_AFTER: Final = timedelta(seconds=5)
MOST_WAITING: Final = 20_000
"""Lines, while the store is down."""


class Store(Protocol):
    """Where batches are kept; its calls block and raise StoreUnavailableError."""

    def put_new(self, key: str, data: bytes, content_type: str, *, locked_until: datetime | None = None) -> bool:
        """Write the object unless the key is taken; tell whether it was written."""


class Trail:
    """What one process writes; `running` stores it."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        say: Callable[[str], object],
        *,
        lock: timedelta = timedelta(0),
    ) -> None:
        """`say` writes a line to standard output; `lock` is how long nobody may remove what is stored, if at all."""
        self._store = store
        self._now = now
        self._say = say
        self._lock = lock
        self._writer = f"{now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}"
        self._sequence = 0
        self._previous = ""
        self._waiting: list[str] = []
        self._added = 0
        self._stored = 0
        self._batch: Batch | None = None
        self._taken_lines: list[str] = []
        self._is_failing = False
        self._has_news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def note(
        self,
        event: EventName,
        outcome: str,
        *,
        kept: bool,
        action: str | None = None,
        about: str | None = None,
        company_id: str | None = None,
    ) -> None:
        """Put a deed on record; `kept` also in the bucket, within a second or two."""
        who, now = asker(), self._now()
        line = AuditEvent(
            at=now.replace(microsecond=now.microsecond // 1000 * 1000),
            event=event,
            outcome=outcome,
            door=who.door,
            who=who.who,
            role=who.role,
            company_id=company_id or who.company_id,
            action=action,
            about=about,
            address=who.address,
            request_id=who.request_id,
        ).model_dump_json(exclude_none=True)
        self._say(line)
        if kept:
            self._waiting.append(line)
            self._added += 1
            self._has_news.set()

    async def before(self, action: str, company_id: str | None, about: str | None) -> None:
        """Put a change on record that is about to be made; it is stored once this returns, if the store answers."""
        self.note(EventName.CHANGE, "requested", kept=True, action=action, about=about, company_id=company_id)
        # Whoever asked may go away meanwhile; a batch that is under way is not given up for that.
        await asyncio.shield(asyncio.create_task(self._stored_up_to(self._added)))

    async def close(self) -> None:
        """Store what waits, and that the process ended in order; nothing where nothing was put on record."""
        if self._added == 0:
            return
        self.note(EventName.STOPPED, "success", kept=True)
        self._is_failing = False
        await self._stored_up_to(self._added)

    @property
    def unstored(self) -> tuple[str, ...]:
        """The lines that could not be stored."""
        return (*self._taken_lines, *self._waiting)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Store what comes, until the process ends in order."""
        self.note(EventName.STARTED, "success", kept=True)
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            async with self._one_at_a_time:  # so that no batch is under way when the task is cancelled
                keeping.cancel()
            await self.close()

    async def _keep(self) -> None:
        while True:
            await self._has_news.wait()
            await asyncio.sleep((TRIED_AGAIN_AFTER if self._is_failing else GATHERED_FOR).total_seconds())
            async with self._one_at_a_time:
                await self._flush()

    async def _stored_up_to(self, added: int) -> None:
        async with self._one_at_a_time:
            await self._flush_up_to(added)

    async def _flush_up_to(self, added: int) -> None:
        while self._stored < added and not self._is_failing:
            await self._flush()

    async def _flush(self) -> None:
        """Store one batch. One that may have been stored, its answer lost, is stored again as it was."""
        if self._batch is None and (lines := self._taken()):
            header = Header(writer=self._writer, sequence=self._sequence, previous=self._previous)
            self._batch, self._taken_lines = Batch.of(header, lines), lines
        if self._batch is not None:
            await self._put(self._batch)
        if self._batch is None and not self._waiting:
            self._has_news.clear()

    async def _put(self, batch: Batch) -> None:
        until = self._now() + self._lock if self._lock else None
        try:
            await asyncio.to_thread(self._store.put_new, batch.key, batch.data, JSON_LINES, locked_until=until)
        except StoreUnavailableError as error:
            if not self._is_failing:
                LOG.error("the trail can't be stored: %s; it waits in memory", error)  # noqa: TRY400  # no trace needed
            self._is_failing = True
            return
        self._is_failing = False
        self._stored += len(self._taken_lines)
        self._batch, self._taken_lines = None, []
        self._previous = batch.sha256
        self._sequence += 1

    def _taken(self) -> list[str]:
        """Take out the lines that wait, of which only so many may: the oldest go."""
        lost = len(self._waiting) - MOST_WAITING
        if lost > 0:
            del self._waiting[:lost]
            self._stored += lost
            self.note(EventName.GAP, f"{lost} lines", kept=True)
        lines, self._waiting = self._waiting, []
        return lines
