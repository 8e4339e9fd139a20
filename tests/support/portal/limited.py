"""Trying until a limit is reached.

The counters' windows go by the clock: where one begins between two tries, a few more than the limit get through.
"""

import contextlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import httpx

from portal.web.limits import Limits, TooOftenError

ADDRESS: Final = "203.0.113.7"
MORE: Final = 6
"""Than a limit, for windows and for the time that a busy machine takes over the tries."""


async def until_refused(ask: Callable[[], Awaitable[httpx.Response]], limit: int) -> list[httpx.Response]:
    """Ask until told to wait, about as often as the limit allows; return all answers, that one last."""
    answers = [await ask()]
    while answers[-1].status_code != HTTPStatus.TOO_MANY_REQUESTS:
        assert len(answers) < limit + MORE, f"asked {len(answers)} times, and never told to wait"
        answers.append(await ask())
    wait = int(answers[-1].headers["retry-after"])
    assert wait >= 1, "told to wait, and not for how long"
    return answers


async def let_through(limits: Limits, tries: int) -> int:
    """Return how many of some entries from one address are let through."""
    let = 0
    for _ in range(tries):
        with contextlib.suppress(TooOftenError):
            await limits.entry(ADDRESS)
            let += 1
    return let
