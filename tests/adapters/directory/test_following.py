"""A table that follows what is stored elsewhere, and is mended or built from the bucket."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters import profiles
from adapters.directory import following
from adapters.directory.companies import Companies
from adapters.directory.entering import Entering
from adapters.directory.following import CLOCKS_DIFFER, CLOCKS_DIFFER_AT_MOST, MARKS_KEPT, Following, Rebuilt, forget
from adapters.directory.marks import leave_mark
from adapters.directory.opening import opened
from adapters.s3 import S3Object, S3Objects
from domain.bucket import company_key, mark_key
from domain.errors import StoreUnavailableError
from domain.model import canonical_bytes
from domain.profiles.company import Company
from stack.probes import LOOPBACK, free_port
from tests.support import builders, s3_servers

JSON = "application/json"


class Counted(S3Objects):
    """A bucket that counts what is read, and can be out of reach."""

    is_down = False

    def __init__(self, moto_url: str) -> None:
        super().__init__(*s3_servers.new_bucket(moto_url))
        self.read: list[str] = []

    def get(self, key: str, *, limit_bytes: int | None = None) -> S3Object | None:
        if self.is_down:
            raise StoreUnavailableError("503")
        self.read.append(key)
        return super().get(key, limit_bytes=limit_bytes)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def bucket(moto_url: str) -> Counted:
    return Counted(moto_url)


def company(company_id: str = "C1", legal_name: str = "Ferretería El Tornillo") -> Company:
    return builders.company(company_id=company_id, legal_name=legal_name)


def put_directly(bucket: S3Objects, each: Company) -> None:
    """Store a company as a backend does that goes past the doors."""
    bucket.put(company_key(each.company_id), canonical_bytes(each), JSON)


def found(table: Companies, text: str) -> list[str]:
    return [each.company_id for each in table.search(text).companies]


def test_every_replica_with_a_file_of_its_own_finds_at_once_what_another_process_has_stored(
    bucket: Counted, tmp_path: Path
) -> None:
    tables = [opened(tmp_path / name / "directory.sqlite3", None) for name in ("one", "two")]
    replicas = [Following(table, bucket) for table in tables]
    for replica in replicas:
        replica.rebuild()

    profiles.store_company(bucket, company())
    for replica in replicas:
        replica.follow(CLOCKS_DIFFER)
    first = [found(table, "tornillo") for table in tables]
    profiles.store_company(bucket, company(legal_name="Clavos y Puntillas"))
    for replica in replicas:
        replica.follow(CLOCKS_DIFFER)

    assert first == [["C1"], ["C1"]]
    assert [found(table, "clavos") + found(table, "tornillo") for table in tables] == [["C1"], ["C1"]]
    for table in tables:
        table.close()


def test_what_is_stored_while_the_table_is_first_built_is_found_at_once(table: Companies, bucket: Counted) -> None:
    replica = Following(table, bucket)
    profiles.store_company(bucket, company())

    replica.follow(CLOCKS_DIFFER)

    assert (found(table, "tornillo"), replica.is_due()) == (["C1"], True)


def test_a_mark_is_read_once_and_one_that_a_slow_clock_has_left_is_not_missed(
    table: Companies, bucket: Counted
) -> None:
    clock = Clock()
    replica = Following(table, bucket, clock)
    replica.rebuild()
    profiles.store_company(bucket, company())
    replica.follow(CLOCKS_DIFFER)
    clock.now += timedelta(seconds=31)
    replica.follow(CLOCKS_DIFFER)
    before = list(bucket.read)

    put_directly(bucket, company("C2"))
    leave_mark(bucket, "C2", clock.now - timedelta(minutes=10))
    replica.follow(CLOCKS_DIFFER)
    missed = found(table, "C2")
    replica.follow(CLOCKS_DIFFER_AT_MOST)

    assert (before.count(company_key("C1")), missed, found(table, "C2")) == (1, [], ["C2"])


def test_a_table_that_was_left_alone_follows_from_where_it_was_or_is_built_anew(
    table: Companies, bucket: Counted
) -> None:
    clock = Clock()
    Following(table, bucket, clock).rebuild()
    put_directly(bucket, company())
    leave_mark(bucket, "C1", clock.now + timedelta(hours=1))
    clock.now += MARKS_KEPT
    replica = Following(table, bucket, clock)

    assert not replica.is_due()
    replica.follow(CLOCKS_DIFFER)
    assert found(table, "tornillo") == ["C1"]
    clock.now += MARKS_KEPT + timedelta(seconds=1)
    assert replica.is_due()


def test_what_could_not_be_read_is_read_the_next_time(table: Companies, bucket: Counted) -> None:
    replica = Following(table, bucket)
    replica.rebuild()
    profiles.store_company(bucket, company())
    bucket.is_down = True
    with pytest.raises(StoreUnavailableError):
        replica.follow(CLOCKS_DIFFER)
    bucket.is_down = False

    replica.follow(CLOCKS_DIFFER)

    assert found(table, "tornillo") == ["C1"]


def test_rebuilding_reads_what_differs_mends_it_and_removes_who_is_gone(
    table: Companies, bucket: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 2)
    for number in range(5):
        put_directly(bucket, company(f"C{number}"))
    bucket.put(company_key("BROKEN"), b"not a company", JSON)
    bucket.put(company_key("SOMEBODY"), canonical_bytes(company("ELSE")), JSON)
    told: list[int] = []
    first = Following(table, bucket).rebuild(told.append)
    bucket.read.clear()

    put_directly(bucket, company("C3", "Clavos y Puntillas"))
    Entering(table).enter(company("GONE"))
    Entering(table).enter(company("C4", "An older name"))
    second = Following(table, bucket).rebuild()

    assert (first, told) == (Rebuilt(companies=7, written=5, unreadable=2), [2, 2, 2, 1])
    assert second == Rebuilt(companies=7, written=2, removed=1, unreadable=2)
    assert sorted(bucket.read) == sorted(map(company_key, ["BROKEN", "SOMEBODY", "C3", "C4", "GONE"]))
    assert found(table, "") == ["C3", "C0", "C1", "C2", "C4"]


class Overtaken(S3Objects):
    """A bucket in which another process stores newer data, and its row, while the older are being read."""

    newer: Callable[[], None] | None = None

    def get(self, key: str, *, limit_bytes: int | None = None) -> S3Object | None:
        found = super().get(key, limit_bytes=limit_bytes)
        if self.newer is not None:
            overtake, self.newer = self.newer, None
            overtake()
        return found


@pytest.mark.parametrize("how", ["follow", "rebuild"])
def test_older_data_that_were_written_over_newer_ones_do_not_stay(table: Companies, moto_url: str, how: str) -> None:
    bucket = Overtaken(*s3_servers.new_bucket(moto_url))
    replica = Following(table, bucket)
    replica.rebuild()
    profiles.store_company(bucket, company())
    newer = company(legal_name="Clavos y Puntillas")

    def store_newer() -> None:
        profiles.store_company(bucket, newer)
        Entering(table).enter(newer)

    bucket.newer = store_newer
    if how == "follow":
        replica.follow(CLOCKS_DIFFER)
        replica.follow(CLOCKS_DIFFER)
    else:
        replica.rebuild()

    assert (found(table, "clavos"), found(table, "tornillo")) == (["C1"], [])


def test_a_rebuilding_that_broke_off_goes_on_with_what_is_left(
    table: Companies, bucket: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 2)
    for number in range(5):
        put_directly(bucket, company(f"C{number}"))

    def break_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Following(table, bucket).rebuild(break_off)
    assert (Following(table, bucket).is_due(), len(found(table, ""))) == (True, 2)

    assert Following(table, bucket).rebuild() == Rebuilt(companies=5, written=3)


def test_whoever_is_forgotten_leaves_every_replica(table: Companies, bucket: Counted, tmp_path: Path) -> None:
    other = opened(tmp_path / "other.sqlite3", None)
    elsewhere = Following(other, bucket)
    Following(table, bucket).rebuild()
    elsewhere.rebuild()
    profiles.store_company(bucket, company())
    Entering(table).enter(company())
    elsewhere.follow(CLOCKS_DIFFER)
    before = (found(table, "tornillo"), found(other, "tornillo"))

    bucket._client.delete_object(Bucket=bucket._bucket, Key=company_key("C1"))
    forget(bucket, "C1", table)
    elsewhere.follow(CLOCKS_DIFFER)

    assert before == (["C1"], ["C1"])
    assert (found(table, "tornillo"), found(other, "tornillo")) == ([], [])
    other.close()


@pytest.fixture
def without_database() -> Iterator[Companies]:
    table = opened(Path("unused"), f"postgresql://activa@{LOOPBACK}:{free_port()}/activa")
    yield table
    table.close()


def test_a_door_writes_its_row_and_never_fails_for_the_directory(
    table: Companies, without_database: Companies, caplog: pytest.LogCaptureFixture
) -> None:
    Entering(table).enter(company())
    closed = Entering(without_database)
    closed.enter(company())
    closed.enter(company("C2"))

    assert found(table, "tornillo") == ["C1"]
    said = [each.getMessage() for each in caplog.records if each.name == Entering.__module__]
    assert said == ["directory prepare: OperationalError; company C1 is entered later"]


def test_many_doors_write_at_once_the_same_words_and_the_same_company(table: Companies) -> None:
    together = threading.Barrier(8)

    def enter(number: int) -> None:
        together.wait()
        for each in range(5):
            table.enter(company(f"C{each}", f"Ferretería Tornillo Número{chr(97 + number)}"))

    with ThreadPoolExecutor(8) as doors:
        list(doors.map(enter, range(8)))

    assert sorted(found(table, "ferreteria tornillo")) == [f"C{each}" for each in range(5)]


def test_marks_of_the_same_instant_are_one_for_each_company() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)

    assert len({mark_key(name, at) for name in ("C1", "C-1", "C-1-1")}) == 3
