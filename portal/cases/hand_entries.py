"""How much each person of support has lately done alone, in the store and for every replica.

What weighs and is entered by hand is counted, and, beside it, the cases that their batches reach. Each is written with
a condition on what was read, so that neither two tabs nor two replicas count past the limit.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from adapters.s3 import S3Objects
from domain.bucket import hand_batches_key, hand_entries_key
from domain.messages.four_eyes import FourEyes
from domain.model import Model, canonical_bytes

JSON: Final = "application/json"
TRIES: Final = 10


class _Entries(Model):
    at: tuple[datetime, ...] = ()
    """One instant for each entry; of a batch, one for each case."""


class HandEntries:
    """What was done in the last hour, person by person; a person is named by a digest."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects

    async def take(self, person: str, now: datetime, rule: FourEyes) -> bool:
        """Count one more entry, unless a second person is needed for it; tell whether it was counted.

        Somebody who makes so many at once that none of our tries is the first one needs a second person too.
        """
        return await self._count(hand_entries_key(person), 1, now, rule, lambda at: rule.may_enter(at, now))

    async def take_batch(self, person: str, count: int, now: datetime, rule: FourEyes) -> bool:
        """Count the cases of a batch, unless a second person is needed for it; tell whether they were counted."""
        key = hand_batches_key(person)
        return await self._count(key, count, now, rule, lambda at: rule.may_reach(count, at, now))

    async def may_enter(self, person: str, now: datetime, rule: FourEyes) -> bool:
        """Tell whether one more entry would be counted; nothing is written."""
        entries, _ = await asyncio.to_thread(self._read, hand_entries_key(person))
        return rule.may_enter(entries.at, now)

    async def reached(self, person: str) -> tuple[datetime, ...]:
        """Return when a person has lately reached cases by batches, an instant for each case; nothing is written."""
        entries, _ = await asyncio.to_thread(self._read, hand_batches_key(person))
        return entries.at

    async def _count(
        self, key: str, count: int, now: datetime, rule: FourEyes, may: Callable[[tuple[datetime, ...]], bool]
    ) -> bool:
        def counted() -> bool:
            for _ in range(TRIES):
                entries, etag = self._read(key)
                if not may(entries.at):
                    return False
                more = _Entries(at=(*rule.lately(entries.at, now), *(now,) * count))
                if self._write(key, canonical_bytes(more), etag):
                    return True
            return False

        return await asyncio.to_thread(counted)

    def _read(self, key: str) -> tuple[_Entries, str | None]:
        stored = self._objects.get(key)
        if stored is None:
            return _Entries(), None
        return _Entries.model_validate_json(stored.data), stored.etag

    def _write(self, key: str, data: bytes, etag: str | None) -> bool:
        if etag is None:
            return self._objects.put_new(key, data, JSON)
        return self._objects.replace(key, data, JSON, etag)
