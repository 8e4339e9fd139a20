"""The public keys of whoever signs hand-off tokens, from an https address or a file.

Kept for ten minutes. A token that names an unknown key has them fetched again, at most every thirty seconds, so that
a rotated key works at once and a flood of forged tokens does not become a flood of requests.
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
LARGEST_BYTES: Final = 100_000
TIMEOUT_SECONDS: Final = 3


class KeysUnavailableError(ServiceUnavailableError):
    """The issuer's keys can't be read, and none are known."""


class IssuerKeys:
    """The keys at one place."""

    def __init__(self, place: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the keys at an https address or in a file, when they are first needed."""
        self._place = place
        self._clock = clock
        self._keys = KeySet([])
        self._read_at = -math.inf
        self._tried_at = -math.inf
        self._reading = asyncio.Lock()

    async def current(self, kid: str) -> KeySet:
        """Return the keys, read again when they are old or none has this id; raises KeysUnavailableError."""
        async with self._reading:
            now = self._clock()
            old = now - self._read_at > KEPT_FOR.total_seconds()
            unknown = all(key.kid != kid for key in self._keys.keys)
            if (old or unknown) and now - self._tried_at > NOT_SOONER_THAN.total_seconds():
                self._tried_at = now
                await self._read(now)
            return self._keys

    async def _read(self, now: float) -> None:
        try:
            found = KeySet.import_key_set(await self._document())  # type: ignore[arg-type]  # checked by the library
        except (httpx.HTTPError, OSError, JoseError, ValueError, TypeError, KeyError) as error:
            if self._keys.keys:
                return  # known keys serve on while their place is down
            self._tried_at = -math.inf
            raise KeysUnavailableError(
                f"the issuer's keys can't be read: {type(error).__name__}; check ACTIVA_PORTAL__JWKS"
            ) from None
        # A symmetric key would make the public document a secret.
        self._keys = KeySet([key for key in found.keys if isinstance(key, ECKey)])
        self._read_at = now

    async def _document(self) -> object:
        if "://" not in self._place:
            return json.loads(await asyncio.to_thread(Path(self._place).read_bytes))
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("GET", self._place) as answer,
        ):
            answer.raise_for_status()
            data = b""
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > LARGEST_BYTES:
                    raise ValueError("too large")
            return json.loads(data)
