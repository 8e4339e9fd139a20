"""Waiting for what has no event of its own, such as a file in the mail folder."""

import asyncio
from collections.abc import Callable


async def until(there: Callable[[], object], within_seconds: float = 60) -> None:
    """Return once something is there."""
    async with asyncio.timeout(within_seconds):
        while not there():  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.1)
