"""A container's health check: it asks `/listo` where the settings say, or `/vivo` where that is wanted."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from health import Readiness, told
from stack.probes import free_port
from stack.process import ROOT


async def probe(*arguments: str, **settings: str) -> tuple[int | None, str]:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "deploy/probe.py", *arguments), cwd=ROOT, env=settings, stderr=asyncio.subprocess.PIPE
    )
    _, said = await program.communicate()
    return program.returncode, said.decode()


@asynccontextmanager
async def telling(*, ready: bool) -> AsyncIterator[int]:
    """Tell as a worker does, at a port of its own."""

    async def need() -> None:
        if not ready:
            raise RuntimeError

    port = free_port()
    async with told(f"127.0.0.1:{port}", Readiness({"bucket": need})):
        yield port


WHERE = {
    "worker": "ACTIVA_WORKER__HEALTH_ADDRESS",
    "portal": "ACTIVA_PORTAL__ADDRESS",
    "codec": "ACTIVA_CODEC__ADDRESS",
}


@pytest.mark.parametrize("process", WHERE)
async def test_a_process_that_can_do_its_work_is_well(process: str) -> None:
    async with telling(ready=True) as port:
        assert await probe(process, **{WHERE[process]: f"0.0.0.0:{port}"}) == (0, "")


@pytest.mark.parametrize("process", WHERE)
async def test_one_that_answers_and_can_not_work_lives_and_is_not_well(process: str) -> None:
    async with telling(ready=False) as port:
        settings = {WHERE[process]: f"127.0.0.1:{port}"}
        assert await probe(process, **settings) == (1, f"{process} answers 503 at 127.0.0.1:{port}/listo\n")
        assert await probe(process, "vivo", **settings) == (0, "")


async def test_one_that_does_not_answer_is_not_well() -> None:
    status, said = await probe("worker", ACTIVA_WORKER__HEALTH_ADDRESS=f"127.0.0.1:{free_port()}")
    assert status == 1
    assert "worker does not answer" in said


async def test_a_worker_that_is_told_to_tell_nobody_is_named() -> None:
    status, said = await probe("worker")
    assert status == 1
    assert said.startswith("ACTIVA_WORKER__HEALTH_ADDRESS is not set")


def test_the_workers_image_tells_where_its_health_check_asks() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    [stage] = re.findall(r"^FROM \S+ AS worker\n(.*?)^FROM", dockerfile, re.MULTILINE | re.DOTALL)
    assert f"{WHERE['worker']}=0.0.0.0:9465" in stage
    assert 'CMD ["python", "-I", "deploy/probe.py", "worker"]' in stage


@pytest.mark.parametrize("arguments", [["letters"], [], ["worker", "listo"], ["worker", "vivo", "vivo"]])
async def test_what_is_not_known_is_refused(arguments: list[str]) -> None:
    assert await probe(*arguments) == (2, "usage: probe.py worker|portal|codec [vivo]\n")
