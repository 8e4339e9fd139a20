"""Who the companies are, to be found by id, NIT or name. Temporal knows no names, so a table of them lies beside it.

Where the table is this process's own, it first takes up what was stored elsewhere: one listing of the bucket's marks,
which whoever asks at the same time shares. While the bucket does not answer, what is known is answered.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from adapters.directory.companies import Companies
from adapters.directory.following import CLOCKS_DIFFER, CLOCKS_DIFFER_AT_MOST, Bucket, Following
from adapters.directory.search import Found
from domain.errors import ServiceUnavailableError

PATIENCE_SECONDS: Final = 5.0
MENDED_EVERY_SECONDS: Final = 60.0
log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The portal ends; what is left of a rebuilding is for the next one."""


class Directory:
    """The companies that have a profile."""

    def __init__(self, table: Companies, bucket: Bucket) -> None:
        """Hold both; nothing is read yet."""
        self._table = table
        self._following = Following(table, bucket)
        self._renewing: asyncio.Task[None] | None = None
        self._renewed_at = float("-inf")
        self._stopping = threading.Event()

    async def names(self, company_ids: Iterable[str]) -> dict[str, str]:
        """Return the legal names of companies; one that has no row is read from the bucket."""
        wanted, found = set(company_ids), dict[str, str]()
        await self.renew()
        try:
            found = await asyncio.to_thread(self._table.names, wanted)
            if missing := sorted(wanted - found.keys()):
                await asyncio.to_thread(self._following.read, missing)
                found |= await asyncio.to_thread(self._table.names, missing)
        except ServiceUnavailableError as error:
            log.warning("the desk shows companies without their names: %s", error)
        return found

    async def search(self, text: str, after: str | None = None, *, near: bool = False) -> Found:
        """Return one page of the companies whose id, NIT or name has every word of a text, by name."""
        await self.renew()
        return await asyncio.to_thread(self._table.search, text, after, near=near)

    async def is_whole(self) -> bool:
        """Tell whether every company has been read at least once."""
        return await asyncio.to_thread(self._table.followed_until) is not None

    async def renew(self) -> None:
        """Take up what was stored before this moment, unless every door writes into this very table."""
        if self._table.is_shared:
            return
        loop = asyncio.get_running_loop()
        asked = loop.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._renewing is None or self._renewed_at < asked or not self._renewing.done():
                    if self._renewing is None or self._renewing.done():
                        self._renewed_at, self._renewing = loop.time(), asyncio.create_task(self._follow())
                    await asyncio.shield(self._renewing)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Build what is not there, and mend what was missed, for as long as the portal serves."""
        mending = asyncio.create_task(self._mend())
        try:
            yield
        finally:
            self._stopping.set()
            mending.cancel()
            with suppress(asyncio.CancelledError):
                await mending
            self._table.close()

    async def _follow(self, clocks_differ: timedelta = CLOCKS_DIFFER) -> None:
        try:
            await asyncio.to_thread(self._following.follow, clocks_differ)
        except ServiceUnavailableError as error:
            log.warning("the desk's directory is not renewed: %s", error)

    async def _mend(self) -> None:
        while True:
            with suppress(ServiceUnavailableError, StoppedError):
                if await asyncio.to_thread(self._following.is_due):
                    log.info("the desk's directory is built from the bucket")
                    built = await asyncio.to_thread(self._following.rebuild, self._go_on)
                    log.info("the desk's directory is built: %s companies", built.companies)
            await self._follow(CLOCKS_DIFFER_AT_MOST)
            await asyncio.sleep(MENDED_EVERY_SECONDS)

    def _go_on(self, _: int) -> None:
        if self._stopping.is_set():
            raise StoppedError
