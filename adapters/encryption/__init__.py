"""Everything that goes to Temporal can be encrypted here; without a ring nothing is."""

from pathlib import Path
from typing import Protocol

from adapters.encryption.codec import CompanyCodec
from adapters.encryption.data_keys import DataKeys
from adapters.encryption.ring import Ring
from adapters.encryption.shelf import Shelf

__all__ = ["CompanyCodec", "Wanted", "codec"]


class Wanted(Protocol):
    """The settings that decide it."""

    @property
    def ring(self) -> Path | None:
        """The ring's file, if payloads are to be encrypted."""

    @property
    def reads_only(self) -> bool:
        """Whether they are only to be read."""


def codec(wanted: Wanted, objects: Shelf) -> CompanyCodec | None:
    """Return the codec over a ring file and the bucket with the companies' keys; None without a ring.

    Raises RingError where the file can't be read.
    """
    if wanted.ring is None:
        return None
    return CompanyCodec(DataKeys(objects, Ring(wanted.ring)), reads_only=wanted.reads_only)
