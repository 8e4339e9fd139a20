"""The portal over a real Temporal server, a real S3 and a worker, visited without a browser."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from portal.cases import billing, desk, representative
from stack.mail_sink import MailSink
from tests.support.portal.visiting import Site, Visitor, site_over
from tests.support.temporal_places import SLOW_BATCHES
from tests.support.world import World, world_of_its_own


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def portal_world(
    tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink
) -> AsyncIterator[World]:
    """A world with a worker, of the portal's tests alone."""
    async with (
        world_of_its_own(tmp_path_factory.mktemp("portal"), moto_url, mail_sink, *SLOW_BATCHES) as made,
        made.worker(),
    ):
        yield made


@pytest.fixture
def build_site(portal_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Site]:
    """Build a portal, which waits for its busy worker; changes are of its settings."""
    for module, name in (
        (representative, "READ_WITHIN"),
        (representative, "DONE_WITHIN"),
        (desk, "READ_WITHIN"),
        (desk, "SEEN_WITHIN"),
        (billing, "STATUS_WITHIN"),
        (billing, "STANDING_WITHIN"),
    ):
        monkeypatch.setattr(module, name, timedelta(seconds=30))
    return lambda **changes: site_over(portal_world, tmp_path, **changes)


@pytest.fixture
def site(build_site: Callable[..., Site]) -> Site:
    return build_site()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(portal_world: World, site: Site) -> AsyncIterator[Visitor]:
    """The representative of a company whose case has just begun, logged in."""
    case = await portal_world.start()
    await case.settle()
    async with site.visitor(case) as one:
        await one.enter()
        yield one
