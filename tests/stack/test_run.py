"""`make run` as its user meets it: real servers, signals, kill -9."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from adapters import s3
from adapters.temporal import connect, missing_search_attributes
from stack.probes import LOOPBACK, free_port, is_free
from stack.process import ROOT
from stack.stack_settings import StackSettings, variable
from tests.support.stack.watching import all_gone, kill_marked, marked, marking, new_mark

pytestmark = pytest.mark.takes_minutes

READY = "The local stack is ready."
STAYS = "sleep 1000"
ALL = ("temporal", "s3", "bootstrap")


class Stack:
    """A stack on free ports over a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = new_mark()
        self.ports = {name: free_port() for name in StackSettings.model_fields if name.endswith("_port")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ACTIVA_")}
        self.environment = {
            **kept,
            **{variable(name): str(port) for name, port in self.ports.items()},
            "ACTIVA_STACK_FOLDER": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        self.process: asyncio.subprocess.Process

    async def start(
        self, small: str = STAYS, servers: tuple[str, ...] = ("s3",), *, under_a_shell: bool = False
    ) -> None:
        command = [sys.executable, str(ROOT / "tests" / "support" / "stack" / "small_stack.py"), small, *servers]
        if under_a_shell:
            command = ["sh", "-c", '"$@"; true', "sh", *command]
        await self.run(*command)

    async def run(self, *command: str) -> None:
        with marking(self.mark):
            self.process = await asyncio.create_subprocess_exec(
                *command, env=self.environment, cwd=ROOT, start_new_session=True,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip

    async def until(self, text: str) -> str:
        """Read what it prints up to the text, or to its end."""
        said = ""
        assert self.process.stdout is not None
        while text not in said and (line := await self.process.stdout.readline()):
            said += line.decode()
        assert text in said, said
        return said

    async def rest(self) -> tuple[int, str]:
        out, _ = await self.process.communicate()
        return await self.process.wait(), out.decode()

    async def cut(self) -> None:
        """End whatever is left, for tests that failed."""
        kill_marked(self.mark)
        await self.process.communicate()


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    stack = Stack(tmp_path / "local")
    yield stack
    await stack.cut()


async def test_it_prints_its_addresses_and_ctrl_c_stops_all_of_it(stack: Stack) -> None:
    await stack.start(servers=ALL)
    await stack.until(READY)
    addresses = await stack.until("Ctrl-C stops")
    for name in ("temporal_port", "temporal_ui_port", "s3_port", "smtp_port", "metrics_port"):
        assert f"{LOOPBACK}:{stack.ports[name]}" in addresses
    assert f"TEMPORAL_ADDRESS={LOOPBACK}:{stack.ports['temporal_port']}" in addresses
    assert not is_free(stack.ports["s3_port"])

    os.killpg(stack.process.pid, signal.SIGINT)  # as a terminal does
    status, said = await stack.rest()
    assert status == 0
    assert said.index("small | stops") < said.index("s3 | stops") < said.index("temporal | stops")
    assert await all_gone(stack.mark)


async def test_what_it_held_is_there_again_after_everything_was_killed_with_nine(stack: Stack) -> None:
    await stack.start(servers=ALL)
    await stack.until(READY)
    client = await connect(address=f"{LOOPBACK}:{stack.ports['temporal_port']}")
    await client.start_workflow("Anything", id="activation-C1", task_queue="nobody")
    bucket_of(stack).put("letters/C1/a.pdf", b"%PDF", "application/pdf")
    kill_marked(stack.mark)
    await stack.process.communicate()

    await stack.start(servers=ALL)
    await stack.until(READY)
    client = await connect(address=f"{LOOPBACK}:{stack.ports['temporal_port']}")
    assert (await client.get_workflow_handle("activation-C1").describe()).workflow_type == "Anything"
    assert await missing_search_attributes(client) == {}
    found = bucket_of(stack).get("letters/C1/a.pdf")
    assert found is not None
    assert found.data == b"%PDF"


async def test_killed_with_nine_it_leaves_nothing_behind_and_starts_again_at_once(stack: Stack) -> None:
    await stack.start(servers=ALL)
    await stack.until(READY)
    assert len(marked(stack.mark)) > len(ALL)
    stack.process.kill()
    await stack.process.communicate()
    await stack.start("true")
    await stack.until("small | starts")
    await stack.rest()
    assert await all_gone(stack.mark)


async def test_it_stops_when_make_is_killed_with_nine(stack: Stack) -> None:
    await stack.start(under_a_shell=True)
    await stack.until(READY)
    stack.process.kill()
    _, said = await stack.rest()
    assert "The local stack has stopped." in said
    assert await all_gone(stack.mark)


async def test_it_stops_when_nobody_reads_it_any_more(stack: Stack) -> None:
    await stack.start("while true; do echo line; sleep 0.05; done")
    await stack.until(READY)
    reader = stack.process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    reader.close()
    assert await all_gone(stack.mark)


async def test_a_part_that_dies_stops_all_and_is_named(stack: Stack) -> None:
    await stack.start("echo no disk; exit 5")
    status, said = await stack.rest()
    assert status == 1
    assert "The local stack has stopped: small ended with status 5. Its last lines:\n    no disk" in said
    assert await all_gone(stack.mark)


async def test_a_second_one_says_that_the_first_runs(stack: Stack) -> None:
    await stack.start()
    await stack.until("small | is ready")
    second = Stack(stack.folder)
    await second.start()
    status, said = await second.rest()
    assert status == 2
    assert f"already runs on {stack.folder} (process {stack.process.pid})" in said


async def test_every_port_in_use_is_named_before_anything_starts(stack: Stack) -> None:
    async def turn_away(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    one = await asyncio.start_server(turn_away, LOOPBACK, stack.ports["s3_port"])
    two = await asyncio.start_server(turn_away, "0.0.0.0", stack.ports["smtp_port"])  # noqa: S104 - a stranger's
    async with one, two:
        await stack.start()
        status, said = await stack.rest()
    assert status == 2
    assert (
        f"port {stack.ports['s3_port']} is in use by another program: stop that one or set ACTIVA_STACK_S3_PORT" in said
    )
    assert "ACTIVA_STACK_SMTP_PORT" in said
    assert "starts" not in said


async def test_settings_for_other_terminals_are_written(stack: Stack) -> None:
    await stack.start()
    await stack.until("starts")
    values = dotenv_values(stack.folder / "activa.env")
    assert values["ACTIVA_S3__ENDPOINT_URL"] == f"http://{LOOPBACK}:{stack.ports['s3_port']}"
    assert (stack.folder / "activa.env").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not (ROOT / "worker.py").exists(), reason="the product's own programs are not here yet")
async def test_the_whole_of_make_run_gets_ready_and_stops(stack: Stack) -> None:
    await stack.run(sys.executable, "-m", "stack.run")
    await stack.until(READY)
    assert any("letters.confinement.zygote" in command for command in marked(stack.mark).values())
    stack.process.terminate()
    status, _ = await stack.rest()
    assert status == 0
    assert await all_gone(stack.mark)


def bucket_of(stack: Stack) -> s3.S3Objects:
    values = dotenv_values(stack.folder / "activa.env")
    client = s3.connect(
        endpoint_url=values["ACTIVA_S3__ENDPOINT_URL"],
        region="us-east-1",
        access_key_id=values["ACTIVA_S3__ACCESS_KEY_ID"],
        secret_access_key=values["ACTIVA_S3__SECRET_ACCESS_KEY"],
        connections=1,
    )
    return s3.S3Objects(client, "activa")
