"""The programs of `make run` as processes, on free ports over a temporary folder. Its worker can be stopped."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from letters.confinement.checker import LetterChecker
from settings import Settings
from stack.connection import connect
from stack.demo import fresh_stack
from stack.local_settings import local_settings
from stack.probes import LOOPBACK
from stack.process import Program, RunningProgram
from stack.programs import demo_link, programs, programs_with_portal
from stack.servers import TIME_SKIPPING
from stack.stack_settings import StackSettings
from tests.support.temporal_places import SLOW_BATCHES
from tests.support.world import World


@dataclass
class LocalStack:
    """A running stack, and the world its cases live in."""

    settings: StackSettings
    world: World
    running: dict[str, RunningProgram]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.settings.portal_port}"

    @property
    def demo_link(self) -> str:
        """The link that `make run` prints."""
        return demo_link(self.settings)

    @property
    def session_secret(self) -> str:
        return local_settings(self.settings, {})["ACTIVA_PORTAL__SESSION_SECRET"]

    @asynccontextmanager
    async def without_worker(self) -> AsyncIterator[None]:
        """Stop the worker; at the end one runs, whatever happened."""
        await self.running["worker"].stop()
        try:
            yield
        finally:
            if self.running["worker"].ended.done():
                await self.start_worker()

    async def start_worker(self) -> None:
        program = self.running["worker"].program
        self.running["worker"] = await RunningProgram.start(program)
        await self.running["worker"].until_ready()


@asynccontextmanager
async def local_stack(folder: Path) -> AsyncIterator[LocalStack]:
    """Run the stack; on return none of it is left."""
    settings = fresh_stack(folder)
    running: dict[str, RunningProgram] = {}
    async with AsyncExitStack() as stopping:
        for program in _parts(settings):
            process = await RunningProgram.start(program)
            stopping.push_async_callback(_stop_latest, running, program.name)
            running[program.name] = process
            await process.until_ready()
        yield LocalStack(settings, await _world(settings), running)


def _parts(settings: StackSettings) -> tuple[Program, ...]:
    # As in `make run`, except that a test may move the time of a case of its own.
    return (programs(settings, (*TIME_SKIPPING, *SLOW_BATCHES))[0], *programs_with_portal(settings)[1:])


async def _stop_latest(running: dict[str, RunningProgram], name: str) -> None:
    await running[name].stop()


async def _world(settings: StackSettings) -> World:
    connection = await connect(settings)
    return World(
        client=connection.client,
        skipper=TimeSkipper(connection.client, config=TimeSkippingConfig(enabled=False)),
        objects=connection.objects,
        examiner=cast("LetterChecker", None),  # the stack's own worker examines
        mail_folder=settings.folder / "mail",
        settings=cast("Settings", None),
    )
