"""The processes of a stack that are killed, frozen and started again while companies go through their lives.

Each part is kept alive as an init system would: whenever it ends, it is started again after a moment.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from stack.process import Program, ProgramFailedError, RunningProgram

GONE_WITHIN_SECONDS = 60


@dataclass
class Part:
    """One process, started again whenever it ends."""

    program: Program
    starts: int = 0
    pause_seconds: float = 0.2
    """From its end to its next start."""
    up: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    _running: RunningProgram | None = None
    _kept: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start it, and keep it from then on; returns once it works."""
        self._kept = asyncio.create_task(self._keep(), name=f"{self.program.name} is kept")
        await self.works()

    async def works(self) -> None:
        """Return once it works."""
        ready = asyncio.create_task(self.up.wait())
        assert self._kept is not None
        await asyncio.wait([ready, self._kept], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._kept.done():
            await self._kept

    async def end(self) -> None:
        """Stop it for good."""
        if self._kept is not None:
            self._kept.cancel()
            await asyncio.gather(self._kept, return_exceptions=True)
        if self._running is not None:
            await self._running.stop()
        self.up.clear()

    @property
    def pid(self) -> int | None:
        """Its id, while it works."""
        return self._running.pid if self.up.is_set() and self._running is not None else None

    def kill(self) -> bool:
        """Kill the process alone, as a machine out of memory does; False where it does not work just now."""
        return self._send(signal.SIGKILL)

    def terminate(self) -> bool:
        """Ask it to end."""
        return self._send(signal.SIGTERM)

    def freeze(self) -> bool:
        """Stop it where it is."""
        return self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._running is not None and not self._running.ended.done():
            os.kill(self._running.pid, signal.SIGCONT)

    def _send(self, number: signal.Signals) -> bool:
        if (pid := self.pid) is None or self._running is None or self._running.ended.done():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    async def _keep(self) -> None:
        while True:
            self._running = await RunningProgram.start(self.program, self._hear)
            self.starts += 1
            self.groups.append(self._running.pid)
            with contextlib.suppress(ProgramFailedError):
                await self._running.until_ready(lambda _: None)
                self.up.set()
                await asyncio.wait([self._running.ended])
            self.up.clear()
            await self._running.stop()
            await asyncio.sleep(self.pause_seconds)

    def _hear(self, line: str) -> None:
        self.said.append(line)


@asynccontextmanager
async def kept(parts: Mapping[str, Part]) -> AsyncIterator[None]:
    """Run the parts, each ready before the next begins; on return none of them is left."""
    async with AsyncExitStack() as stopping:
        for part in parts.values():
            stopping.push_async_callback(part.end)
            await part.begin()
        yield


async def left_behind(parts: Mapping[str, Part]) -> list[int]:
    """Return the process groups of which something is still there after a moment."""
    groups = [each for part in parts.values() for each in part.groups]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GONE_WITHIN_SECONDS):
            while any(map(_is_there, groups)):  # noqa: ASYNC110  # the kernel tells nobody of another's child
                await asyncio.sleep(0.1)
    return list(filter(_is_there, groups))


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
