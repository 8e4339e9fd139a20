"""Temporal's own command line on an encrypted case: nothing without the codec server, everything with it."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from stack.probes import free_port, http_answers
from stack.process import Program, RunningProgram
from tests.support.codec_server import ISSUER, Staff
from tests.support.encryption import ring_file
from tests.support.temporal_places import Place
from tests.support.worker_alone import SETTINGS
from tests.support.workflows.readable import readable_payloads
from tests.support.world import World, encrypted

TEMPORAL = str(Path(sys.executable).with_name("temporal"))
ORIGIN = "http://127.0.0.1:8233"


@dataclass
class CommandLine:
    """The command line as staff use it."""

    place: Place
    codec: tuple[str, ...]

    async def __call__(self, *arguments: str, opened: bool) -> str:
        codec = self.codec if opened else ()
        process = await asyncio.create_subprocess_exec(
            TEMPORAL, *arguments, *codec, env={**os.environ, **self.place.environment},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()


@asynccontextmanager
async def codec_server(made: World, staff: Staff) -> AsyncIterator[str]:
    """Run it as a deployment does, and give its address."""
    port = free_port()
    environment = {
        **SETTINGS,
        "PATH": os.environ["PATH"],
        "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
        "ACTIVA_S3__BUCKET": made.settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": str(made.settings.s3.endpoint_url),
        "ACTIVA_S3__ACCESS_KEY_ID": "test",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "test",
        "ACTIVA_ENCRYPTION__RING": str(made.settings.encryption.ring),
        "ACTIVA_CODEC__ADDRESS": f"127.0.0.1:{port}",
        "ACTIVA_CODEC__ORIGIN": ORIGIN,
        "ACTIVA_CODEC__ISSUER": ISSUER,
        "ACTIVA_CODEC__JWKS": str(staff.jwks),
    }
    program = Program(
        name="codec",
        command=(sys.executable, "-m", "deploy.codec_server"),
        environment=environment,
        ready=http_answers(port, "/health", containing="ok"),
    )
    running = await RunningProgram.start(program)
    try:
        await running.until_ready()
        yield f"http://127.0.0.1:{port}"
    finally:
        await running.stop()


@pytest.fixture
async def secret_world(idle_world: World, tmp_path: Path) -> World:
    return await encrypted(idle_world, ring_file(tmp_path / "ring.json"))


async def test_a_history_is_shown_through_the_codec_server_alone(secret_world: World, tmp_path: Path) -> None:
    staff = Staff(tmp_path)
    async with secret_world.worker(), codec_server(secret_world, staff) as url:
        case = await secret_world.start()
        company = f"{url}/companies/{case.company_id}"
        auth = ("--codec-auth", f"Bearer {staff.token()}")
        temporal = CommandLine(secret_world.place, ("--codec-endpoint", url, *auth))
        of_company = CommandLine(temporal.place, ("--codec-endpoint", company, *auth))
        case_id = ("--workflow-id", case.handle.id)
        payment = json.dumps({"reference": "FV-77", "amount_cop": 297_500, "by": "support:ana"})

        await of_company("workflow", "signal", *case_id, "--name", "payment_confirmed", "--input", payment, opened=True)
        letter = await case.with_letter()
        facts = await case.settle()
        closed = await temporal("workflow", "show", *case_id, "-o", "json", opened=False)
        opened = await temporal("workflow", "show", *case_id, "-o", "json", opened=True)
        status = await temporal("workflow", "query", *case_id, "--name", "status", "-o", "json", opened=True)
        sealed = await temporal("workflow", "query", *case_id, "--name", "status", "-o", "json", opened=False)

    assert facts["payment"]["paid"]
    values = ("FV-77", "297500", letter["folio"], "support:ana", "loan_days")
    assert [value for value in values if value in closed + sealed] == []
    assert list(readable_payloads(json.loads(closed))) == []
    everything = "\n".join(text for _, text in readable_payloads(json.loads(opened)))
    assert [value for value in values if value not in everything] == []
    assert letter["folio"] in status
    signal = next(each for each in json.loads(closed)["events"] if "workflowExecutionSignaledEventAttributes" in each)
    [sent] = signal["workflowExecutionSignaledEventAttributes"]["input"]["payloads"]
    assert base64.b64decode(sent["metadata"]["encryption-company"]).decode() == case.company_id
