"""Runs the parts one after the other and prints what each found as soon as it is done.

Invariant: one that breaks, or finds nothing, is named, and the others run all the same.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

Part = Callable[[], Awaitable[str]]
"""Measures something and returns its figures as text."""


say_at_once = partial(print, flush=True)


async def run(
    parts: Mapping[str, Part], within: timedelta, say: Callable[[str], None] = say_at_once
) -> tuple[str, ...]:
    """Run the parts, each within its time, and return the names of those that broke or found nothing."""
    broken = []
    for name, part in parts.items():
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
    return tuple(broken)
