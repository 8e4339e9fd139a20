"""The keys that encrypt payloads, one for each company: in the bucket, wrapped by the ring.

Whoever erases a company's key in all its versions makes everything unreadable that was written under it, wherever a
copy of it lies. Other processes may hold it in memory for KEPT_FOR longer.

What belongs to no company alone (a message to many cases, what the support's command line encrypts) has a key of its
own, under the company id SHARED.
"""

import base64
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic import Base64Bytes, ValidationError

from adapters.encryption.ring import Ring
from adapters.encryption.sealing import KEY_BYTES
from adapters.encryption.shelf import Shelf
from domain.bucket import wrapped_key
from domain.errors import ActivaError
from domain.model import Model, canonical_bytes

SHARED: Final = ""
"""Stands for no company."""
KEPT_FOR: Final = timedelta(minutes=10)
LOOKED_AGAIN_AFTER: Final = timedelta(seconds=5)
"""For a key that was not the one looked for: a payload that names a made-up one must not cost a look each time."""
MOST_KEPT: Final = 20_000
JSON: Final = "application/json"


class DataKeyError(ActivaError):
    """A company's key can't be read; the text says where it lies."""


@dataclass(frozen=True)
class DataKey:
    """A company's key in clear."""

    id: str
    secret: bytes = field(repr=False)


class WrappedKey(Model):
    """A company's key as it lies in the bucket."""

    id: str
    wrapped_by: str
    """The id of the ring's key."""
    wrapped: Base64Bytes


@dataclass(frozen=True)
class _Kept:
    key: DataKey | None
    read_at: float


class DataKeys:
    """The companies' keys. Calls block; threads may share it."""

    def __init__(self, objects: Shelf, ring: Ring, clock: Callable[[], float] = time.monotonic) -> None:
        self._objects = objects
        self._ring = ring
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._one_at_a_time = [threading.Lock() for _ in range(64)]
        """By company: a case's many payloads ask once. A few companies share a lock."""

    def at_hand(self, company_id: str, key_id: str | None = None) -> DataKey | None:
        """Return the key that is in memory, of this id where one is named, without asking anybody."""
        kept = self._fresh(company_id, KEPT_FOR)
        key = None if kept is None else kept.key
        return key if key is not None and key_id in {None, key.id} else None

    def to_write_with(self, company_id: str) -> DataKey:
        """Return the company's key, made now where it has none: of several processes, one makes it."""
        with self._lock(company_id):
            if (key := self.at_hand(company_id)) is None:
                key = self._stored(company_id) or self._made(company_id)
                self._keep(company_id, key)
            return key

    def to_read_with(self, company_id: str, key_id: str) -> DataKey | None:
        """Return the company's key if it is of this id; None when it is another one, or erased."""
        with self._lock(company_id):
            if (key := self.at_hand(company_id, key_id)) is not None:
                return key
            if self._fresh(company_id, LOOKED_AGAIN_AFTER) is None:
                self._keep(company_id, self._stored(company_id))
            return self.at_hand(company_id, key_id)

    def _lock(self, company_id: str) -> threading.Lock:
        return self._one_at_a_time[hash(company_id) % len(self._one_at_a_time)]

    def _fresh(self, company_id: str, kept_for: timedelta) -> _Kept | None:
        kept = self._kept.get(company_id)
        return kept if kept is not None and self._clock() - kept.read_at < kept_for.total_seconds() else None

    def _keep(self, company_id: str, key: DataKey | None) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[company_id] = _Kept(key, self._clock())

    def _stored(self, company_id: str) -> DataKey | None:
        found = read_wrapped(self._objects, company_id)
        if found is None:
            return None
        wrapped, _ = found
        return DataKey(wrapped.id, self._ring.unwrap(wrapped.wrapped_by, wrapped.wrapped, company_id, wrapped.id))

    def _made(self, company_id: str) -> DataKey:
        made = DataKey(secrets.token_hex(8), secrets.token_bytes(KEY_BYTES))
        ring_id, wrapped = self._ring.wrap(made.secret, company_id, made.id)
        self._objects.put_new(
            wrapped_key(company_id),
            canonical_bytes(WrappedKey(id=made.id, wrapped_by=ring_id, wrapped=base64.b64encode(wrapped))),
            JSON,
        )
        # Another process may have been faster, or this one's own answer was lost: what lies there is the key.
        stored = self._stored(company_id)
        if stored is None:
            raise DataKeyError(f"{wrapped_key(company_id)} was erased as it was made; try again")
        return stored


def read_wrapped(objects: Shelf, company_id: str) -> tuple[WrappedKey, str] | None:
    """Return a company's wrapped key with the version it has, or None where there is none; raises DataKeyError."""
    found = objects.get(wrapped_key(company_id))
    if found is None:
        return None
    try:
        return WrappedKey.model_validate_json(found.data), found.etag
    except ValidationError:
        raise DataKeyError(
            f"{wrapped_key(company_id)} can't be read; bring an earlier version of the object back"
        ) from None
