"""An event loop that waits for nothing: pyHanko's checks are coroutines, though without a network none of them waits.

The ordinary loop opens sockets and a poll for itself, which a confined child may not.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from domain.errors import ActivaError

Result = TypeVar("Result")


class WaitsError(ActivaError):
    """Something waits for the world outside, which never answers here."""


class _Nothing:
    """In place of what tells which files are ready: none is."""

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None or timeout > 0:
            raise WaitsError("a signature's check waits for something outside; nothing is fetched")
        return []

    def close(self) -> None:
        """Nothing is open."""


class _OfflineLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._selector = _Nothing()

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what a coroutine comes to; raises WaitsError if it waits for anything."""
    loop = _OfflineLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
