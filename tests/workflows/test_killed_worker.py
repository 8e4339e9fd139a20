"""A worker is killed with tasks behind it that it has not written down yet: another one makes that good."""

import asyncio
import json
import os
import sys
from datetime import timedelta

from adapters.signs import EVERY, STANDS_STILL
from adapters.snapshots import Snapshots
from adapters.temporal import address_of
from domain.bucket import WORKERS
from stack.process import Program, RunningProgram
from stack.servers import inherited_environment
from tests.support.deploy.losing import keeping_worker
from tests.support.worker_alone import SETTINGS
from tests.support.world import CaseUnderTest, World

MADE_GOOD_WITHIN = timedelta(seconds=60)


def program(world: World) -> Program:
    settings = world.settings
    environment = {
        **inherited_environment(),
        **SETTINGS,
        "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
        "ACTIVA_S3__BUCKET": settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": settings.s3.endpoint_url or "",
        "ACTIVA_S3__ACCESS_KEY_ID": "any",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
        "ACTIVA_SMTP__PORT": str(settings.smtp.port),
        "ACTIVA_SMTP__STARTTLS": "false",
        "TEMPORAL_ADDRESS": address_of(world.client),
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }

    async def ready() -> str | None:
        found = await asyncio.to_thread(world.objects.get, WORKERS)
        return None if found is not None and json.loads(found.data)["compared"] else "no sign of life yet"

    return Program(name="worker", command=(sys.executable, "worker.py"), environment=environment, ready=ready)


async def knows_of_payment(case: CaseUnderTest) -> bool:
    kept = await asyncio.to_thread(Snapshots(case.world.objects).read, case.company_id)
    return kept is not None and "FV-77" in json.dumps(kept.snapshot.start)


async def test_what_a_killed_worker_had_not_written_is_written_within_a_minute(empty_world: World) -> None:
    worker = await RunningProgram.start(program(empty_world))
    try:
        await worker.until_ready()
        case = await empty_world.start()
        await case.settle()
        await case.pay()
        while not (await case.status())["payment"]["payments"]:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.02)
        worker.kill()
        await worker.ended
        lost = not await knows_of_payment(case)

        async with keeping_worker(empty_world), asyncio.timeout(MADE_GOOD_WITHIN.total_seconds()):
            while not await knows_of_payment(case):  # noqa: ASYNC110  # the bucket has no event
                await asyncio.sleep(0.1)
    finally:
        await worker.stop()

    assert lost
    assert EVERY + STANDS_STILL < MADE_GOOD_WITHIN
