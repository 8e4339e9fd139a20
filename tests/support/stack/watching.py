"""Seeing from outside whether processes are gone, by the kernel's word rather than by waiting a while."""

import asyncio
import contextlib
import os
import select
import signal
from pathlib import Path

MARK = "STACK_TEST_MARK"


def marked(mark: str) -> set[int]:
    """Return the ids of the processes that inherited the mark in their environment."""
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                found.add(int(entry.name))
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


def kill_marked(mark: str) -> None:
    """Kill with -9 every marked process; one may go by itself when another is killed."""
    for pid in marked(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def all_gone(mark: str, within_seconds: float = 60) -> bool:
    """Tell whether every marked process ends in time, and none was started meanwhile."""
    ended = [await gone(pid, within_seconds) for pid in marked(mark)]
    return all(ended) and not marked(mark)
