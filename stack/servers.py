"""The servers that stand in for the cloud: an S3 that keeps its objects in a folder, Temporal on a SQLite file.

`make run` supervises them as programs; the demonstration and the tests run them alone on free ports. Loopback only:
the S3 server refuses an unknown key but does not verify the secret.
"""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from domain.contract import SEARCH_ATTRIBUTES
from stack.probes import LOOPBACK, free_port, http_answers, is_free, temporal_answers
from stack.process import ROOT, Program, ProgramFailedError, RunningProgram

S3_ACCESS_KEY_ID: Final = "activa-local"
S3_SECRET_ACCESS_KEY: Final = "not-a-secret"  # noqa: S105 - the local server verifies no secret
TIME_SKIPPING: Final = ("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true")
"""Arguments for `temporal_server`: each workflow's clock can be moved forward, as the SDK's test environment does."""

_PORT_ATTEMPTS: Final = 3


@asynccontextmanager
async def s3_server(folder: Path, *, port: int | None = None) -> AsyncIterator[str]:
    """Run an S3 server that keeps its objects in `folder`, and give its endpoint.

    Objects and their metadata outlive `kill -9`; a bucket's versioning does not, so it is to be applied at every start.
    """
    async with _running(lambda chosen: s3_program(folder, chosen), port) as chosen:
        yield f"http://{LOOPBACK}:{chosen}"


@asynccontextmanager
async def temporal_server(
    folder: Path, *, port: int | None = None, arguments: Sequence[str] = ()
) -> AsyncIterator[str]:
    """Run a Temporal server that keeps its database in `folder`, and give its address.

    The namespace `default` is ready, with the product's search attributes; there is no web page.
    """
    async with _running(lambda chosen: temporal_program(folder, chosen, arguments=arguments), port) as chosen:
        yield f"{LOOPBACK}:{chosen}"


def s3_program(folder: Path, port: int) -> Program:
    """Return the S3 server as a program."""
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        name="s3",
        # -P: without it a folder of this project could stand in for a module of the server.
        command=(str(ROOT / ".venv-s3" / "bin" / "python"), "-P", str(ROOT / "stack" / "s3_server.py")),
        environment={
            **inherited_environment(),
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "SERVICES": "s3",
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(folder.resolve() / "objects"),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(folder.resolve() / "state"),
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": S3_ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": S3_SECRET_ACCESS_KEY,
            "LOG_LEVEL": "WARNING",
        },
        ready=http_answers(port, "/", containing="ListAllMyBucketsResult"),
    )


def temporal_program(folder: Path, port: int, *, ui_port: int | None = None, arguments: Sequence[str] = ()) -> Program:
    """Return the Temporal server as a program; without `ui_port` it has no web page."""
    folder.mkdir(parents=True, exist_ok=True)
    # A committed event must outlive a power cut, as it would on a real server.
    durable = ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL")
    page = ("--headless",) if ui_port is None else ("--ui-port", str(ui_port), "--ui-disable-news-fetch")
    attributes = [f"--search-attribute={name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()]
    return Program(
        name="temporal",
        command=(
            str(Path(sys.executable).with_name("temporal")),
            *("server", "start-dev", "--ip", LOOPBACK, "--port", str(port), "--log-level", "error"),
            *("--db-filename", str(folder.resolve() / "temporal.db"), *durable, *page, *attributes, *arguments),
        ),
        environment=inherited_environment(),
        ready=temporal_answers(port),
    )


def inherited_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment without what could lead a local process to a real account or through a proxy."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "TEMPORAL_"))}
    return kept | {"NO_PROXY": f"{LOOPBACK},localhost", "no_proxy": f"{LOOPBACK},localhost"}


@asynccontextmanager
async def _running(program_on: Callable[[int], Program], port: int | None) -> AsyncIterator[int]:
    running, chosen = await _started(program_on, port)
    try:
        yield chosen
    finally:
        await running.stop()


async def _started(program_on: Callable[[int], Program], port: int | None) -> tuple[RunningProgram, int]:
    attempts = 1 if port is not None else _PORT_ATTEMPTS
    while True:
        attempts -= 1
        chosen = free_port() if port is None else port
        if not is_free(chosen):  # or the check would be answered by the stranger
            raise ProgramFailedError(f"{program_on(chosen).name} can't start: port {chosen} is already in use")
        running = await RunningProgram.start(program_on(chosen))
        try:
            await running.until_ready()
        except ProgramFailedError:
            # Another process may have taken the free port in the meantime.
            await running.stop()
            if attempts == 0:
                raise
        except BaseException:
            running.kill()
            await running.stop()
            raise
        else:
            return running, chosen
