"""How much each person of support has lately entered by hand of what weighs, in the store and for every replica.

Each entry is written with a condition on what was read, so that neither two tabs nor two replicas count past the limit.
"""

import asyncio
from datetime import datetime
from typing import Final

from adapters.s3 import S3Objects
from domain.bucket import hand_entries_key
from domain.messages.four_eyes import FourEyes
from domain.model import Model, canonical_bytes

JSON: Final = "application/json"
TRIES: Final = 10


class _Entries(Model):
    at: tuple[datetime, ...] = ()


class HandEntries:
    """The entries of the last hour, person by person; a person is named by a digest."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects

    async def take(self, person: str, now: datetime, rule: FourEyes) -> bool:
        """Count one more entry, unless a second person is needed for it; tell whether it was counted.

        Somebody who makes so many at once that none of our tries is the first one needs a second person too.
        """
        return await asyncio.to_thread(self._take, hand_entries_key(person), now, rule)

    async def may_enter(self, person: str, now: datetime, rule: FourEyes) -> bool:
        """Tell whether one more entry would be counted; nothing is written."""
        entries, _ = await asyncio.to_thread(self._read, hand_entries_key(person))
        return rule.may_enter(entries.at, now)

    def _take(self, key: str, now: datetime, rule: FourEyes) -> bool:
        for _ in range(TRIES):
            entries, etag = self._read(key)
            if not rule.may_enter(entries.at, now):
                return False
            counted = canonical_bytes(_Entries(at=(*rule.lately(entries.at, now), now)))
            if self._write(key, counted, etag):
                return True
        return False

    def _read(self, key: str) -> tuple[_Entries, str | None]:
        stored = self._objects.get(key)
        if stored is None:
            return _Entries(), None
        return _Entries.model_validate_json(stored.data), stored.etag

    def _write(self, key: str, data: bytes, etag: str | None) -> bool:
        if etag is None:
            return self._objects.put_new(key, data, JSON)
        return self._objects.replace(key, data, JSON, etag)
