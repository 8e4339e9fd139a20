"""How often something may be asked for. Counted in this process: behind several replicas the ingress limits too."""

from math import ceil
from time import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from domain.errors import ActivaError


class TooOftenError(ActivaError):
    """A limit is reached; `wait_seconds` until it may be asked again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"wait {wait_seconds} s")
        self.wait_seconds: Final = wait_seconds


class Limits:
    """The portal's limits and what has been asked for lately."""

    def __init__(self, *, entries_per_minute: int, uploads_per_hour: int, calls_per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._entries = RateLimitItemPerMinute(entries_per_minute)
        self._uploads = RateLimitItemPerHour(uploads_per_hour)
        self._calls = RateLimitItemPerMinute(calls_per_minute)

    def entry(self, address: str) -> None:
        """Count somebody coming in from a network address; raises TooOftenError."""
        self._count(self._entries, "entry", address)

    def upload(self, company_id: str) -> None:
        """Count a letter made, or a file sent, for a company; raises TooOftenError."""
        self._count(self._uploads, "upload", company_id)

    def call(self, subject: str) -> None:
        """Count a call of the API by a token's subject; raises TooOftenError."""
        self._count(self._calls, "call", subject)

    def _count(self, limit: RateLimitItem, *key: str) -> None:
        if not self._limiter.hit(limit, *key):
            reset_at, _ = self._limiter.get_window_stats(limit, *key)
            raise TooOftenError(max(1, ceil(reset_at - time())))
