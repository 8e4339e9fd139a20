"""What the object store promises, on each of two S3 servers."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.s3 import S3Objects, bucket_exists, connect
from domain.errors import StoreUnavailableError
from tests.support import s3_servers
from tests.support.faulty_store import faulty_store

PDF = "application/pdf"
KEY = "inbox/C1001/u-1.pdf"


def test_an_object_comes_back_as_it_was_written(objects: S3Objects):
    data = bytes(range(256)) * 5000
    objects.put(KEY, data, PDF)
    assert data == objects.get(KEY).data


def test_an_empty_object_is_not_an_absent_one(objects: S3Objects):
    objects.put(KEY, b"", PDF)
    assert objects.get(KEY).data == b""


def test_an_absent_object_is_none(objects: S3Objects):
    assert objects.get(KEY) is None


def test_the_content_type_is_kept(s3_url: str):
    client, bucket = s3_servers.new_bucket(s3_url)
    S3Objects(client, bucket).put(KEY, b"%PDF", PDF)
    assert client.head_object(Bucket=bucket, Key=KEY)["ContentType"] == PDF


def test_the_time_of_writing_is_the_servers_in_utc(objects: S3Objects):
    objects.put(KEY, b"1", PDF)
    stored_at = objects.get(KEY).stored_at
    assert timedelta(0) == stored_at.utcoffset()
    assert abs(datetime.now(UTC) - stored_at) < timedelta(minutes=1)


async def test_an_object_is_as_old_as_the_stores_own_clock_says(s3_url: str) -> None:
    client, bucket = s3_servers.new_bucket(s3_url)
    S3Objects(client, bucket).put(KEY, b"1", PDF)
    async with faulty_store(s3_url) as store:
        store.ahead = timedelta(hours=1)
        ahead = connect(endpoint_url=store.url, region="eu-1", access_key_id="x", secret_access_key="x", connections=1)
        found = await asyncio.to_thread(S3Objects(ahead, bucket).get, KEY)
    assert timedelta(minutes=59) < found.age < timedelta(minutes=61)


@pytest.mark.parametrize(
    ("size", "limit", "read"),
    [
        pytest.param(100, 100, 100, id="as large as the limit"),
        pytest.param(101, 100, 101, id="one byte more shows as too large"),
        pytest.param(5_000_000, 100, 101, id="far more is not read"),
        pytest.param(5_000_000, None, 5_000_000, id="no limit"),
    ],
)
def test_no_more_than_one_byte_over_the_limit_is_read(objects: S3Objects, size: int, limit: int | None, read: int):
    objects.put(KEY, b"x" * size, PDF)
    assert read == len(objects.get(KEY, limit).data)


def test_put_replaces_what_was_there(objects: S3Objects):
    objects.put(KEY, b"first", PDF)
    objects.put(KEY, b"second", PDF)
    assert objects.get(KEY).data == b"second"


def test_put_new_never_replaces(objects: S3Objects):
    assert objects.put_new(KEY, b"first", PDF) is True
    assert objects.put_new(KEY, b"second", PDF) is False
    assert objects.get(KEY).data == b"first"


def test_of_eight_racing_writers_one_wins(objects: S3Objects):
    contents = [f"writer {number}".encode() for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(lambda content: objects.put_new(KEY, content, PDF), contents))
    assert won.count(True) == 1
    assert contents[won.index(True)] == objects.get(KEY).data


def test_replace_writes_over_the_version_it_read(objects: S3Objects):
    objects.put(KEY, b"first", PDF)
    assert objects.replace(KEY, b"second", PDF, objects.get(KEY).etag) is True
    assert objects.get(KEY).data == b"second"


def test_replace_keeps_a_version_that_came_in_between(objects: S3Objects):
    objects.put(KEY, b"first", PDF)
    etag = objects.get(KEY).etag
    objects.put(KEY, b"in between", PDF)
    assert objects.replace(KEY, b"second", PDF, etag) is False
    assert objects.get(KEY).data == b"in between"


def test_replace_of_an_absent_object_writes_nothing(objects: S3Objects):
    assert objects.replace(KEY, b"second", PDF, '"0123456789abcdef0123456789abcdef"') is False
    assert objects.get(KEY) is None


def test_bytes_damaged_on_the_way_are_not_stored(tmp_path: Path):
    with s3_servers.ministack(tmp_path) as url:  # the one of the two that checks digests
        client, bucket = s3_servers.new_bucket(url)
        objects = S3Objects(client, bucket)

        def damage(request: Any, **_: object) -> None:
            request.body = b"%PDX"

        client.meta.events.register("before-send.s3.PutObject", damage)
        with pytest.raises(StoreUnavailableError, match="S3 PutObject: BadDigest"):
            objects.put(KEY, b"%PDF", PDF)
        assert objects.get(KEY) is None


def test_a_bucket_that_is_not_there_names_the_command_that_makes_it(s3_url: str):
    objects = S3Objects(s3_servers.client(s3_url), "no-such-bucket")
    for call in (
        lambda: objects.get(KEY),
        lambda: objects.put(KEY, b"1", PDF),
        lambda: objects.put_new(KEY, b"1", PDF),
        lambda: objects.replace(KEY, b"1", PDF, '"0"'),
    ):
        with pytest.raises(StoreUnavailableError, match=r"no-such-bucket .*`python -m deploy\.bootstrap`"):
            call()


def test_bucket_exists_tells_which(s3_url: str):
    client, bucket = s3_servers.new_bucket(s3_url)
    assert bucket_exists(client, bucket) is True
    assert bucket_exists(client, "no-such-bucket") is False


def test_the_local_server_keeps_objects_through_a_kill(tmp_path: Path):
    server = s3_servers.Ministack(tmp_path)
    server.start()
    try:
        client, bucket = s3_servers.new_bucket(server.url)
        S3Objects(client, bucket).put(KEY, b"%PDF", PDF)
        server.kill()
        server.start()
        again = S3Objects(s3_servers.client(server.url), bucket)
        assert again.get(KEY).data == b"%PDF"
        assert again.put_new(KEY, b"other", PDF) is False
        assert again.replace(KEY, b"newer", PDF, again.get(KEY).etag) is True
    finally:
        server.kill()
