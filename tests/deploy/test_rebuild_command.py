"""The command line of `python -m deploy.rebuild`, as an operator types it."""

import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from audit_trail.chain import lines_of
from domain.bucket import AUDIT, snapshot_key
from stack.mail_sink import MailSink
from stack.process import ROOT
from stack.servers import inherited_environment
from tests.support.deploy.losing import after_the_loss, keeping_worker
from tests.support.worker_alone import SETTINGS
from tests.support.world import World, world_of_its_own


@pytest_asyncio.fixture(loop_scope="session")
async def lost(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world whose Temporal server's database will be lost."""
    async with world_of_its_own(tmp_path / "lost", moto_url, mail_sink) as made:
        yield made


async def run(made: World, *arguments: str) -> tuple[int, dict[str, Any], str]:
    settings = made.settings
    environment = {
        **inherited_environment(),
        **SETTINGS,
        "ACTIVA_S3__BUCKET": settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": settings.s3.endpoint_url or "",
        "ACTIVA_S3__ACCESS_KEY_ID": "any",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
        **made.place.environment,
    }
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "deploy.rebuild", *arguments], capture_output=True, text=True, cwd=ROOT,
        env=environment, timeout=100, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


async def test_an_operator_rehearses_rebuilds_and_rehearses_again(lost: World, tmp_path: Path) -> None:
    async with keeping_worker(lost):
        case, closed, terminated = [await lost.start() for _ in range(3)]
        await case.pay()
        before = await case.settle()
        await closed.signal("activation_closed", reason="the company left")
        await closed.handle.result()
        await terminated.settle()
    await asyncio.to_thread(lost.objects.put, snapshot_key("BROKEN"), b"{", "application/json")

    async with after_the_loss(lost, tmp_path / "empty") as found:
        rehearsed = await run(found, "--dry-run")
        rebuilt = await run(found)
        async with keeping_worker(found) as keeper:
            case = dataclasses.replace(case, world=found)
            after = await case.settle()
            await dataclasses.replace(closed, world=found).handle.result()
            await dataclasses.replace(terminated, world=found).settle()
            assert await keeper.flush()
            compared = await run(found, "--dry-run")
            await dataclasses.replace(terminated, world=found).handle.terminate("by mistake")
            reopened = await run(found, "--reopen", terminated.company_id)
            nobody = await run(found, "--reopen", "NOBODY")

    assert after == before
    assert (rehearsed[0], rehearsed[1]["started"], rehearsed[1]["differences"]) == (1, 3, 4)
    assert f"{case.company_id}: missing; would be started where it stood at " in rehearsed[2]
    assert f"{closed.company_id}: missing; would be started" in rehearsed[2]
    assert "and closes again at once" in rehearsed[2]
    assert "BROKEN: snapshots/BROKEN.json is no snapshot" in rebuilt[2]
    assert (rebuilt[0], rebuilt[1]["started"], rebuilt[1]["billable_actions"]) == (1, 3, 3)
    assert (compared[1]["same"], compared[1]["differences"]) == (3, 1)
    assert (reopened[0], reopened[1]["started"]) == (0, 1)
    assert (nobody[0], nobody[1]["not_reopened"]) == (1, 1)
    ids = (case.company_id, closed.company_id, terminated.company_id, terminated.company_id)
    assert await asyncio.to_thread(recorded_cases, found) == sorted(ids)


def recorded_cases(made: World) -> list[str]:
    keys = [key for key, _ in made.objects.list(AUDIT)]
    found = [made.objects.get(key) for key in keys]
    events = [event for each in found if each is not None for event in lines_of(each.data)[1]]
    return sorted(str(event.company_id) for event in events if event.action == "case_rebuilt")
