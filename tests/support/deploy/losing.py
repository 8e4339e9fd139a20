"""Temporal's database is lost: the same bucket and mail server, another Temporal server that knows nothing."""

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.keeping import Keeper
from adapters.mending import snapshots_kept
from adapters.recording import Unrecorded
from deploy.rebuilding import Rebuilding, Told
from tests.support.temporal_places import temporal_place
from tests.support.world import World

RETENTION = timedelta(days=90)


@asynccontextmanager
async def keeping_worker(made: World, **changes: object) -> AsyncIterator[Keeper]:
    """Run a worker as `worker.py` does: what each case knows is kept in the bucket."""
    async with snapshots_kept(made.client, made.objects) as keeper, made.worker(note=keeper.note, **changes):
        yield keeper


@asynccontextmanager
async def after_the_loss(made: World, folder: Path, *arguments: str) -> AsyncIterator[World]:
    """Give the world with a Temporal server whose database is empty."""
    async with temporal_place(folder, *arguments) as place:
        client = await place.connect()
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        yield dataclasses.replace(made, client=client, skipper=skipper)


def rebuilding(made: World, *, rehearse: bool = False) -> Rebuilding:
    return Rebuilding(made.skipper.client, made.objects, Unrecorded(), kept_for=RETENTION, rehearse=rehearse)


async def reopen(made: World, company_id: str) -> Told:
    """Start one case as `--reopen` does."""
    return await rebuilding(made).reopen(company_id)


async def rebuild(made: World, *, rehearse: bool = False) -> dict[str, Told]:
    """Run the command's work on every snapshot; return what it told of each company."""
    work = rebuilding(made, rehearse=rehearse)
    told: list[Told] = []
    await work.all(await work.companies(), 200, told.append)
    return {each.company_id: each for each in told}


def outcomes(told: dict[str, Told]) -> Counter[str]:
    """Return how many cases there were of each outcome."""
    return Counter(each.outcome.value for each in told.values())
