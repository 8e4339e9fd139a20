"""Keeps the table as the bucket is: reads what the marks name, and, when asked to, whatever differs.

Whoever stores a company's data leaves a mark in the bucket afterwards, an empty object with the instant and the company
in its key. So a table in a file of its own knows after one listing what was stored elsewhere, and one that was not
written when it should have been is mended.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Protocol, TypeVar

from pydantic import ValidationError

from adapters.directory.companies import Companies, Stored
from adapters.directory.marks import leave_mark
from domain.bucket import MARKS, PROFILES, company_key, company_of_key, company_of_mark, marks_since
from domain.profiles.company import Company

AT_ONCE: Final = 20
"""Reads of the bucket; they wait more than they work."""
CHUNK: Final = 200
"""Companies in one transaction."""
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How far the clocks of those who leave marks may differ from ours, where somebody waits for the answer."""
CLOCKS_DIFFER_AT_MOST: Final = timedelta(minutes=15)
"""A store takes no request of a clock that differs more."""
MARKS_KEPT: Final = timedelta(days=7)
"""What was not followed for longer is built anew; marks may be removed from then on."""
WRITTEN_DOWN_EVERY: Final = timedelta(seconds=30)
Some = TypeVar("Some")


class StoredObject(Protocol):
    """An object as it was read."""

    @property
    def data(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def etag(self) -> str:
        """Its version."""
        ...


class Bucket(Protocol):
    """Where the companies' data lie."""

    def list(self, prefix: str, after: str = "") -> Iterator[tuple[str, str]]:
        """Yield key and version of every object below a prefix, whose key comes after one."""
        ...

    def get(self, key: str) -> StoredObject | None:
        """Return an object."""
        ...

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object."""
        ...


@dataclass
class Rebuilt:
    """What a rebuilding came to."""

    companies: int = 0
    written: int = 0
    removed: int = 0
    unreadable: int = 0

    def add(self, other: "Rebuilt") -> None:
        """Count what another came to as well."""
        self.companies += other.companies
        self.written += other.written
        self.removed += other.removed
        self.unreadable += other.unreadable


class Following:
    """One table after one bucket. Every call blocks; threads may share it.

    Invariant: data are read and written one after the other, and every process reads what each mark names for itself.
    So whoever writes something older than another has written meanwhile, mends it at the mark of the newer.
    """

    def __init__(
        self, table: Companies, bucket: Bucket, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Hold both; nothing is read yet."""
        self._table = table
        self._bucket = bucket
        self._now = now
        self._since = now()
        self._seen: set[str] = set()
        self._one_at_a_time = threading.Lock()

    def is_due(self) -> bool:
        """Tell whether the table must be built as a whole: it never was, or was left alone for too long."""
        until = self._table.followed_until()
        return until is None or self._now() - until > MARKS_KEPT

    def follow(self, clocks_differ: timedelta) -> None:
        """Read what the marks name that came since the last time."""
        with self._one_at_a_time:
            began, until = self._now(), self._table.followed_until()
            first = marks_since((until or self._since) - clocks_differ)
            marks = [key for key, _ in self._bucket.list(MARKS, first) if key not in self._seen]
            named = dict.fromkeys(name for key in marks if (name := company_of_mark(key)) is not None)
            self._read(list(named))
            oldest = marks_since(began - 2 * CLOCKS_DIFFER_AT_MOST)
            self._seen = {key for key in self._seen.union(marks) if key > oldest}
            if until is not None and began - until > WRITTEN_DOWN_EVERY:
                self._table.is_followed(began)

    def read(self, company_ids: Sequence[str]) -> Rebuilt:
        """Read these companies' data and write, or remove, their rows; what can't be read leaves its row as it is."""
        with self._one_at_a_time:
            return self._read(company_ids)

    def _read(self, company_ids: Sequence[str]) -> Rebuilt:
        done = Rebuilt()
        for names in _chunks(company_ids, CHUNK):
            found: list[Stored] = []
            gone: list[str] = []
            with ThreadPoolExecutor(min(AT_ONCE, len(names)), thread_name_prefix="directory") as readers:
                for name, stored in zip(names, readers.map(self._bucket.get, map(company_key, names)), strict=True):
                    if stored is None:
                        gone.append(name)
                    elif (company := _company(name, stored.data)) is not None:
                        found.append(Stored(company, stored.etag))
            self._table.put(found)
            done.written += len(found)
            done.unreadable += len(names) - len(found) - len(gone)
            done.removed += self._table.forget(gone) if gone else 0
        return done

    def rebuild(self, done: Callable[[int], None] = lambda _: None) -> Rebuilt:
        """Make the table as the bucket is, and tell of every few companies; what is as it should be is not read.

        Broken off, it begins again with what is left.
        """
        began, known, total = self._now(), self._table.ids(), Rebuilt()
        for listed in _chunks(companies_in(self._bucket), CHUNK):
            names = [name for name, _ in listed]
            versions = self._table.versions(names)
            total.add(self.read([name for name, version in listed if versions.get(name) != version]))
            known.difference_update(names)
            total.companies += len(names)
            done(len(names))
        total.add(self.read(sorted(known)))  # what was stored meanwhile is among them, so that each is looked for
        self._table.is_followed(began)
        # What was stored meanwhile may have been read before, and written after another process wrote the newer.
        self._seen.clear()
        self.follow(CLOCKS_DIFFER_AT_MOST)
        return total


def companies_in(bucket: Bucket) -> Iterator[tuple[str, str]]:
    """Yield every company whose data lie in a bucket, and their version."""
    found = ((company_of_key(key), version) for key, version in bucket.list(PROFILES))
    return ((name, version) for name, version in found if name is not None)


def forget(bucket: Bucket, company_id: str, table: Companies | None = None) -> None:
    """Remove a company from the directory, whose data must be gone from the bucket already.

    From this table, where there is one here, at once; from every other by the mark, when it is asked or in a minute.
    """
    if table is not None:
        table.forget([company_id])
    leave_mark(bucket, company_id, datetime.now(UTC))


def _company(company_id: str, data: bytes) -> Company | None:
    try:
        company = Company.model_validate_json(data)
    except ValidationError:
        return None  # the case itself lists it as something to look at
    return company if company.company_id == company_id else None


def _chunks(several: Iterable[Some], size: int) -> Iterator[list[Some]]:
    waiting = iter(several)
    while chunk := list(islice(waiting, size)):
        yield chunk
