"""Runs the parts, one after the other where nothing else is said, and prints what each found as soon as it is done.

Invariant: one that breaks, or finds nothing, is named, and the others run all the same.
"""

import asyncio
import time
import traceback
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from domain.errors import ActivaError
from stack.process import ROOT

Part = Callable[[], Awaitable[str]]
"""Measures something and returns its figures as text."""


say_at_once = partial(print, flush=True)


class BrokenPartError(ActivaError):
    """A part broke in a process of its own; the text is what it printed."""


async def run(
    parts: Mapping[str, Part], within: timedelta, say: Callable[[str], None] = say_at_once, at_once: int = 1
) -> tuple[str, ...]:
    """Run the parts, each within its time, and return the names of those that broke or found nothing."""
    broken = []
    slots = asyncio.Semaphore(at_once)

    async def one(name: str, part: Part) -> None:
        async with slots:
            began = time.monotonic()
            try:
                async with asyncio.timeout(within.total_seconds()):
                    found = await part()
            except Exception:  # noqa: BLE001  # whatever broke one part must not keep the others from running
                broken.append(name)
                said = f"it broke:\n{traceback.format_exc()}"
            else:
                if not found:
                    broken.append(name)
                said = found or "it printed no figure"
            say(f"\n{name}, {time.monotonic() - began:.0f} s\n{said}")

    async with asyncio.TaskGroup() as all_of:
        for name, part in parts.items():
            all_of.create_task(one(name, part))
    return tuple(broken)


def in_a_process(*command: str) -> Part:
    """Return a part that is done by a process of its own, whose figures are what it prints."""

    async def part() -> str:
        process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, cwd=ROOT)
        try:
            printed, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        if process.returncode:
            raise BrokenPartError(printed.decode(errors="replace"))
        return printed.decode(errors="replace").strip()

    return part
