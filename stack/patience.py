"""How long a program that starts is waited for: as long as it lives and does something.

The length of a start says nothing on a busy machine, where each program gets a share of the CPU. One that died is known
at once; one that hangs uses no CPU and says nothing. So only these two end the wait, and a limit far beyond any start.
"""

import contextlib
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")
_GROUP: Final = 2
_TIMES: Final = slice(11, 15)
"""Where a process's `stat` has, after the name, its group, and the CPU times of itself and of its ended children."""


@dataclass(frozen=True)
class Patience:
    """When a wait is told about, and when it is given up."""

    tell_every: timedelta = timedelta(seconds=10)
    idle_within: timedelta = timedelta(seconds=60)
    """Without a line and without CPU: even a process with fifty busy ones beside it gets its turn every second."""
    ready_within: timedelta = timedelta(minutes=10)
    """For one that is up and answers, and for ever lacks something: that uses CPU, and nobody watches for hours."""
    look_every: timedelta = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Seen:
    """What a program has done so far; the CPU time is None where the system does not tell."""

    lines: int
    cpu_seconds: float | None


class Wait:
    """The wait for one program. Times are of one clock that only goes forward, in seconds."""

    def __init__(self, patience: Patience, now: float) -> None:
        """Begin to wait."""
        self._patience = patience
        self._began = self._last_active = now
        self._told = 0
        self._seen: Seen | None = None

    def given_up(self, now: float, seen: Seen) -> str | None:
        """Return why the wait is over, given what is seen now, or None while there is hope."""
        if seen != self._seen or seen.cpu_seconds is None:
            self._seen, self._last_active = seen, now
        idle, whole = self._patience.idle_within.total_seconds(), self._patience.ready_within.total_seconds()
        if now - self._last_active >= idle:
            return f"hangs: it has used no CPU and said nothing for {idle:g} s"
        if now - self._began >= whole:
            return f"is not ready after {whole:g} s"
        return None

    def news(self, now: float) -> str | None:
        """Return what to tell the person who waits, each time that it is due."""
        due = int((now - self._began) / self._patience.tell_every.total_seconds())
        if due <= self._told:
            return None
        self._told = due
        cpu = None if self._seen is None else self._seen.cpu_seconds
        used = "" if cpu is None else f" (it has used {cpu:.1f} s of CPU)"
        return f"still starting after {now - self._began:.0f} s{used}; waiting"


def cpu_seconds(group: int) -> float | None:
    """Return the CPU time of a group of processes and of their ended children; None where there is no /proc."""
    if not _PROCESSES.is_dir():
        return None
    ticks = 0
    for process in _PROCESSES.iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            if process.name.isdigit():
                _, _, facts = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")
                values = facts.split()
                ticks += sum(map(int, values[_TIMES])) if int(values[_GROUP]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")
