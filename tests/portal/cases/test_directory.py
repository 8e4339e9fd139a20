"""The directory as the desk asks it: what is stored elsewhere is there at once, and a store that is down is borne."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters import profiles
from adapters.directory.companies import Companies
from adapters.directory.opening import opened
from adapters.s3 import S3Object, S3Objects
from domain.bucket import MARKS, company_key
from domain.errors import StoreUnavailableError
from domain.model import canonical_bytes
from domain.profiles.company import Company
from portal.cases import directory
from portal.cases.directory import Directory
from tests.support import builders, s3_servers
from tests.support.postgresql_server import new_database


class Bucket(S3Objects):
    """A bucket whose listings of marks are counted, and can be held up or fail."""

    def __init__(self, moto_url: str) -> None:
        super().__init__(*s3_servers.new_bucket(moto_url))
        self.listed = 0
        self.is_down = False
        self.held = threading.Event()
        self.held.set()
        self.waited_for = threading.Event()

    def list(self, prefix: str, after: str = "") -> Iterator[tuple[str, str]]:
        if prefix == MARKS:
            self.listed += 1
            self.waited_for.set()
            self.held.wait(30)
        if self.is_down:
            raise StoreUnavailableError("S3 ListObjectsV2: 503")
        return super().list(prefix, after)

    def get(self, key: str, *, limit_bytes: int | None = None) -> S3Object | None:
        if self.is_down:
            raise StoreUnavailableError("S3 GetObject: 503")
        return super().get(key, limit_bytes=limit_bytes)


@pytest.fixture
async def bucket(moto_url: str) -> AsyncIterator[Bucket]:
    made = Bucket(moto_url)
    yield made
    made.held.set()


@pytest.fixture
def table(tmp_path: Path) -> Companies:
    return opened(tmp_path / "directory.sqlite3", None)


def company(company_id: str = "C1", legal_name: str = "Ferretería El Tornillo") -> Company:
    return builders.company(company_id=company_id, legal_name=legal_name)


async def found(asked: Directory, text: str) -> list[str]:
    return [each.company_id for each in (await asked.search(text)).companies]


async def test_a_search_finds_what_was_stored_before_it_began(table: Companies, bucket: Bucket) -> None:
    asked = Directory(table, bucket)
    assert await found(asked, "tornillo") == []
    await asyncio.to_thread(profiles.store_company, bucket, company())

    assert await found(asked, "tornillo") == ["C1"]


async def test_those_who_ask_together_share_a_listing_that_began_after_they_asked(
    table: Companies, bucket: Bucket
) -> None:
    asked = Directory(table, bucket)
    bucket.held.clear()
    first = asyncio.create_task(found(asked, "tornillo"))
    await asyncio.to_thread(bucket.waited_for.wait, 30)
    await asyncio.to_thread(profiles.store_company, bucket, company())
    others = [asyncio.create_task(found(asked, "tornillo")) for _ in range(20)]
    await asyncio.sleep(0)
    bucket.held.set()

    assert await asyncio.gather(*others) == [["C1"]] * 20
    await first
    assert bucket.listed == 2


async def test_a_list_has_the_names_of_companies_whose_row_is_missing(table: Companies, bucket: Bucket) -> None:
    await asyncio.to_thread(bucket.put, company_key("C1"), canonical_bytes(company()), "application/json")
    await asyncio.to_thread(bucket.put, company_key("BROKEN"), b"{}", "application/json")
    asked = Directory(table, bucket)

    assert await asked.names(["C1", "BROKEN", "C9"]) == {"C1": "Ferretería El Tornillo"}
    assert await found(asked, "tornillo") == ["C1"]


async def test_while_the_store_is_down_what_is_known_is_found_and_named(
    table: Companies, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    table.enter(company())
    bucket.is_down = True
    asked = Directory(table, bucket)

    assert (await found(asked, "tornillo"), await asked.names(["C1", "C2"])) == (
        ["C1"],
        {"C1": "Ferretería El Tornillo"},
    )
    assert "the desk's directory is not renewed: S3 ListObjectsV2: 503" in caplog.messages


async def test_a_store_that_does_not_answer_holds_nobody_up_for_long(
    table: Companies, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PATIENCE_SECONDS", 0.05)
    table.enter(company())
    bucket.held.clear()

    assert await found(Directory(table, bucket), "tornillo") == ["C1"]


async def test_a_new_portal_builds_its_table_while_it_serves_and_the_next_one_need_not(
    table: Companies, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await asyncio.to_thread(bucket.put, company_key("C1"), canonical_bytes(company()), "application/json")
    asked = Directory(table, bucket)
    before = (await found(asked, "tornillo"), await asked.is_whole())
    async with asked.running(), asyncio.timeout(30):
        while not await asked.is_whole():  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.01)
        after = await found(asked, "tornillo")
    caplog.clear()
    bucket.waited_for.clear()
    async with Directory(table, bucket).running():
        await asyncio.to_thread(bucket.waited_for.wait, 30)

    assert (before, after, caplog.messages) == (([], False), ["C1"], [])


async def test_a_portal_that_ends_does_not_wait_for_its_table(
    table: Companies, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.directory.following.CHUNK", 1)
    for number in range(50):
        each = company(f"C{number}")
        await asyncio.to_thread(bucket.put, company_key(each.company_id), canonical_bytes(each), "application/json")
    asked = Directory(table, bucket)
    async with asked.running(), asyncio.timeout(30):
        while not table.names(["C0"]):  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.001)

    assert table.followed_until() is None


async def test_with_one_database_for_all_nothing_is_listed_to_search(bucket: Bucket, postgresql_url: str) -> None:
    table = opened(Path("unused"), new_database(postgresql_url))
    asked = Directory(table, bucket)
    await asyncio.to_thread(table.enter, company())

    assert (await found(asked, "tornillo"), bucket.listed) == (["C1"], 0)
    table.close()
