"""The server that both are measured on, the workers, and a client for each."""

import asyncio
import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    Worker,
)

from adapters import temporal
from adapters.temporal import address_of
from benchmarks.subjects import Subject
from domain.contract import letters_queue
from stack.process import ROOT
from stack.servers import temporal_server


@asynccontextmanager
async def server(arguments: Sequence[str] = ()) -> AsyncIterator[Client]:
    """Run a Temporal server for as long as it is needed, and give a client of it."""
    with tempfile.TemporaryDirectory() as folder:
        async with temporal_server(Path(folder), arguments=arguments) as address:
            yield await temporal.connect(address=address)


def server_pid(client: Client) -> int:
    """Return the process of the server that a client of `server` speaks to."""
    port = address_of(client).rpartition(":")[2].encode()
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # a process that has ended since
            words = found.read_bytes().split(b"\0")
            if b"start-dev" in words and (b"--port", port) in itertools.pairwise(words):
                return int(found.parent.name)
    raise RuntimeError(f"no process serves {address_of(client)}")


def cpu_seconds(pid: int) -> float:
    """Read the CPU clock of another process; the number is how the kernel names that clock."""
    return time.clock_gettime((~pid << 3) | 2)


def compiled() -> dict[str, str]:
    """Return the environment of a process that keeps its bytecode, as a deployed worker has it.

    Without bytecode on disk the sandbox compiles the workflow's file anew for every case.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(ROOT / ".local" / "bytecode")}


class Counter(Interceptor):
    """Counts the activities that a worker has done, and tells when."""

    def __init__(self) -> None:
        self.done = 0
        self.last_at = 0.0
        """When the last one was done, in seconds since the epoch."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # SDK's
        """Wrap the next interceptor."""
        return _Counting(next, self)

    async def until(self, number: int) -> None:
        """Return once so many activities are done."""
        async with asyncio.timeout(120):
            while self.done < number:  # noqa: ASYNC110  # counted in many threads, awaited in none
                await asyncio.sleep(0.05)


class _Counting(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, counter: Counter) -> None:
        super().__init__(following)
        self._counter = counter

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        try:
            return await super().execute_activity(input)
        finally:
            self._counter.last_at = time.time()
            self._counter.done += 1


@asynccontextmanager
async def activity_worker(client: Client, subject: Subject, task_queue: str, counter: Counter) -> AsyncIterator[None]:
    """Do the activities alone, so that they cost nothing where workflows are measured; letters have their own queue."""
    async with AsyncExitStack() as workers:
        for queue in (task_queue, letters_queue(task_queue)):
            await workers.enter_async_context(
                Worker(
                    client,
                    task_queue=queue,
                    activities=subject.activities,
                    activity_executor=ThreadPoolExecutor(20),
                    max_concurrent_activities=20,
                    interceptors=[counter, *subject.interceptors],
                )
            )
        yield
