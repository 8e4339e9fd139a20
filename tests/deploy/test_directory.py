"""`python -m deploy.directory rebuild` against a real store and both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.directory.opening import opened
from adapters.s3 import S3Objects
from domain.bucket import company_key
from domain.model import canonical_bytes
from stack.probes import LOOPBACK, free_port
from stack.process import ROOT
from tests.support import builders, s3_servers
from tests.support.postgresql_server import new_database


@pytest.fixture
def environment(moto_url: str, tmp_path: Path) -> dict[str, str]:
    client, bucket = s3_servers.new_bucket(moto_url)
    objects = S3Objects(client, bucket)
    for number in range(3):
        company = builders.company(company_id=f"C{number}", legal_name=f"Ferretería Número {number}")
        objects.put(company_key(company.company_id), canonical_bytes(company), "application/json")
    return {
        "PATH": os.environ["PATH"],
        "ACTIVA_ENV_FILE": os.devnull,
        "ACTIVA_LENDER__NAME": "Prestadora S.A.S.",
        "ACTIVA_LENDER__NIT": "900373115-3",
        "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@example.com",
        "ACTIVA_LENDER__POLICY_URL": "https://example.com/datos",
        "ACTIVA_S3__BUCKET": bucket,
        "ACTIVA_S3__ENDPOINT_URL": moto_url,
        "ACTIVA_S3__ACCESS_KEY_ID": "any",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
        "ACTIVA_SMTP__HOST": "127.0.0.1",
        "ACTIVA_SMTP__SENDER": "activa@example.com",
        "ACTIVA_SMTP__REPLY_TO": "soporte@example.com",
        "ACTIVA_SUPPORT_MAIL": "soporte@example.com",
        "ACTIVA_PORTAL_URL": "https://activa.example.com",
        "ACTIVA_DIRECTORY__FILE": str(tmp_path / "directory.sqlite3"),
    }


def rebuild(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.directory", "rebuild"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shared", [False, True], ids=["sqlite", "postgresql"])
def test_the_table_is_built_from_the_bucket_and_a_second_time_nothing_is_read(
    environment: dict[str, str], request: pytest.FixtureRequest, shared: bool
) -> None:
    url = new_database(request.getfixturevalue("postgresql_url")) if shared else None
    if url is not None:
        environment["ACTIVA_DIRECTORY__URL"] = url

    first, second = rebuild(environment), rebuild(environment)

    table = opened(Path(environment["ACTIVA_DIRECTORY__FILE"]), url)
    assert [each.legal_name for each in table.search("ferreteria").companies] == [
        f"Ferretería Número {number}" for number in range(3)
    ]
    assert table.followed_until() is not None
    table.close()
    assert [(each.returncode, json.loads(each.stdout)) for each in (first, second)] == [
        (0, {"companies": 3, "written": 3, "removed": 0, "unreadable": 0}),
        (0, {"companies": 3, "written": 0, "removed": 0, "unreadable": 0}),
    ]
    assert ("counting the companies" in first.stderr, "reading" in first.stderr, "Ferre" in first.stderr) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("setting", "value", "status", "said"),
    [
        ("ACTIVA_DIRECTORY__FILE", "/dev/null/directory.sqlite3", 2, "set ACTIVA_DIRECTORY__FILE or __URL"),
        ("ACTIVA_DIRECTORY__URL", f"postgresql://a:a-secret@{LOOPBACK}:{free_port()}/a", 4, "directory prepare: "),
        ("ACTIVA_S3__ENDPOINT_URL", f"http://{LOOPBACK}:{free_port()}", 4, "S3 ListObjectsV2: "),
        ("ACTIVA_S3__BUCKET", "b", 2, "ACTIVA_S3__BUCKET"),
    ],
    ids=["file", "database", "store", "settings"],
)
def test_what_is_in_the_way_is_said_in_a_line(
    environment: dict[str, str], setting: str, value: str, status: int, said: str
) -> None:
    done = rebuild(environment | {setting: value})

    assert (done.returncode, done.stdout, said in done.stderr) == (status, "", True)
    assert ("Traceback" in done.stderr, "a-secret" in done.stderr) == (False, False)
