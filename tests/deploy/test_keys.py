"""`python -m deploy.keys`: the rotation as the page prints it, and what is refused."""

import asyncio
import json
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.activations import Activations
from adapters.encryption import codec
from adapters.encryption.data_keys import DataKeys
from adapters.encryption.ring import Ring
from adapters.s3 import S3Objects
from adapters.temporal import connect
from audit_trail.chain import lines_of
from deploy.keys import run
from domain.bucket import AUDIT, wrapped_key
from domain.case.policy import Policy
from domain.errors import ActivaError
from sealing import Encryption
from servers import S3, Smtp
from settings import Settings
from stack.probes import free_port
from stack.process import ROOT
from stack.servers import temporal_server
from tests.support import builders, s3_servers
from tests.support.worker_alone import SETTINGS

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
[PRINTED] = [block.splitlines() for block in BLOCKS if "keys promote" in block]


class Keys:
    """The command against a bucket and a ring of its own."""

    def __init__(self, moto_url: str, folder: Path) -> None:
        client, bucket = s3_servers.new_bucket(moto_url)
        self.objects = S3Objects(client, bucket)
        self.ring = folder / "ring.json"
        self.environment = {
            **SETTINGS,
            "PATH": os.environ["PATH"],
            "ACTIVA_S3__BUCKET": bucket,
            "ACTIVA_S3__ENDPOINT_URL": moto_url,
            "ACTIVA_S3__ACCESS_KEY_ID": "test",
            "ACTIVA_S3__SECRET_ACCESS_KEY": "test",
            "ACTIVA_ENCRYPTION__RING": str(self.ring),
        }
        self.settings = Settings(
            _env_file=None,
            lender=builders.lender(),
            s3=S3(bucket=bucket, endpoint_url=moto_url, access_key_id="test", secret_access_key="test"),
            smtp=Smtp(host="127.0.0.1", sender="avisos@example.com", reply_to="soporte@example.com"),
            support_mail="soporte@example.com",
            portal_url="http://127.0.0.1:8000",
            encryption=Encryption(ring=self.ring),
        )

    async def __call__(self, line: str) -> Any:
        """Return what the command prints, run here."""
        return await run(self.settings, *shlex.split(line))

    async def refused(self, line: str) -> str:
        with pytest.raises(ActivaError) as refused:
            await self(line)
        return str(refused.value)

    async def printed(self, line: str) -> tuple[int, Any, str]:
        """Run a line of the page as it stands there; return exit status, the JSON object printed, and the messages."""
        program, *arguments = shlex.split(line)
        assert program == "python"
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=self.environment, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return await process.wait(), json.loads(out) if out else None, err.decode()


@pytest.fixture
def keys(moto_url: str, tmp_path: Path) -> Keys:
    return Keys(moto_url, tmp_path)


async def test_a_key_is_changed_as_the_page_prints_it(keys: Keys) -> None:
    await keys("add 2026-11")
    running = DataKeys(keys.objects, Ring(keys.ring))
    before = {company: running.to_write_with(company) for company in ("", "C1001", "C1002")}

    answers = [await keys.printed(line) for line in PRINTED]

    assert [(status, messages) for status, _, messages in answers] == [(0, "")] * len(PRINTED)
    assert [answer for _, answer, _ in answers] == [
        {"ring": ["2026-11", "2027-01"]},
        {"ring": ["2027-01", "2026-11"]},
        {"newest": "2027-01", "rewrapped": 3, "already": 0},
        {"ring": ["2027-01"], "given_up": 0},
        {"ring": ["2027-01"], "wraps": {"2027-01": 3}, "missing": []},
    ]
    anew = DataKeys(keys.objects, Ring(keys.ring))
    assert {company: anew.to_write_with(company) for company in before} == before


async def test_each_change_is_on_record_and_a_look_is_not(keys: Keys) -> None:
    await keys("add 2026-11")
    await keys("list")

    events = [
        event
        for key, _ in keys.objects.list(AUDIT)
        if (stored := keys.objects.get(key)) is not None
        for event in lines_of(stored.data)[1]
    ]
    assert [(each.action, each.about, each.door) for each in events if each.action] == [
        ("keys_add", "2026-11", "command")
    ]


async def test_a_key_that_still_wraps_something_is_not_retired(keys: Keys) -> None:
    await keys("add 2026-11")
    DataKeys(keys.objects, Ring(keys.ring)).to_write_with("C1001")
    await keys("add 2027-01")
    await keys("promote 2027-01")

    assert "2026-11 still wraps 1 companies' keys" in await keys.refused("retire 2026-11")


async def test_what_a_lost_key_wraps_is_given_up_and_companies_begin_anew(keys: Keys) -> None:
    await keys("add 2026-11")
    before = DataKeys(keys.objects, Ring(keys.ring)).to_write_with("C1001")
    keys.ring.unlink()
    await keys("add 2027-01")

    assert (await keys("list"))["missing"] == ["2026-11"]
    assert await keys("retire 2026-11 --lost") == {"ring": ["2027-01"], "given_up": 1}

    assert DataKeys(keys.objects, Ring(keys.ring)).to_write_with("C1001") != before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add 2026-11", "an id stands there twice"),
        ("add ../x", "String should match pattern"),
        ("add k2 --kms alias/activa", "String should match pattern"),
        ("promote 2027-01", "the ring has no key 2027-01; it has 2026-11"),
        ("retire 2026-11", "2026-11 is the only key"),
        ("erase ../x", "a company id has 1 to 64"),
    ],
)
async def test_what_can_not_be_done_is_said_and_changes_nothing(keys: Keys, line: str, said: str) -> None:
    await keys("add 2026-11")
    before = keys.ring.read_bytes()

    assert said in await keys.refused(line)
    assert keys.ring.read_bytes() == before


async def test_without_a_ring_the_setting_is_named(keys: Keys) -> None:
    del keys.environment["ACTIVA_ENCRYPTION__RING"]

    status, _, messages = await keys.printed("python -m deploy.keys list")

    assert (status, messages) == (2, "ACTIVA_ENCRYPTION__RING must name the ring's file\n")


async def test_a_key_is_erased_once_no_case_is_open(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keys("add 2026-11")
    async with temporal_server(tmp_path / "temporal") as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        client = await connect(address=address, codec=codec(Encryption(ring=keys.ring), keys.objects))
        await Activations(client, keys.objects).start(builders.company(company_id="C1001"), Policy())

        assert "the case of C1001 is open" in await keys.refused("erase C1001")
        assert keys.objects.get(wrapped_key("C1001")) is not None

        await client.get_workflow_handle("activation-C1001").terminate()
        assert await keys("erase C1001") == {"company_id": "C1001", "versions": 1}
        assert keys.objects.get(wrapped_key("C1001")) is None
        assert await keys("erase C1001") == {"company_id": "C1001", "versions": 0}


async def test_without_temporal_nothing_is_erased(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    await keys("add 2026-11")
    DataKeys(keys.objects, Ring(keys.ring)).to_write_with("C1001")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")

    assert "Temporal can't be reached" in await keys.refused("erase C1001")
    assert keys.objects.get(wrapped_key("C1001")) is not None
