"""The stored trail: batches of lines, each naming the digest of the one before, each under a key with its own digest.

Every process writes a chain of its own, so that nobody waits for another. A byte that is changed breaks the digest of
its batch, a batch that is taken out or put in breaks the chain; only the last ones of a chain can go without a trace,
which is what the store's lock is for.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from pydantic import ValidationError

from audit_trail.events import AuditEvent, EventName
from domain.bucket import AUDIT, audit_key
from domain.model import Model

_KEY: Final = re.compile(
    re.escape(AUDIT) + r"(?P<writer>[^/]+)/(?P<sequence>[0-9]{8})-(?P<sha256>[0-9a-f]{64})\.jsonl\Z"
)


class Header(Model):
    """The first line of a batch."""

    writer: str
    sequence: int
    previous: str
    """The SHA-256 of the batch before, empty in the first."""


@dataclass(frozen=True)
class Batch:
    """Some lines, and their place in the chain."""

    key: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, header: Header, lines: Iterable[str]) -> Self:
        """Return the batch of some lines."""
        data = "".join(f"{line}\n" for line in (header.model_dump_json(), *lines)).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(audit_key(header.writer, header.sequence, sha256), data, sha256)


class Stored(Protocol):
    """An object as it was read."""

    @property
    def data(self) -> bytes:
        """What was read."""


class Shelf(Protocol):
    """Where the batches lie; its calls block."""

    def get(self, key: str) -> Stored | None:
        """Return the object, or None when there is none."""

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the key and the version of every object below a prefix."""


@dataclass
class Found:
    """What a look at the whole stored trail has found."""

    chains: int = 0
    batches: int = 0
    events: int = 0
    unfinished: int = 0
    """Chains whose process runs, or was killed."""
    problems: list[str] = field(default_factory=list)


def lines_of(data: bytes) -> tuple[Header, Sequence[AuditEvent]]:
    """Return what a batch holds; raises ValueError when it can't be read."""
    head, *rest = data.decode().splitlines()
    return Header.model_validate_json(head), [AuditEvent.model_validate_json(line) for line in rest]


def verify(shelf: Shelf) -> Found:
    """Read the whole stored trail and name everything that is not as it was written. Blocks."""
    found = Found()
    chains: dict[str, dict[int, list[tuple[str, str]]]] = {}
    for key, _ in shelf.list(AUDIT):
        named = _KEY.match(key)
        if named is None:
            found.problems.append(f"{key}: is no batch of the trail")
            continue
        places = chains.setdefault(named["writer"], {})
        places.setdefault(int(named["sequence"]), []).append((key, named["sha256"]))
    for writer, places in sorted(chains.items()):
        _verify_chain(shelf, writer, places, found)
    return found


def _verify_chain(shelf: Shelf, writer: str, places: dict[int, list[tuple[str, str]]], found: Found) -> None:
    found.chains += 1
    previous, is_finished = "", False
    for sequence in range(max(places) + 1):
        candidates = places.get(sequence, [])
        if len(candidates) != 1:
            found.problems.append(f"{AUDIT}{writer}: has {len(candidates)} batches with the number {sequence}, not one")
            previous = ""
            continue
        [(key, sha256)] = candidates
        stored = shelf.get(key)
        if stored is None or hashlib.sha256(stored.data).hexdigest() != sha256:
            found.problems.append(f"{key}: its bytes are not those that were written")
        else:
            is_finished = _verify_batch(
                key, stored.data, Header(writer=writer, sequence=sequence, previous=previous), found
            )
        previous = sha256
    found.unfinished += not is_finished


def _verify_batch(key: str, data: bytes, expected: Header, found: Found) -> bool:
    """Count a batch, or name what is wrong with it; tell whether it is the last of a process that ended in order."""
    try:
        header, events = lines_of(data)
    except (ValueError, ValidationError, json.JSONDecodeError):
        found.problems.append(f"{key}: can't be read")
        return False
    if header != expected:
        found.problems.append(f"{key}: does not follow the batch before it")
    found.batches += 1
    found.events += len(events)
    return bool(events) and events[-1].event is EventName.STOPPED
