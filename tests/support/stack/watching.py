"""Seeing from outside whether processes are gone, by the kernel's word rather than by waiting a while."""

import asyncio
import contextlib
import os
import resource
import secrets
import select
import signal
from collections.abc import Iterator
from pathlib import Path

MARKED = resource.RLIMIT_MSGQUEUE
"""A limit that nothing here uses: it is inherited by all that a process starts, and shown to its whole account.

The environment would not do: a worker, a portal and whoever opens uploads show theirs to nobody.
"""


def new_mark() -> int:
    """Return a mark that no other stack has."""
    _, most = resource.getrlimit(MARKED)
    return 1 + secrets.randbelow(most - 1 if most > 1 else 1 << 31)


@contextlib.contextmanager
def marking(mark: int) -> Iterator[None]:
    """Mark all that is started meanwhile, and what is started by it."""
    before = resource.getrlimit(MARKED)
    resource.setrlimit(MARKED, (mark, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(MARKED, before)


def marked(mark: int) -> dict[int, str]:
    """Return the processes that inherited the mark, by their ids, with the command of each."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and resource.prlimit(int(entry.name), MARKED)[0] == mark:
                command = (entry / "cmdline").read_text()
                if command:  # one that has ended and is not waited for yet has none
                    found[int(entry.name)] = command.replace("\0", " ")
    return found


def group(leader: int) -> list[int]:
    """Return the ids of the processes in a group."""
    members = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == leader:
                members.append(int(entry.name))
    return members


async def gone(pid: int, within_seconds: float = 60) -> bool:
    """Tell whether the process ends in time; one that is no more has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ready, _, _ = await asyncio.to_thread(select.select, [descriptor], [], [], within_seconds)
        return bool(ready)
    finally:
        os.close(descriptor)


def kill_marked(mark: int) -> None:
    """Kill with -9 every marked process; one may go by itself when another is killed."""
    for pid in marked(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def all_gone(mark: int, within_seconds: float = 60) -> bool:
    """Tell whether every marked process ends in time, and none was started meanwhile."""
    ended = [await gone(pid, within_seconds) for pid in marked(mark)]
    return all(ended) and not marked(mark)
