"""The object store as the activities need it: whole objects, and writes that tell whether they won."""

from datetime import datetime, timedelta
from typing import Protocol


class StoredObject(Protocol):
    """An object as it was read, whole or its beginning."""

    @property
    def data(self) -> bytes:
        """What was read."""

    @property
    def etag(self) -> str:
        """The version, for a conditional write."""

    @property
    def stored_at(self) -> datetime:
        """The store's own time of writing, aware UTC."""

    @property
    def age(self) -> timedelta:
        """How long ago that was when it was read, by the store's own clock: no worker's clock is asked."""

    @property
    def size_bytes(self) -> int:
        """The whole object's size."""


class Objects(Protocol):
    """Blocking calls; a store that can't be reached raises StoreUnavailableError, which is worth a retry."""

    def get(self, key: str, limit_bytes: int | None = None) -> StoredObject | None:
        """Return the object, or None when there is none; reads at most one byte more than the limit."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write the object, replacing what was there."""

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        """Write the object unless the key is taken; tell whether it was written."""

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:
        """Write the object if it still is the version named; tell whether it was written."""
