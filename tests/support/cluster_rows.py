"""`make cluster-rows`: tests of the product on a real Temporal cluster, each of their worlds in a namespace of its own.

`python -m tests.support.cluster_rows [ARGUMENTS OF PYTEST]`; exit as pytest does, 2 where there can be no cluster.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from adapters.temporal import leave_process
from stack.cluster.__main__ import binaries_folder
from stack.cluster.binaries import Binaries, NoClusterError, ready
from stack.cluster.config import DYNAMIC
from stack.cluster.database import give_away
from stack.cluster.programs import Database, server_programs
from stack.cluster.services import program_name
from stack.demo import fresh_stack
from stack.probes import LOOPBACK
from stack.process import ROOT, Program, RunningProgram
from stack.run import CANNOT_START
from stack.stack_settings import StackSettings, load_stack_settings
from tests.support.temporal_places import CLUSTER, SLOW_BATCHES

ROWS = (
    "tests/cluster",
    "tests/workflows",
    "tests/portal/desk",
    "tests/portal/api",
    "tests/portal/cases",
    "tests/deploy",
)
"""What speaks to Temporal; pages and letters do not."""


ProgramsOf = Callable[[Binaries, Database, StackSettings], tuple[Program, ...]]


class Cluster:
    """The servers that run, by the names of their programs."""

    def __init__(self, stack: StackSettings) -> None:
        self.stack = stack
        self._running: dict[str, RunningProgram] = {}

    @property
    def address(self) -> str:
        """Where Temporal is."""
        return f"{LOOPBACK}:{self.stack.temporal_port}"

    def program(self, name: str) -> Program:
        """Return one that runs, or has run."""
        return self._running[name].program

    async def start(self, program: Program) -> None:
        """Start a program and wait until it works."""
        process = self._running[program.name] = await RunningProgram.start(program)
        await process.until_ready()

    async def killed(self, service: str, after: timedelta) -> float:
        """Kill a service with -9, start it again a while later as a platform does, and tell how long it was away."""
        process, began = self._running[program_name(service)], time.monotonic()
        process.kill()
        await process.stop()
        await asyncio.sleep(after.total_seconds())
        await self.start(process.program)
        return time.monotonic() - began

    async def stop(self) -> None:
        """Stop all, the last one first."""
        for process in reversed(self._running.values()):
            await process.stop()


@asynccontextmanager
async def own_cluster(stack: StackSettings, programs_of: ProgramsOf) -> AsyncIterator[Cluster]:
    """Run the programs of a stack on a cluster, those that start first first; raises NoClusterError."""
    binaries = ready(binaries_folder(load_stack_settings()))
    with tempfile.TemporaryDirectory(prefix="activa-cluster-", ignore_cleanup_errors=True) as folder:
        give_away(Path(folder))
        cluster = Cluster(stack)
        try:
            for program in programs_of(binaries, Database(Path(folder)), stack):
                await cluster.start(program)
            yield cluster
        finally:
            await cluster.stop()


@asynccontextmanager
async def running_cluster(folder: Path) -> AsyncIterator[Cluster]:
    """Run the servers alone on free ports, batches as slow as the tests want them; raises NoClusterError."""
    name, value = SLOW_BATCHES[1].split("=")
    servers = partial(server_programs, dynamic={**DYNAMIC, name: int(value)})
    async with own_cluster(fresh_stack(folder), servers) as cluster:
        yield cluster


async def main(arguments: Sequence[str]) -> int:
    """Run the tests on a cluster and return pytest's status."""
    try:
        async with running_cluster(ROOT / ".local" / "cluster-rows") as cluster:
            environment = {**os.environ, CLUSTER: cluster.address}
            pytest = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pytest", *(arguments or ROWS), cwd=ROOT, env=environment
            )
            return await pytest.wait()
    except NoClusterError as error:
        sys.stderr.write(f"Skipped, no cluster on this machine: {error}\n")
        return CANNOT_START


if __name__ == "__main__":
    leave_process(asyncio.run(main(sys.argv[1:])))
