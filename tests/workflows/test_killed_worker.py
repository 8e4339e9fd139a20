"""A worker is killed with tasks behind it that it has not written down yet: another one makes that good."""

import asyncio
import json
import sys
from datetime import timedelta

from adapters.signs import EVERY, STANDS_STILL
from adapters.snapshots import Snapshots
from domain.bucket import WORKERS
from stack.process import Program, RunningProgram
from tests.support.deploy.losing import keeping_worker
from tests.support.faulty_store import Call, Fault, faulty_store
from tests.support.worker_alone import environment_over
from tests.support.world import CaseUnderTest, World

MADE_GOOD_WITHIN = timedelta(seconds=60)


def program(world: World, s3_url: str) -> Program:
    async def ready() -> str | None:
        found = await asyncio.to_thread(world.objects.get, WORKERS)
        return None if found is not None and json.loads(found.data)["compared"] else "no sign of life yet"

    return Program(
        name="worker",
        command=(sys.executable, "worker.py"),
        environment=environment_over(world) | {"ACTIVA_S3__ENDPOINT_URL": s3_url},
        ready=ready,
    )


async def knows_of_payment(case: CaseUnderTest) -> bool:
    kept = await asyncio.to_thread(Snapshots(case.world.objects).read, case.company_id)
    return kept is not None and "FV-77" in json.dumps(kept.snapshot.start)


async def test_what_a_killed_worker_had_not_written_is_written_within_a_minute(
    empty_world: World, moto_url: str
) -> None:
    async with faulty_store(moto_url) as store:
        worker = await RunningProgram.start(program(empty_world, store.url))
        try:
            await worker.until_ready()
            case = await empty_world.start()
            await case.settle()
            store.breaks(case.company_id, Call("PUT", "snapshots/*.json"), Fault.BEFORE)
            await case.pay()
            while not (await case.status())["payment"]["payments"]:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.02)
        finally:
            worker.kill()
            await worker.stop()
    lost = not await knows_of_payment(case)

    # By the figures below within a minute; how long a busy machine takes for it says nothing.
    async with keeping_worker(empty_world), asyncio.timeout(4 * MADE_GOOD_WITHIN.total_seconds()):
        while not await knows_of_payment(case):  # noqa: ASYNC110  # the bucket has no event
            await asyncio.sleep(0.1)

    assert lost
    assert EVERY + STANDS_STILL < MADE_GOOD_WITHIN
