"""Around a worker: its snapshots are written, it shows that it lives, and what a killed one left is made good."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecution

from adapters.activations import Activations
from adapters.at_once import some_at_once
from adapters.keeping import Keeper
from adapters.last_tasks import is_behind
from adapters.s3 import S3Objects
from adapters.signs import EVERY, Signs
from adapters.snapshots import Kept, Snapshots, SnapshotUnusableError
from adapters.temporal import address_of, server_errors
from domain.contract import WORKFLOW_TYPE, company_of
from domain.errors import ActivaError

LOG: Final = logging.getLogger("activa.snapshots")
AT_ONCE: Final = 16
CLOSED_SINCE: Final = timedelta(hours=1)
ABOUT_TO_BE_WRITTEN: Final = timedelta(seconds=4)
TRIES: Final = 3
"""To reach cases that do not answer, as where no worker has begun yet; one whose task fails never does."""
LAST_WRITES: Final = timedelta(seconds=15)


@asynccontextmanager
async def snapshots_kept(client: Client, objects: S3Objects) -> AsyncIterator[Keeper]:
    """Give what takes the notes of a worker that runs within; write all of them before it ends."""
    keeper, signs = Keeper(Snapshots(objects)), Signs(objects)
    beside = [asyncio.create_task(keeper.run()), asyncio.create_task(_watch(client, objects, signs))]
    try:
        yield keeper
    finally:
        for each in beside:
            each.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        with contextlib.suppress(TimeoutError, ActivaError):
            async with asyncio.timeout(LAST_WRITES.total_seconds()):
                if await keeper.flush():
                    await asyncio.to_thread(signs.end)


async def _watch(client: Client, objects: S3Objects, signs: Signs) -> None:
    """Keep the sign fresh, and look after whoever was killed; never ends."""
    async with asyncio.TaskGroup() as group:
        looking: asyncio.Task[None] | None = None
        while True:
            try:
                roll = await asyncio.to_thread(signs.live)
            except ActivaError as error:
                LOG.warning("this worker's sign of life could not be written: %s", error)
            else:
                killed = signs.killed()
                if (killed or not roll.compared) and (looking is None or looking.done()):
                    looking = group.create_task(_look_after(client, objects, signs, killed))
            await asyncio.sleep(EVERY.total_seconds())


async def _look_after(client: Client, objects: S3Objects, signs: Signs, killed: frozenset[str]) -> None:
    try:
        for _ in range(TRIES):
            asked, silent = await mend(client, objects)
            LOG.info("snapshots compared with the cases: %s behind and asked, %s did not answer", asked, silent)
            if not silent:
                break
            await asyncio.sleep(EVERY.total_seconds())
        await asyncio.to_thread(signs.made_good, killed)
    except ActivaError as error:
        LOG.warning("the snapshots could not be compared with the cases, which is tried again: %s", error)


async def mend(client: Client, objects: S3Objects) -> tuple[int, int]:
    """Ask each case whose snapshot is behind, which lets a worker write it.

    Returns how many were asked, and how many of them did not answer: theirs stay behind.
    """
    snapshots, cases, late = Snapshots(objects), Activations(client, objects), list[WorkflowExecution]()
    asked = silent = 0

    async def behind(found: WorkflowExecution) -> bool:
        company_id = company_of(found.id)
        if company_id is None:
            return False
        kept = await asyncio.get_running_loop().run_in_executor(threads, _usable, snapshots, company_id)
        return await is_behind(client, found, kept)

    async def compare(found: WorkflowExecution) -> None:
        if await behind(found):
            late.append(found)

    async def ask(found: WorkflowExecution) -> None:
        nonlocal asked, silent
        if not await behind(found):
            return
        asked += 1
        try:
            await cases.status(company_of(found.id) or "")
        except ActivaError as error:
            silent += 1
            LOG.warning("%s has no snapshot of its last task: %s", found.id, type(error).__name__)

    since = (datetime.now(UTC) - CLOSED_SINCE).isoformat().replace("+00:00", "Z")
    closed = f"(ExecutionStatus = 'Completed' AND CloseTime > '{since}')"
    query = f"WorkflowType = '{WORKFLOW_TYPE}' AND (ExecutionStatus = 'Running' OR {closed})"
    with server_errors(address_of(client)), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="comparing") as threads:
        await some_at_once(client.list_workflows(query), compare, AT_ONCE)
        if late:  # most are of tasks of this moment, which their own worker is about to write
            await asyncio.sleep(ABOUT_TO_BE_WRITTEN.total_seconds())
        await some_at_once(_each(late), ask, AT_ONCE)
    return asked, silent


async def _each(found: Sequence[WorkflowExecution]) -> AsyncIterator[WorkflowExecution]:
    for each in found:
        yield each


def _usable(snapshots: Snapshots, company_id: str) -> Kept | None:
    try:
        return snapshots.read(company_id)
    except SnapshotUnusableError:
        return None
