"""The whole local stack on free ports and in a folder of its own, for as long as something is measured on it."""

import dataclasses
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.activations import Activations
from stack.connection import connect
from stack.probes import free_port
from stack.process import Program, RunningProgram
from stack.programs import programs, programs_with_portal
from stack.servers import TIME_SKIPPING
from stack.stack_settings import StackSettings


@asynccontextmanager
async def local_stack(
    *, worker: bool = True, time_moves: bool = False
) -> AsyncIterator[tuple[StackSettings, Activations]]:
    """Run the stack, with or without its worker, and give its settings and the door to its cases.

    Where its cases' time can be moved there is no portal.
    """
    async with AsyncExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        ports = {name: free_port() for name in StackSettings.model_fields if name.endswith("_port")}
        stack = StackSettings().model_copy(update={**ports, "folder": Path(folder)})
        for program in programs(stack, TIME_SKIPPING) if time_moves else programs_with_portal(stack):
            if program.name == "worker" and not worker:
                continue
            process = await RunningProgram.start(program)
            running.push_async_callback(process.stop)
            await process.until_ready()
        yield stack, (await connect(stack, connections=20)).cases


def program_of(stack: StackSettings, name: str) -> Program:
    """Return one of a stack's programs, to be started beside it."""
    return next(each for each in programs_with_portal(stack) if each.name == name)


@asynccontextmanager
async def running(program: Program, environment: Mapping[str, str]) -> AsyncIterator[RunningProgram]:
    """Run one more program of a stack under some other settings; it is ready when it is given."""
    started = await RunningProgram.start(
        dataclasses.replace(program, environment={**program.environment, **environment})
    )
    try:
        await started.until_ready()
        yield started
    finally:
        await started.stop()
