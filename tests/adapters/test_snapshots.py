"""The snapshots of the cases: of two, the one of the later task stands, whoever writes it and when."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from adapters.s3 import S3Objects
from adapters.snapshots import Snapshots, SnapshotUnusableError
from domain.bucket import snapshot_key
from domain.case.snapshot import Position, Snapshot
from domain.errors import StoreUnavailableError

BEGAN = datetime(2035, 2, 6, 15, tzinfo=UTC)


def snapshot(
    event: int = 3, *, began_at: datetime = BEGAN, opened: bool = True, closed: bool = False, said: str = ""
) -> Snapshot:
    position = Position(run_id="a run", began_at=began_at, event=event)
    return Snapshot(company_id="C1", position=position, start={"said": said}, opened=opened, closed=closed)


def standing(snapshots: Snapshots) -> Snapshot:
    kept = snapshots.read("C1")
    assert kept is not None
    return kept.snapshot


def test_a_late_snapshot_never_takes_the_place_of_a_newer_one(objects: S3Objects) -> None:
    snapshots, newest = Snapshots(objects), snapshot(9)
    snapshots.keep(newest)

    snapshots.keep(snapshot(8))
    snapshots.keep(snapshot(200, began_at=BEGAN - timedelta(seconds=1)))

    assert standing(snapshots) == newest


def test_of_writers_at_the_same_time_the_one_of_the_last_task_wins(objects: S3Objects) -> None:
    snapshots, events = Snapshots(objects), list(range(1, 25))
    random.Random(7).shuffle(events)  # noqa: S311

    def keep(one: Snapshot) -> None:
        """Come back where others were faster, as a worker does."""
        try:
            snapshots.keep(one)
        except StoreUnavailableError:
            keep(one)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(keep, map(snapshot, events)))

    assert standing(snapshots).position.event == 24


def test_the_end_of_a_task_takes_the_place_of_its_middle(objects: S3Objects) -> None:
    snapshots = Snapshots(objects)
    snapshots.keep(snapshot(said="middle"))

    snapshots.keep(snapshot(said="end"))

    assert standing(snapshots).start == {"said": "end"}


def test_a_case_begun_anew_leaves_what_stood_before_until_it_has_taken_it_up(objects: S3Objects) -> None:
    snapshots, lost = Snapshots(objects), snapshot(9)
    snapshots.keep(lost)

    snapshots.keep(snapshot(began_at=BEGAN + timedelta(days=1), opened=False))
    assert standing(snapshots) == lost
    snapshots.keep(taken_up := snapshot(began_at=BEGAN + timedelta(days=1)))
    assert standing(snapshots) == taken_up


def test_a_case_begun_anew_takes_the_place_of_one_that_was_closed(objects: S3Objects) -> None:
    snapshots = Snapshots(objects)
    snapshots.keep(snapshot(9, closed=True))

    snapshots.keep(new := snapshot(began_at=BEGAN + timedelta(days=1), opened=False))

    assert standing(snapshots) == new


def test_a_snapshot_ahead_of_the_clock_gives_way_once_it_is_set_back(objects: S3Objects) -> None:
    snapshots, now = Snapshots(objects), BEGAN - timedelta(days=900)
    snapshots.keep(snapshot(9))
    kept = snapshots.read("C1")
    assert kept is not None

    snapshots.set_back(kept, now)
    snapshots.keep(new := snapshot(began_at=now + timedelta(seconds=1)))

    assert standing(snapshots) == new


def test_what_is_no_snapshot_is_named_and_makes_room_for_one(objects: S3Objects) -> None:
    snapshots = Snapshots(objects)
    objects.put(snapshot_key("C1"), b'{"company_id": "Lucia"}', "application/json")

    with pytest.raises(SnapshotUnusableError, match=r"snapshots/C1\.json is no snapshot: opened, position, start"):
        snapshots.read("C1")
    snapshots.keep(new := snapshot())

    assert (standing(snapshots), snapshots.companies()) == (new, ["C1"])
