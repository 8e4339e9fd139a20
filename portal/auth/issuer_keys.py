"""The public keys of whoever signs tokens, from an https address or a file.

Kept for ten minutes, then read again beside the work: a known key never waits. While their place is down they serve on,
for as long as the settings say. A token that names an unknown key has them read again, so that a rotated key works at
once; each time that was in vain doubles the wait until the next, so that forged tokens can't keep the issuer busy.
"""

import asyncio
import json
import math
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from domain.errors import ServiceUnavailableError

KEPT_FOR: Final = timedelta(minutes=10)
NOT_SOONER_THAN: Final = timedelta(seconds=30)
AFTER_A_FAILURE: Final = timedelta(seconds=2)
STALE_FOR: Final = timedelta(hours=24)
LARGEST_BYTES: Final = 100_000
MOST_KEYS: Final = 50
WITHIN_SECONDS: Final = 3
"""From the first byte asked to the last one read, however they trickle."""


class KeysUnavailableError(ServiceUnavailableError):
    """The issuer's keys can't be read, and none are known."""


class IssuerKeys:
    """The keys at one place."""

    def __init__(
        self, place: str, clock: Callable[[], float] = time.monotonic, stale_for: timedelta = STALE_FOR
    ) -> None:
        """Read the keys at an https address or in a file, when they are first needed."""
        self._place = place
        self._clock = clock
        self._stale_for = stale_for.total_seconds()
        self._keys: dict[str | None, ECKey] = {}
        self._read_at = -math.inf
        self._not_before = -math.inf
        self._patience = NOT_SOONER_THAN.total_seconds()
        self._reading: asyncio.Task[None] | None = None
        self._failure = "not read yet"

    async def current(self, kid: str) -> KeySet:
        """Return the keys; waits for them only where this id is unknown. Raises KeysUnavailableError."""
        now = self._clock()
        if now - self._read_at > self._stale_for:
            self._keys = {}
        known = kid in self._keys
        if not known or now - self._read_at > KEPT_FOR.total_seconds():
            reading = self._begin(now, sought=None if known else kid)
            if reading is not None and not known:
                await asyncio.wait([reading])
        if self._clock() - self._read_at > self._stale_for:
            raise KeysUnavailableError(f"the issuer's keys can't be read: {self._failure}; check the setting …__JWKS")
        return KeySet(list(self._keys.values()))

    def _begin(self, now: float, sought: str | None) -> "asyncio.Task[None] | None":
        """Return the reading that runs or begins, or None where it is too early for one."""
        if self._reading is None or self._reading.done():
            if now < self._not_before:
                return None
            self._reading = asyncio.get_running_loop().create_task(self._read(now, sought))
        return self._reading

    async def _read(self, now: float, sought: str | None) -> None:
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                found = _usable(await self._document())
        except (httpx.HTTPError, OSError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            self._failure = type(error).__name__
            pause = self._patience if self._keys else AFTER_A_FAILURE.total_seconds()
            self._not_before = now + pause
            return
        in_vain = sought is not None and bool(self._keys) and sought not in found
        longer = min(2 * self._patience, KEPT_FOR.total_seconds())
        self._patience = longer if in_vain else NOT_SOONER_THAN.total_seconds()
        self._keys, self._read_at, self._not_before = found, now, now + self._patience

    async def _document(self) -> object:
        if "://" not in self._place:
            return json.loads(await asyncio.to_thread(Path(self._place).read_bytes))
        async with (
            httpx.AsyncClient(timeout=WITHIN_SECONDS, follow_redirects=False) as client,
            # Compressed, a few bytes could become any number of them.
            client.stream("GET", self._place, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            answer.raise_for_status()
            data = b""
            async for part in answer.aiter_raw():
                data += part
                if len(data) > LARGEST_BYTES:
                    raise ValueError("too large")
            return json.loads(data)


def _usable(document: object) -> dict[str | None, ECKey]:
    """Return the keys that may sign, by their id. A symmetric one would make the public document a secret."""
    if not isinstance(document, dict) or len(document["keys"]) > MOST_KEYS:
        raise ValueError("no document of keys, or too many of them")
    found = KeySet.import_key_set(document)  # type: ignore[arg-type]  # checked by the library
    return {key.kid: key for key in found.keys if isinstance(key, ECKey) and key.curve_name == "P-256"}
