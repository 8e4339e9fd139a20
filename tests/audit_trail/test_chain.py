"""What a look at the stored trail names: each way in which somebody may have laid hands on it, by itself."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from audit_trail.chain import Batch, Header, verify
from audit_trail.events import AuditEvent, EventName
from domain.bucket import AUDIT, audit_key

WRITER, OTHER = "20261201T150000Z-a", "20261201T150000Z-b"
NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


@dataclass
class Kept:
    data: bytes


@dataclass
class Shelf:
    """What lies in the store; `gone` are keys that are listed and can't be read."""

    objects: dict[str, Kept] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def get(self, key: str) -> Kept | None:
        return self.objects.get(key)

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        yield from ((key, "") for key in sorted([*self.objects, *self.gone]) if key.startswith(prefix))


def line(event: EventName) -> str:
    return AuditEvent(at=NOW, event=event, outcome="success", door="process").model_dump_json(exclude_none=True)


def chain(*events: EventName, writer: str = WRITER) -> list[Batch]:
    """Return a chain with one event in each batch."""
    batches: list[Batch] = []
    for sequence, event in enumerate(events):
        previous = batches[-1].sha256 if batches else ""
        batches.append(Batch.of(Header(writer=writer, sequence=sequence, previous=previous), [line(event)]))
    return batches


def shelf_of(*batches: Batch) -> Shelf:
    return Shelf({each.key: Kept(each.data) for each in batches})


WHOLE = (EventName.STARTED, EventName.CHANGE, EventName.STOPPED)


def test_a_batch_that_goes_on_after_the_end_is_not_the_last_of_a_process() -> None:
    header = Header(writer=WRITER, sequence=0, previous="")
    batch = Batch.of(header, [line(EventName.STOPPED), line(EventName.CHANGE)])
    assert verify(shelf_of(batch)).unfinished == 1


def problem_of(shelf: Shelf) -> str:
    [problem] = verify(shelf).problems
    return problem


@pytest.mark.parametrize(
    ("events", "unfinished"),
    [
        (WHOLE, 0),
        (WHOLE[:2], 1),
        ((EventName.STARTED, EventName.STOPPED, EventName.CHANGE), 1),
    ],
    ids=["ended in order", "runs or was killed", "goes on after its end"],
)
def test_a_whole_chain_has_no_problem_and_says_whether_it_ended(events: tuple[EventName, ...], unfinished: int) -> None:
    found = verify(shelf_of(*chain(*events)))
    assert (found.chains, found.batches, found.events, found.unfinished) == (1, len(events), len(events), unfinished)
    assert found.problems == []


@pytest.mark.parametrize("name", ["note.txt", f"{WRITER}/0.jsonl", "{batch}.bak"])
def test_what_is_no_batch_is_named(name: str) -> None:
    batches = chain(*WHOLE)
    key = AUDIT + name.replace("{batch}", batches[0].key.removeprefix(AUDIT))
    shelf = shelf_of(*batches)
    shelf.objects[key] = Kept(b"hello")
    assert problem_of(shelf) == f"{key}: is no batch of the trail"


def test_a_batch_that_is_listed_and_gone_is_named() -> None:
    *others, last = chain(*WHOLE)
    shelf = shelf_of(*others)
    shelf.gone = [last.key]
    assert problem_of(shelf) == f"{last.key}: its bytes are not those that were written"


def test_a_batch_that_is_no_batch_is_named_though_its_digest_is_right() -> None:
    data = b"nonsense\n"
    key = audit_key(WRITER, 0, hashlib.sha256(data).hexdigest())
    assert problem_of(Shelf({key: Kept(data)})) == f"{key}: can't be read"


@pytest.mark.parametrize(
    "header",
    [
        Header(writer=WRITER, sequence=1, previous="0" * 64),
        Header(writer=OTHER, sequence=1, previous=chain(*WHOLE)[0].sha256),
        Header(writer=WRITER, sequence=7, previous=chain(*WHOLE)[0].sha256),
    ],
    ids=["after another batch", "of another process", "at another place"],
)
def test_a_batch_that_was_written_anew_follows_no_other(header: Header) -> None:
    first, *_ = chain(*WHOLE)
    made = Batch.of(header, [line(EventName.CHANGE)])
    key = made.key.replace(OTHER, WRITER).replace("00000007-", "00000001-")
    shelf = shelf_of(first)
    shelf.objects[key] = Kept(made.data)
    assert problem_of(shelf) == f"{key}: does not follow the batch before it"


@pytest.mark.parametrize("place", [0, 1])
def test_the_number_of_a_batch_that_is_missing_is_named(place: int) -> None:
    batches = chain(*WHOLE)
    del batches[place]
    assert f"{AUDIT}{WRITER}: has 0 batches with the number {place}, not one" in verify(shelf_of(*batches)).problems


def test_a_second_batch_at_one_place_is_named() -> None:
    batches = chain(*WHOLE)
    second = Batch.of(Header(writer=WRITER, sequence=2, previous=batches[1].sha256), [line(EventName.READ)])
    problem = f"{AUDIT}{WRITER}: has 2 batches with the number 2, not one"
    assert problem_of(shelf_of(*batches, second)) == problem
