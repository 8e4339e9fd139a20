"""Starts programs one after the other, each ready before the next, and stops all of them in reverse when one ends.

Invariant: when `run` returns or raises, no program is left.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from functools import partial

from stack.process import Program, RunningProgram


class Supervisor:
    """The life of a set of programs."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        """Every line of a program, and every word about it, goes to `say` with the program's name."""
        self._say = say
        self._running: list[RunningProgram] = []
        self._asked_to_stop = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        """Tell whether the end was asked for."""
        return self._asked_to_stop.is_set()

    def stop(self) -> None:
        """Ask for the end; every program gets its time."""
        self._asked_to_stop.set()

    def kill(self) -> None:
        """Demand the end; nothing is waited for."""
        self._asked_to_stop.set()
        for running in self._running:
            running.kill()

    async def run(self, programs: Iterable[Program], when_ready: Callable[[], None]) -> None:
        """Run the programs until `stop`; raise ProgramFailedError when one ends by itself or does not get ready."""
        try:
            for program in programs:
                if not await self._start(program):
                    return
            when_ready()
            await self._unless_interrupted(self._asked_to_stop.wait())
        finally:
            await self._stop_all()

    async def _start(self, program: Program) -> bool:
        if self.is_stopping:
            return False
        self._say(program.name, "starts")
        running = await RunningProgram.start(program, partial(self._say, program.name))
        self._running.append(running)
        if not await self._unless_interrupted(running.until_ready(partial(self._say, program.name))):
            return False
        if program.must_finish:
            await running.stop()
            self._running.remove(running)
        else:
            self._say(program.name, "is ready")
        return True

    async def _unless_interrupted(self, work: Coroutine[object, object, object]) -> bool:
        """Return True when the work is done, False when the end is asked for; raise when a program ended meanwhile."""
        working = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self._asked_to_stop.wait())
        servers = [running for running in self._running if not running.program.must_finish]
        try:
            await asyncio.wait(
                [working, asked, *(server.ended for server in servers)], return_when=asyncio.FIRST_COMPLETED
            )
            if asked.done():
                return False
            for server in servers:
                if server.ended.done():
                    raise await server.failure()
            await working
            return True
        finally:
            working.cancel()
            asked.cancel()
            await asyncio.gather(working, asked, return_exceptions=True)

    async def _stop_all(self) -> None:
        for running in reversed(self._running):
            if not running.ended.done():
                self._say(running.program.name, "stops")
            await running.stop()
