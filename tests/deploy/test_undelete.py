"""`python -m deploy.undelete`: what somebody deleted comes back, what ends by age does not."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions
from audit_trail.chain import lines_of
from deploy.bucket import ensure_bucket
from domain import bucket as keys
from domain.retention import REJECTED_TAG
from stack.probes import free_port
from stack.process import ROOT
from tests.support import s3_servers
from tests.support.worker_alone import SETTINGS

COMPANY, LETTER, REJECTED = keys.company_key("C1"), keys.letter_key("C1", "F"), keys.verdict_key("C1", "u")
SESSION, KEPT = keys.session_key("a"), keys.archive_key("C1")


@pytest.fixture
def bucket(moto_url: str) -> tuple[Any, str]:
    """A bucket from which nearly everything was deleted, a letter twice."""
    client, name = s3_servers.new_bucket(moto_url)
    ensure_bucket(client, name)
    objects = S3Objects(client, name)
    for key in (COMPANY, LETTER, REJECTED, SESSION, KEPT):
        objects.put(key, b"first", "text/plain")
    objects.put(COMPANY, b"last", "text/plain")
    S3Versions(client, name).tag(REJECTED, REJECTED_TAG)
    for key in (COMPANY, LETTER, LETTER, REJECTED, SESSION):
        client.delete_object(Bucket=name, Key=key)
    return client, name


def run(moto_url: str, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, **SETTINGS, "ACTIVA_S3__BUCKET": name, "ACTIVA_S3__ENDPOINT_URL": moto_url,
        "ACTIVA_S3__ACCESS_KEY_ID": "any", "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
    }  # fmt: skip
    command = [sys.executable, "-m", "deploy.undelete", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100)


def there(bucket: tuple[Any, str]) -> dict[str, bytes]:
    objects = S3Objects(*bucket)
    found = {key: objects.get(key) for key, _ in objects.list("") if not key.startswith(keys.AUDIT)}
    return {key: each.data for key, each in found.items() if each is not None}


def test_what_was_deleted_comes_back_as_it_was_last_and_what_ends_by_age_does_not(
    moto_url: str, bucket: tuple[Any, str]
) -> None:
    rehearsed = run(moto_url, bucket[1], "--dry-run")
    before = there(bucket)
    one = run(moto_url, bucket[1], "--below", COMPANY)
    done = run(moto_url, bucket[1])
    again = run(moto_url, bucket[1])

    assert (rehearsed.returncode, sorted(rehearsed.stderr.split())) == (0, sorted([COMPANY, LETTER]))
    assert before == {KEPT: b"first"}
    assert [json.loads(each.stdout)["brought_back"] for each in (rehearsed, one, done, again)] == [2, 1, 1, 0]
    assert there(bucket) == {COMPANY: b"last", LETTER: b"first", KEPT: b"first"}
    objects = S3Objects(*bucket)
    batches = [objects.get(key) for key, _ in objects.list(keys.AUDIT)]
    events = [event for each in batches if each is not None for event in lines_of(each.data)[1]]
    asked = [event.about for event in events if event.action == "objects_brought_back"]
    assert sorted(map(str, asked)) == sorted([COMPANY, "everything", "everything"])


def test_a_store_that_is_not_there_is_named(bucket: tuple[Any, str]) -> None:
    done = run(f"http://127.0.0.1:{free_port()}", bucket[1], "--dry-run")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("S3 ListObjectVersions: ")
