"""How often something may be asked for: counted in this process, or in a store that all replicas share.

While the store does not answer, each process counts by itself: its loss keeps nobody out and lets nobody loose.
"""

import asyncio
import hashlib
import logging
from math import ceil
from time import time
from typing import Final, cast
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from domain.errors import ActivaError
from settings import Portal

LOG: Final = logging.getLogger("activa.portal")
STORE_SECONDS: Final = 1
_REDIS: Final = {"implementation": "redispy"}
OPTIONS: Final[dict[str, dict[str, str]]] = {"redis": _REDIS, "rediss": _REDIS, "memcached": {}}


class TooOftenError(ActivaError):
    """A limit is reached; `wait_seconds` until it may be asked again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"wait {wait_seconds} s")
        self.wait_seconds: Final = wait_seconds


def store_at(place: str) -> Storage:
    """Return the store at an address; nothing is sent yet."""
    options = OPTIONS[urlsplit(place).scheme]
    return cast("Storage", storage_from_string(f"async+{place}", wrap_exceptions=True, **options))


class Limits:
    """The portal's limits and what has been asked for lately."""

    def __init__(self, portal: Portal, store: Storage | None = None) -> None:
        """Count in a store, or, without one, in this process."""
        own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._own = own
        self._shared = own if store is None else SlidingWindowCounterRateLimiter(store)
        self._alone = False
        self._entries = RateLimitItemPerMinute(portal.entries_per_minute)
        self._uploads = RateLimitItemPerHour(portal.uploads_per_hour)
        self._calls = RateLimitItemPerMinute(portal.api_calls_per_minute)
        self._polls = RateLimitItemPerMinute(portal.serving.polls_per_minute)

    async def entry(self, address: str) -> None:
        """Count somebody coming in from a network address; raises TooOftenError."""
        await self._count(self._entries, "entry", address)

    async def upload(self, company_id: str) -> None:
        """Count a letter made, or a file sent, for a company; raises TooOftenError."""
        await self._count(self._uploads, "upload", company_id)

    async def call(self, subject: str) -> None:
        """Count a call of the API by a token's subject; raises TooOftenError."""
        await self._count(self._calls, "call", subject)

    async def poll(self, session_id: str) -> None:
        """Count somebody looking whether something has happened; raises TooOftenError."""
        await self._count(self._polls, "poll", session_id)

    async def _count(self, limit: RateLimitItem, *key: str) -> None:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                wait = await _wait_of(self._shared, limit, *key)
            self._say(alone=False)
        except (StorageError, TimeoutError):
            self._say(alone=True)
            wait = await _wait_of(self._own, limit, *key)
        if wait:
            raise TooOftenError(wait)

    def _say(self, *, alone: bool) -> None:
        if alone and not self._alone:
            LOG.warning("what ACTIVA_PORTAL__SERVING__COUNTED_IN names does not answer; this process counts alone")
        self._alone = alone


async def _wait_of(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, *key: str) -> int:
    """Count once more; return how many seconds to wait, 0 where nobody need. A store sees digests, no addresses."""
    name = hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]
    if await limiter.hit(limit, name):
        return 0
    reset_at, _ = await limiter.get_window_stats(limit, name)
    return max(1, ceil(reset_at - time()))
