"""One process of the local stack: started tied to this process, heard line by line, stopped with its whole group.

Invariant: after `stop` nothing of the process or of what it started is left; when this process dies by any means,
the kernel kills the process (see `stack/tether.py`).
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from domain.errors import ActivaError
from stack.patience import Patience, Seen, Wait, cpu_seconds

ROOT: Final = Path(__file__).resolve().parent.parent
_TETHER: Final = Path(__file__).with_name("tether.py")
_LINE_LIMIT_BYTES: Final = 1 << 20
_KEPT_LINES: Final = 15
_ASKED_EVERY_SECONDS: Final = 0.05
_LAST_WORDS_SECONDS: Final = 1

Probe = Callable[[], Awaitable[str | None]]
"""Answers None when the program works, else what is still missing; never raises for a program that is not up yet."""


async def once_started() -> str | None:
    """Tell that a program is ready as soon as it runs."""
    return None


class ProgramFailedError(ActivaError):
    """A program of the stack died or did not get ready; the text says which, how, and its last lines."""


@dataclass(frozen=True)
class Program:
    """What to run and how to know that it works."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """The whole environment of the process, nothing is added."""
    ready: Probe = once_started
    patience: Patience = field(default_factory=Patience)
    stop_within: timedelta = timedelta(seconds=10)
    """From SIGTERM to SIGKILL."""
    must_finish: bool = False
    """A command that does its work and ends, rather than a server."""


class RunningProgram:
    """A started program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, on_line: Callable[[str], None]) -> None:
        """Take over a started process; use `start`."""
        self.program = program
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = process
        self._on_line = on_line
        self._lines = 0
        self._missing = ""
        self._is_over = False
        self.ended = asyncio.create_task(process.wait(), name=f"{program.name} ends")
        self._heard = asyncio.create_task(self._hear(), name=f"{program.name} is heard")

    @classmethod
    async def start(cls, program: Program, on_line: Callable[[str], None] = lambda _: None) -> Self:
        """Start the program in a session of its own, so that a terminal's Ctrl-C does not reach it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *program.command,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=dict(program.environment), cwd=ROOT, start_new_session=True, limit=_LINE_LIMIT_BYTES,
        )  # fmt: skip
        return cls(program, process, on_line)

    @property
    def pid(self) -> int:
        """The id of the process, which also is the id of its group."""
        return self._process.pid

    async def until_ready(self, tell: Callable[[str], None] | None = None) -> None:
        """Return once the program works; raise ProgramFailedError when it dies before that, hangs, or never gets there.

        It is waited for as long as it lives and does something: see `stack/patience.py`. `tell` hears of a long wait;
        without it the standard error does.
        """
        works = asyncio.create_task(self._until_it_works())
        try:
            await self._watch(works, tell or self._tell)
        finally:
            works.cancel()
            await asyncio.gather(works, return_exceptions=True)
        if self.ended.done() and not (self.program.must_finish and await self.ended == 0):
            raise await self.failure()
        if self.program.must_finish:
            await asyncio.wait([self._heard], timeout=_LAST_WORDS_SECONDS)
        else:
            works.result()

    async def failure(self) -> ProgramFailedError:
        """Return the error that says how the ended process ended."""
        status = await self.ended
        await asyncio.wait([self._heard], timeout=_LAST_WORDS_SECONDS)
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return self._failed(how)

    def kill(self) -> None:
        """End the process and everything it started, without asking."""
        self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        """End the process and everything it started, politely first."""
        if not self.ended.done():
            self._signal(signal.SIGTERM)
            await asyncio.wait([self.ended], timeout=self.program.stop_within.total_seconds())
        # Also when the leader went by itself: what it started is in the same group and would be left behind.
        self.kill()
        await self.ended
        # A grandchild outside the group may hold the pipe open; its lines are not waited for.
        await asyncio.wait([self._heard], timeout=_LAST_WORDS_SECONDS)
        self._heard.cancel()
        self._is_over = True  # from here on the id may be another process's

    async def _until_it_works(self) -> None:
        if self.program.must_finish:
            await asyncio.wait([self.ended])
            return
        while (missing := await self.program.ready()) is not None:
            self._missing = f": {missing}"
            await asyncio.sleep(_ASKED_EVERY_SECONDS)

    async def _watch(self, works: asyncio.Task[None], tell: Callable[[str], None]) -> None:
        """Return once the program works or has ended; raise ProgramFailedError where there is no hope of either."""
        now = asyncio.get_running_loop().time
        wait, pause = Wait(self.program.patience, now()), self.program.patience.look_every.total_seconds()
        while True:
            await asyncio.wait([works, self.ended], timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if works.done() or self.ended.done():
                return
            if why := wait.given_up(now(), Seen(self._lines, cpu_seconds(self.pid))):
                raise self._failed(f"{why}{self._missing}")
            if news := wait.news(now()):
                said = f"its last line: {self.last_lines[-1]}" if self.last_lines else "it has said nothing yet"
                tell(f"{news}{self._missing}; {said}")

    def _tell(self, text: str) -> None:
        sys.stderr.write(f"{self.program.name}: {text}\n")

    def _failed(self, how: str) -> ProgramFailedError:
        said = "".join(f"\n    {line}" for line in self.last_lines) or " nothing"
        return ProgramFailedError(f"{self.program.name} {how}. Its last lines:{said}")

    def _signal(self, number: signal.Signals) -> None:
        if self._is_over:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def _hear(self) -> None:
        output = self._process.stdout
        while output is not None:
            try:
                raw = await output.readline()
            except ValueError:
                raw = b"(a line longer than the limit was dropped)\n"
            if not raw:
                return
            line = raw.decode(errors="replace").rstrip()
            self.last_lines.append(line)
            self._lines += 1
            self._on_line(line)


def short(path: Path) -> str:
    """Return a path as a person at the project's root would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
