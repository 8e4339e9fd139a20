"""Starting thousands of companies without being in anybody's way: at a limited rate, and behind everything else.

Every start is safe to make twice, so an import that broke off is simply made again.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from temporalio.common import Priority

from adapters.activations import Activations, Started
from domain.case.policy import Policy
from domain.profiles.company import Company

BEHIND: Final = Priority(priority_key=5)
"""The last of Temporal's five priorities: an imported case's tasks wait while others' are due."""
AT_ONCE: Final = 8


async def start_all(
    cases: Activations,
    companies: Sequence[Company],
    policy: Policy,
    *,
    per_second: float,
    done: Callable[[Started], None],
) -> None:
    """Start every company, so many in a second, and tell of each; stops at the first server that can't be reached."""
    waiting = iter(companies)
    began, taken = asyncio.get_running_loop().time(), 0

    async def work() -> None:
        nonlocal taken
        for company in waiting:
            taken += 1
            await asyncio.sleep(began + taken / per_second - asyncio.get_running_loop().time())
            done(await cases.start(company, policy, priority=BEHIND))

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(work())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
