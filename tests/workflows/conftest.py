"""One Temporal server, one S3, one mail server and one worker for the workflow tests.

The worker keeps no case in memory, so each task replays the whole history: what is not deterministic fails a test.
"""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from stack.mail_sink import MailSink
from tests.support.temporal_places import Place, temporal_place
from tests.support.upgrades.kept_release import RELEASES, unpack
from tests.support.world import ORDINARY_DAY, CaseUnderTest, World, world, world_of_its_own


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def a_place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with temporal_place(tmp_path_factory.mktemp("temporal")) as place:
        yield place


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def a_world(a_place: Place, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world with a worker."""
    async with (
        world(a_place, moto_url, mail_sink, begins=ORDINARY_DAY) as made,
        made.worker(cached_cases=0),
    ):
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def idle_world(
    tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink
) -> AsyncIterator[World]:
    """A world on a Temporal server of its own, where a test starts and stops the workers."""
    async with world_of_its_own(tmp_path_factory.mktemp("idle"), moto_url, mail_sink, begins=ORDINARY_DAY) as made:
        yield dataclasses.replace(made, cached_cases=0)


@pytest_asyncio.fixture(loop_scope="session")
async def empty_world(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world like the idle one, in which no other test's case still has something to do."""
    async with world_of_its_own(tmp_path, moto_url, mail_sink, begins=ORDINARY_DAY) as made:
        yield dataclasses.replace(made, cached_cases=0)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a worker of the release before runs."""
    [archive] = RELEASES.glob("*.tar.xz")
    return unpack(archive, tmp_path_factory.mktemp("release"))


@pytest_asyncio.fixture(loop_scope="session")
async def case(a_world: World) -> CaseUnderTest:
    """A case that has just begun."""
    return await a_world.start()
