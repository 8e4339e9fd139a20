"""What programs say of themselves: a line an event, whose case it is, and nobody's data."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext
from temporalio.exceptions import ApplicationError

from audit_trail.asker import Asker, asking
from domain.errors import StoreUnavailableError
from logs import OneLine, OneObject, masked
from stack.mail_sink import MailSink
from stack.probes import free_port, http_answers
from stack.process import ROOT, Program, RunningProgram
from tests.support.canaries import COMPANY, REPRESENTATIVE, found_in
from tests.support.portal.own_process import served
from tests.support.portal.visiting import FORM
from tests.support.temporal_places import temporal_place
from tests.support.worker_alone import SETTINGS, environment_over
from tests.support.world import World, world

TOKEN_OF_NOBODY = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJab3JhaWRhIn0.firma-canaria"


def record(name: str, message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    told = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord(name, logging.WARNING, "", 0, message, arguments, told)
    made.created = 1_795_000_000.25
    return made


def as_json(*arguments: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(OneObject().format(record(*arguments, **more)))
    return found


def test_a_log_line_is_one_line_and_says_its_instant_in_utc() -> None:
    line = OneLine().format(record("activa.portal", "refused: %s", "a\nERROR b\r\x1b[1m é"))
    assert line == r"2026-11-18T11:06:40.250+00:00 WARNING activa.portal refused: a\nERROR b\r\x1b[1m é"


def test_a_json_line_is_one_line_too() -> None:
    line = OneObject().format(record("activa.portal", "refused: %s", "a\nERROR b"))
    assert line.splitlines() == [line]
    assert json.loads(line) == {
        "time": "2026-11-18T11:06:40.250+00:00",
        "level": "WARNING",
        "logger": "activa.portal",
        "message": "refused: a\nERROR b",
    }


def test_a_line_of_a_traced_request_has_its_trace() -> None:
    context = SpanContext(0x4BF92F3577B34DA6A3CE929D0E0E4736, 0xF067AA0BA902B7, is_remote=False)
    with trace.use_span(NonRecordingSpan(context)):
        traced = as_json("activa.portal", "refused")
    assert traced["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "trace_id" not in as_json("activa.portal", "refused")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mail to ana.peña@example.co failed", "mail to [mail] failed"),
        ("<ana@example.co>, luis@example.co", "<[mail]>, [mail]"),
        ("call +57 300 123 4567 now", "call [number] now"),
        ("call (601) 555 0101.", "call [number]."),
        ("NIT 900.373.115-3", "NIT [number]"),
        ("cédula 52345678", "cédula [number]"),
        ("cédula 1.123.156.189", "cédula [number]"),
        (f"Bearer {TOKEN_OF_NOBODY}", "[token]"),
        (f"got {TOKEN_OF_NOBODY}!", "got [token]!"),
        ("secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret [token]"),
        ("400 of 1000 snapshots, 2026-11-27 18:12", "400 of 1000 snapshots, 2026-11-27 18:12"),
        ("Temporal at 10.96.100.12:7233 fails", "Temporal at 10.96.100.12:7233 fails"),
        ("activation-900373115, AC-BNX2-2J30-JBMB", "activation-900373115, AC-BNX2-2J30-JBMB"),
        ("run 01a20c18-203b-78af-bb98-eae439b6132f", "run 01a20c18-203b-78af-bb98-eae439b6132f"),
    ],
)
def test_what_looks_personal_is_masked_and_nothing_else(said: str, told: str) -> None:
    assert masked(said) == told


def test_of_others_modules_the_template_is_told_alone() -> None:
    told = as_json("pypdf", "bad name %s\nof a field", "Zoraida")
    assert told["message"] == "bad name %s"


def test_an_errors_text_is_told_where_the_product_wrote_it() -> None:
    def raised(error: Exception) -> Exception:
        try:
            raise error
        except type(error) as found:
            return found

    ours = as_json("activa.x", "failed", error=raised(StoreUnavailableError("S3 GetObject: SlowDown")))["error"]
    step = as_json("temporalio", "failed", error=ApplicationError("S3 GetObject", type="StoreUnavailableError"))[
        "error"
    ]
    other = as_json("uvicorn.error", "failed", error=raised(ValueError("Zoraida")))["error"]
    assert (ours["type"], ours["text"]) == ("StoreUnavailableError", "S3 GetObject: SlowDown")
    assert step["type"] == "StoreUnavailableError"
    assert other["type"] == "ValueError"
    assert "text" not in other
    assert other["at"][-1].endswith(" raised")
    assert "test_logs.py:" in other["at"][-1]


def test_a_line_says_whose_case_and_which_request_it_is() -> None:
    with asking(Asker(door="portal", request_id="abc", company_id="C1001")):
        asked = as_json("activa.portal", "refused")
    step = record("temporalio.activity", "failed")
    step.temporal_activity = {"workflow_id": "activation-C1002"}
    assert (asked["company_id"], asked["request_id"]) == ("C1001", "abc")
    assert json.loads(OneObject().format(step))["company_id"] == "C1002"


def test_what_ends_a_process_is_an_event_too() -> None:
    environment = {**os.environ, **SETTINGS, "ACTIVA_LOG_FORMAT": "json", "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000"}
    code = "import logs, sys; logs.begin(); logs.go_on_in('json')\ndef fails(): raise ValueError('Zoraida')\nfails()"
    unreachable = subprocess.run(
        [sys.executable, "worker.py"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    unforeseen = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ}
    )
    last = json.loads(unreachable.stderr.splitlines()[-1])
    assert (unreachable.returncode, last["level"]) == (4, "CRITICAL")
    assert "Temporal" in last["message"]
    assert json.loads(unforeseen.stderr)["error"]["type"] == "ValueError"
    assert "Zoraida" not in unforeseen.stderr


@pytest_asyncio.fixture(loop_scope="session")
async def a_world(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    async with (
        temporal_place(tmp_path / "temporal") as place,
        world(place, moto_url, mail_sink) as made,
    ):
        yield made


async def test_portal_and_worker_say_whose_case_it_is_and_name_nobody(a_world: World, tmp_path: Path) -> None:
    said: dict[str, list[str]] = {"worker": [], "portal": []}
    told = asyncio.Event()

    def hear(line: str) -> None:
        said["worker"].append(line)
        if "MailUnavailableError" in line:
            told.set()

    port = free_port()
    environment = environment_over(a_world) | {
        "ACTIVA_LOG_FORMAT": "json",
        "ACTIVA_SMTP__PORT": str(free_port()),  # nobody takes a mail there: the step fails, and says so
        "ACTIVA_WORKER__HEALTH_ADDRESS": f"127.0.0.1:{port}",
    }
    ready = http_answers(port, "/listo", containing="ok")
    program = Program(name="worker", command=(sys.executable, "worker.py"), environment=environment, ready=ready)
    worker = await RunningProgram.start(program, hear)
    try:
        await worker.until_ready()
        case = await a_world.start(**COMPANY)
        await case.pay()
        async with served(a_world, tmp_path, said["portal"].append, ACTIVA_LOG_FORMAT="json") as site:
            async with site.visitor(case) as person:
                await person.enter(sub=REPRESENTATIVE["email"])
                await person.post("/representante", **(FORM | REPRESENTATIVE))
                await person.upload(b"%PDF-1.7 broken Zoraida")
            async with site.client() as stranger:
                refused = await stranger.post(
                    "/entrar", data={"token": TOKEN_OF_NOBODY}, headers={"Sec-Fetch-Site": "cross-site"}
                )
        await told.wait()
        os.kill(worker.pid, signal.SIGTERM)
        await worker.ended
    finally:
        await worker.stop()

    events = {name: [json.loads(line) for line in lines] for name, lines in said.items()}
    logged = {name: [each for each in found if "message" in each] for name, found in events.items()}
    assert all({"time", "level", "logger", "message"} <= each.keys() for found in logged.values() for each in found)
    assert [each["logger"] for each in events["worker"] if "message" not in each] == []
    assert any(each.get("company_id") == case.company_id and "error" in each for each in logged["worker"])
    assert refused.status_code == 401
    assert refused.headers["x-request-id"] in {each.get("request_id") for each in logged["portal"]}
    everything = "\n".join([*said["worker"], *said["portal"]])
    assert found_in(everything) == []
    assert "firma-canaria" not in everything
