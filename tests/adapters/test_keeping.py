"""What cases know is written seconds after their tasks, the newest of each company, and not lost while S3 is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from adapters import keeping
from adapters.keeping import Keeper
from adapters.s3 import S3Objects
from adapters.snapshots import Snapshots
from domain.case.snapshot import Position, Snapshot
from tests.support import s3_servers
from tests.support.faulty_store import Call, Fault, FaultyStore, faulty_store

PUT = Call("PUT", "snapshots/*.json")


@pytest_asyncio.fixture(loop_scope="session")
async def store(moto_url: str) -> AsyncIterator[FaultyStore]:
    async with faulty_store(moto_url) as made:
        yield made


@pytest.fixture
def snapshots(store: FaultyStore, moto_url: str) -> Snapshots:
    _, bucket = s3_servers.new_bucket(moto_url)
    return Snapshots(S3Objects(s3_servers.client(store.url), bucket))


def note(keeper: Keeper, company_id: str, event: int, *, is_new: bool = True, said: str = "") -> None:
    position = Position(run_id="a run", began_at=datetime(2035, 2, 6, tzinfo=UTC), event=event)
    snapshot = Snapshot(company_id=company_id, position=position, start={"said": said}, opened=True)
    keeper.note(company_id, position, lambda: snapshot, is_new=is_new)


async def event_of(snapshots: Snapshots, company_id: str) -> int | None:
    kept = await asyncio.to_thread(snapshots.read, company_id)
    return None if kept is None else kept.snapshot.position.event


async def test_many_tasks_of_a_moment_are_written_once(store: FaultyStore, snapshots: Snapshots) -> None:
    keeper = Keeper(snapshots)
    for event in (3, 9, 14, 9):
        note(keeper, "C1", event)

    assert await keeper.flush()

    assert await event_of(snapshots, "C1") == 14
    assert store.calls["C1"].count(PUT) == 1


async def test_a_question_to_a_case_that_is_written_writes_nothing(store: FaultyStore, snapshots: Snapshots) -> None:
    keeper = Keeper(snapshots)
    note(keeper, "C1", 9)
    await keeper.flush()

    note(keeper, "C1", 9, is_new=False)
    await keeper.flush()

    assert store.calls["C1"].count(PUT) == 1


async def test_a_question_writes_what_this_worker_does_not_know_to_be_written(snapshots: Snapshots) -> None:
    keeper = Keeper(snapshots)

    note(keeper, "C1", 9, is_new=False)
    await keeper.flush()

    assert await event_of(snapshots, "C1") == 9


async def test_what_could_not_be_written_waits_while_others_are(store: FaultyStore, snapshots: Snapshots) -> None:
    keeper, breakage = Keeper(snapshots), store.breaks("C1", PUT, Fault.BEFORE)
    note(keeper, "C1", 9)
    note(keeper, "C2", 9)

    assert not await keeper.flush()
    assert (await event_of(snapshots, "C1"), await event_of(snapshots, "C2")) == (None, 9)
    breakage.mended.set()
    assert await keeper.flush()

    assert await event_of(snapshots, "C1") == 9


async def test_what_came_meanwhile_is_not_replaced_by_what_failed(store: FaultyStore, snapshots: Snapshots) -> None:
    keeper, breakage = Keeper(snapshots), store.breaks("C1", PUT, Fault.HANGS)
    note(keeper, "C1", 9)
    flushing = asyncio.create_task(keeper.flush())
    await breakage.met.wait()
    note(keeper, "C1", 14)
    breakage.fault = Fault.BEFORE
    breakage.mended.set()
    await flushing

    assert await keeper.flush()

    assert await event_of(snapshots, "C1") == 14


async def test_the_bucket_has_what_a_case_knows_a_moment_after_its_task(
    snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0.05)
    keeper = Keeper(snapshots)
    running = asyncio.create_task(keeper.run())
    note(keeper, "C1", 9)

    async with asyncio.timeout(20):
        while await event_of(snapshots, "C1") is None:  # noqa: ASYNC110  # the bucket has no event
            await asyncio.sleep(0.02)
    running.cancel()


async def test_a_case_that_can_not_be_put_into_words_stops_no_other(
    snapshots: Snapshots, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(snapshots)

    def broken() -> Snapshot:
        raise ValueError("Lucía Peñaranda")

    keeper.note("C1", Position(run_id="a run", began_at=datetime(2035, 2, 6, tzinfo=UTC), event=3), broken, is_new=True)
    note(keeper, "C2", 9)
    await keeper.flush()

    assert await event_of(snapshots, "C2") == 9
    assert "the snapshot of C1 can't be written: ValueError" in caplog.text
    assert "Lucía" not in caplog.text
