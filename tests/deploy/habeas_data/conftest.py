"""A world whose bucket is as the bootstrap makes it, and a company with something of every kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from deploy.habeas_data.ground import Ground
from stack.mail_sink import MailSink
from tests.support.planted import Planted, grounded_on, planted, prepare
from tests.support.world import ORDINARY_DAY, World, world_of_its_own


@pytest_asyncio.fixture(loop_scope="session")
async def own_world(tmp_path: Path, moto_url: str) -> AsyncIterator[World]:
    """A world with a worker, a mail folder and a database of its own."""
    async with (
        MailSink(tmp_path / "mail") as mails,
        world_of_its_own(tmp_path / "temporal", moto_url, mails, begins=ORDINARY_DAY) as made,
        made.worker(),
    ):
        prepare(made)
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def company(own_world: World) -> Planted:
    return await planted(own_world)


@pytest_asyncio.fixture(loop_scope="session")
async def ground(own_world: World) -> AsyncIterator[Ground]:
    async with grounded_on(own_world) as made:
        yield made
