"""The snapshots of the cases in the bucket. An older one never takes the place of a newer, whoever writes it and when.

Calls block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from adapters.s3 import S3Objects
from domain.bucket import SNAPSHOTS, company_of_snapshot, snapshot_key
from domain.case.snapshot import Position, Snapshot
from domain.contract import is_company_id
from domain.errors import ActivaError, StoreUnavailableError
from domain.model import wrong_fields

RACES: Final = 5
"""Lost one after the other, and whoever writes comes back later."""
_JSON: Final = "application/json"


class SnapshotUnusableError(ActivaError):
    """What lies in a snapshot's place is none."""


@dataclass(frozen=True)
class Kept:
    """A snapshot as it was read."""

    snapshot: Snapshot
    etag: str
    stored_at: datetime


class Snapshots:
    """Every company's snapshot."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects

    def companies(self) -> Sequence[str]:
        """Return whose snapshots there are."""
        found = (company_of_snapshot(key) for key, _ in self._objects.list(SNAPSHOTS))
        return [each for each in found if is_company_id(each)]

    def read(self, company_id: str) -> Kept | None:
        """Return a company's snapshot, if it has one; raises SnapshotUnusableError."""
        found = self._objects.get(snapshot_key(company_id))
        if found is None:
            return None
        try:
            snapshot = Snapshot.model_validate_json(found.data)
        except ValidationError as error:
            problem = f"{snapshot_key(company_id)} is no snapshot: {wrong_fields(error)[:200]}"
        else:
            return Kept(snapshot, found.etag, found.stored_at)
        raise SnapshotUnusableError(f"{problem}; put an earlier version of the object in its place")

    def keep(self, snapshot: Snapshot) -> None:
        """Write a snapshot unless a later one is there; raises StoreUnavailableError."""
        self._write(snapshot, lambda known: known.gives_way_to(snapshot))

    def set_back(self, kept: Kept, at: datetime) -> None:
        """Let a snapshot that is ahead of the clock give way to runs that begin from now on."""
        position = Position(run_id="", began_at=at, event=0)
        earlier = kept.snapshot.model_copy(update={"position": position})
        self._write(earlier, lambda known: known == kept.snapshot)

    def _write(self, snapshot: Snapshot, gives_way: Callable[[Snapshot], bool]) -> None:
        key, data = snapshot_key(snapshot.company_id), snapshot.model_dump_json().encode()
        for _ in range(RACES):
            try:
                known = self.read(snapshot.company_id)
            except SnapshotUnusableError:
                self._objects.put(key, data, _JSON)
                return
            if known is None:
                won = self._objects.put_new(key, data, _JSON)
            elif not gives_way(known.snapshot):
                return
            else:
                won = self._objects.replace(key, data, _JSON, known.etag)
            if won:
                return
        raise StoreUnavailableError("others are writing the same snapshot")
