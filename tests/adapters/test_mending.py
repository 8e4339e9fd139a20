"""Cases are compared with their snapshots, and those that are behind are asked, which writes them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from adapters.mending import mend
from adapters.snapshots import Kept, Snapshots
from domain.bucket import snapshot_key
from stack.mail_sink import MailSink
from tests.support import s3_servers
from tests.support.deploy.losing import keeping_worker
from tests.support.world import CaseUnderTest, World, world_of_its_own


@pytest_asyncio.fixture(loop_scope="session")
async def made(tmp_path: Path, mail_sink: MailSink) -> AsyncIterator[World]:
    with s3_servers.moto() as url:
        async with world_of_its_own(tmp_path, url, mail_sink) as one:
            yield one


async def kept(case: CaseUnderTest) -> Kept | None:
    return await asyncio.to_thread(Snapshots(case.world.objects).read, case.company_id)


async def test_only_cases_that_are_behind_are_asked_and_then_they_are_not(made: World) -> None:
    async with keeping_worker(made):
        cases = [await made.start() for _ in range(4)]
        for case in cases:
            await case.settle()
    paid, closed, broken, asleep = cases
    async with made.worker():  # one that is killed before it writes
        await paid.pay()
        await paid.settle()
        await closed.signal("activation_closed", reason="the company left")
        await closed.handle.result()
        await closed.in_visibility("ExecutionStatus = 'Completed'")
        await asyncio.to_thread(made.objects.put, snapshot_key(broken.company_id), b"{", "application/json")
        before = await kept(asleep)

    async with keeping_worker(made) as keeper:
        asked, silent = await mend(made.client, made.objects)
        async with asyncio.timeout(240):
            while silent:  # a busy worker did not answer within the five seconds that each is given
                _, silent = await mend(made.client, made.objects)
        assert await keeper.flush()
        again = await mend(made.client, made.objects)

    found = {name: await kept(case) for name, case in {"paid": paid, "closed": closed, "broken": broken}.items()}
    assert (asked, again) == (3, (0, 0))
    assert all(found.values())
    assert "FV-77" in str(found["paid"])
    assert found["closed"] is not None
    assert found["closed"].snapshot.closed
    assert await kept(asleep) == before
