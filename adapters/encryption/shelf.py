"""What the wrapped keys need of the bucket."""

from collections.abc import Iterator
from typing import Protocol


class Stored(Protocol):
    """An object as it was read."""

    @property
    def data(self) -> bytes:
        """What was read."""

    @property
    def etag(self) -> str:
        """Its version."""


class Shelf(Protocol):
    """The bucket; its calls block and raise StoreUnavailableError."""

    def get(self, key: str) -> Stored | None:
        """Return the object, or None when there is none."""

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and version of every object below a prefix."""

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        """Write the object unless the key is taken; tell whether it was written."""

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:
        """Write the object if it still is the version named; tell whether it was written."""

    def remove_versions(self, key: str) -> int:
        """Remove the object in all its versions, and return how many those were."""
