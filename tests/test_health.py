"""`/vivo` and `/listo` tell the truth, at little cost, and tell strangers nothing else."""

import asyncio
import dataclasses
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.responses import PlainTextResponse
from temporalio.client import Client

import health
import worker
from adapters.s3 import S3Objects
from health import Health, Readiness, told
from settings import SettingsError
from stack.mail_sink import MailSink
from stack.probes import free_port, http_answers
from stack.process import Program, RunningProgram
from tests.support import s3_servers
from tests.support.portal.visiting import site_over
from tests.support.temporal_places import temporal_place
from tests.support.worker_alone import environment_over
from tests.support.world import World, world

ADDRESS = "http://10.0.0.7:8000"
"""Of a process by itself, as what runs it calls it."""


class Need:
    """Something that is needed: there, away, or silent for as long as a test wants."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_there = True
        self.answers = asyncio.Event()
        self.answers.set()

    async def __call__(self) -> None:
        self.asked += 1
        await self.answers.wait()
        if not self.is_there:
            raise RuntimeError("Ana Peñaranda, 52345678")


async def asked(readiness: Readiness, path: str, method: str = "GET") -> tuple[int, str]:
    transport = httpx.ASGITransport(Health(PlainTextResponse("the application"), readiness))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        answer = await client.request(method, path)
    return answer.status_code, answer.text


async def test_who_lives_and_lacks_something_says_so_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    need = Need()
    need.is_there = False
    readiness = Readiness({"bucket": need, "temporal": Need()})

    assert await asked(readiness, "/vivo") == (200, "ok")
    with caplog.at_level(logging.DEBUG):
        assert await asked(readiness, "/listo") == (503, "not ready")

    assert [each.message for each in caplog.records if each.levelno >= logging.INFO and "activa" in each.name] == [
        "not ready: bucket"
    ]
    assert "Ana" not in caplog.text


async def test_however_many_ask_at_once_a_need_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 600)
    need = Need()
    readiness = Readiness({"bucket": need})
    assert {await each for each in asyncio.as_completed([asked(readiness, "/listo") for _ in range(50)])} == {
        (200, "ok")
    }
    assert await asked(readiness, "/listo") == (200, "ok")
    assert need.asked == 1


async def test_what_hangs_is_waited_for_and_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(health, "FRESH_SECONDS", 0)
    need = Need()
    need.answers.clear()
    readiness = Readiness({"bucket": need})

    assert [await asked(readiness, "/listo") for _ in range(5)] == [(503, "not ready")] * 5
    assert need.asked == 1

    need.answers.set()
    assert readiness._asking is not None
    assert await readiness._asking == {"bucket"}, "an answer that comes late does not count"
    monkeypatch.setattr(health, "LONGEST_SECONDS", 60)
    assert await asked(readiness, "/listo") == (200, "ok")
    assert need.asked == 2


async def test_what_comes_back_is_seen(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0)
    need = Need()
    readiness = Readiness({"bucket": need})
    seen = []
    with caplog.at_level(logging.INFO):
        for need.is_there in (True, False, False, True):
            seen.append((await asked(readiness, "/listo"))[0])
    assert seen == [200, 503, 503, 200]
    assert [each.message for each in caplog.records if each.name == "activa.health"] == [
        "not ready: bucket",
        "ready again",
    ]


async def test_everything_else_is_the_applications() -> None:
    assert await asked(Readiness({}), "/listo/") == (200, "the application")
    assert await asked(Readiness({}), "/vivo", "POST") == (200, "the application")


async def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SettingsError, match=f"ACTIVA_WORKER__HEALTH_ADDRESS {address}: Address already in use"):
            async with told(address, Readiness({})):
                pass


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def a_world(tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    async with (
        temporal_place(tmp_path_factory.mktemp("temporal")) as place,
        world(place, moto_url, mail_sink) as made,
    ):
        yield made


@pytest.mark.parametrize("lacks", [None, "temporal", "bucket"])
async def test_a_portal_is_ready_where_temporal_and_the_bucket_answer(
    a_world: World, tmp_path: Path, lacks: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks is None:
        monkeypatch.setattr(health, "LONGEST_SECONDS", 60)
    if lacks == "temporal":
        a_world = dataclasses.replace(a_world, client=await Client.connect("127.0.0.1:1", lazy=True))
    if lacks == "bucket":
        client = s3_servers.client(str(a_world.settings.s3.endpoint_url))
        a_world = dataclasses.replace(a_world, objects=S3Objects(client, "no-such-bucket"))
    site = site_over(a_world, tmp_path)
    async with httpx.AsyncClient(transport=site.transport(), base_url=ADDRESS) as probe:
        answers = [(await probe.get(path)) for path in ("/vivo", "/listo")]
    assert [each.status_code for each in answers] == [200, 200 if lacks is None else 503]
    assert {each.text for each in answers} <= {"ok", "not ready"}
    assert all("content-security-policy" in each.headers for each in answers)


async def test_a_worker_that_stops_is_not_ready(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LONGEST_SECONDS", 60)
    stop = asyncio.Event()
    readiness = worker._readiness(a_world.client, a_world.objects, stop)
    before = await readiness.missing()
    stop.set()
    again = worker._readiness(a_world.client, a_world.objects, stop)
    assert (before, await again.missing()) == (frozenset(), {"going on"})


async def test_a_worker_tells_its_health_and_still_stops_when_asked(a_world: World) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with s3_servers.moto() as store:
        environment = environment_over(a_world) | {
            "ACTIVA_S3__ENDPOINT_URL": store,
            "ACTIVA_S3__BUCKET": s3_servers.new_bucket(store)[1],
            "ACTIVA_WORKER__HEALTH_ADDRESS": f"127.0.0.1:{port}",
        }
        ready = http_answers(port, "/listo", containing="ok")
        program = Program(name="worker", command=(sys.executable, "worker.py"), environment=environment, ready=ready)
        process = await RunningProgram.start(program)
        try:
            await process.until_ready()
            async with httpx.AsyncClient(base_url=address, timeout=60) as probe:
                found = [(await probe.get(path)).status_code for path in ("/vivo", "/listo", "/metrics")]
        except BaseException:
            await process.stop()
            raise
    try:
        async with httpx.AsyncClient(base_url=address, timeout=60) as probe, asyncio.timeout(120):
            while (await probe.get("/listo")).status_code != 503:  # noqa: ASYNC110  # an answer holds for some seconds
                await asyncio.sleep(0.1)
            lives = (await probe.get("/vivo")).status_code
        os.kill(process.pid, signal.SIGTERM)
        status = await process.ended
    finally:
        await process.stop()
    assert (found, lives, status) == ([200, 200, 404], 200, 0)
