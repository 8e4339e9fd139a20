"""How soon the programs are at work: a worker, the portal, and what one question of the billing backend costs.

The peer of each is Python with the program's imports alone: what is above it is connecting, checking and asking.
Bytecode is kept on disk, as a deployed program has it: the first start of each is not counted.
"""

import asyncio
import os
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack, program_of
from benchmarks.sizes import Size
from entry import UNREACHABLE
from stack.life import COMPANY
from stack.local_settings import product_environment
from stack.probes import free_port
from stack.process import Program, RunningProgram
from stack.stack_settings import StackSettings

CONFIGURATION: Final = "product: the programs as shipped on the local stack; bare: Python with their imports alone"
WORKER_SECONDS, PORTAL_SECONDS, STATUS_CPU_SECONDS = 2.0, 1.5, 0.8


async def measure(size: Size) -> list[Figure]:
    """Return the figures of a start."""
    async with local_stack() as (stack, _):
        worker = program_of(_elsewhere(stack), "worker")
        portal = program_of(_elsewhere(stack), "portal")
        status = (sys.executable, "starter.py", "status", COMPANY.company_id)
        return [
            Figure(
                "worker, from its start until it asks for work",
                await _median(lambda: _until_ready(worker), size),
                await _median(lambda: _imports(stack, "worker"), size),
                *(WORKER_SECONDS, " s", 2, True),
            ),
            Figure(
                "portal, from its start until it answers",
                await _median(lambda: _until_ready(portal), size),
                await _median(lambda: _imports(stack, "portal.app"), size),
                *(PORTAL_SECONDS, " s", 2, True),
            ),
            Figure(
                "CPU of `starter.py status`",
                await _median(lambda: _cpu(stack, *status), size),
                await _median(lambda: _cpu(stack, sys.executable, "-c", "import starter"), size),
                *(STATUS_CPU_SECONDS, " s", 2, True),
            ),
        ]


def _elsewhere(stack: StackSettings) -> StackSettings:
    """Return the same stack with free ports for a second worker and portal."""
    free = {name: free_port() for name in ("portal_port", "metrics_port")}
    return stack.model_copy(update=free)


async def _median(once: Callable[[], Awaitable[float]], size: Size) -> float:
    if size.starts > 1:
        await once()
    return statistics.median([await once() for _ in range(size.starts)])


async def _until_ready(program: Program) -> float:
    began = time.monotonic()
    running = await RunningProgram.start(program)
    try:
        await running.until_ready()
        return time.monotonic() - began
    finally:
        await running.stop()


async def _imports(stack: StackSettings, module: str) -> float:
    began = time.monotonic()
    await _ended(stack, sys.executable, "-c", f"import {module}")
    return time.monotonic() - began


async def _cpu(stack: StackSettings, *command: str) -> float:
    """Return the CPU seconds of one command; nothing else that this process started may end meanwhile."""
    for _ in range(10):
        before = _spent()
        if await _ended(stack, *command) == 0:
            return _spent() - before
    raise RuntimeError(f"{' '.join(command)} gets no answer")


async def _ended(stack: StackSettings, *command: str) -> int:
    """Run a command and return its exit status; raises RuntimeError where that is not for want of an answer."""
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | product_environment(stack), stdout=asyncio.subprocess.DEVNULL
    )
    status = await process.wait()
    if status not in {0, UNREACHABLE}:
        raise RuntimeError(f"{' '.join(command)} ends with {status}")
    return status


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
