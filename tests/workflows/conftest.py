"""One Temporal server, one S3, one mail server for the workflow tests, and a worker in two ways.

The worker runs every test twice: with its cache, and without, where each task replays the whole history. The second
finds what is not deterministic.
"""

import dataclasses
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stack.mail_sink import MailSink
from stack.probes import free_port
from stack.servers import TIME_SKIPPING, temporal_server
from tests.adapters import s3_servers
from tests.world import CaseUnderTest, World, world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with temporal_server(tmp_path_factory.mktemp("temporal"), arguments=TIME_SKIPPING) as address:
        yield address


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with s3_servers.moto() as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mail_sink(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailSink]:
    async with MailSink(tmp_path_factory.mktemp("mail")) as sink:
        yield sink


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["cached", "replayed"])
async def a_world(
    temporal_address: str, moto_url: str, mail_sink: MailSink, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """A world with a worker."""
    cached = 100 if request.param == "cached" else 0
    async with world(temporal_address, moto_url, mail_sink) as made, made.worker(cached=cached):
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def idle_world(
    tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink
) -> AsyncIterator[World]:
    """A world on a Temporal server of its own, where a test starts and stops the workers."""
    folder, metrics_port = tmp_path_factory.mktemp("idle"), free_port()
    arguments = (*TIME_SKIPPING, "--metrics-port", str(metrics_port))
    async with (
        temporal_server(folder, arguments=arguments) as address,
        world(address, moto_url, mail_sink) as made,
    ):
        yield dataclasses.replace(made, metrics_url=f"http://127.0.0.1:{metrics_port}/metrics")


@pytest_asyncio.fixture(loop_scope="session")
async def case(a_world: World) -> CaseUnderTest:
    """A case that has just begun."""
    return await a_world.start()
