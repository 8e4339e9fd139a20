"""A worker of a release of before and one of today, on one set of cases: forth, together, and back again.

The older one is real: the code of `tests/workflows/releases/`, in a process of its own.
"""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.upgrades.mixed import (
    BEFORE,
    Told,
    cut_short,
    failed_tasks,
    older_worker,
    tell_all,
    todays,
    until_both_have_answered,
)
from tests.support.world import World

pytestmark = pytest.mark.machine_clock


async def test_an_upgrade_that_is_held_back_can_be_taken_back(empty_world: World, release: Path) -> None:
    made = empty_world
    async with AsyncExitStack() as before:
        async with made.worker(worker=todays(rules=BEFORE)):
            cases = [Told(await made.start())]
            await cases[0].tell()
            await cut_short(cases[0])
            await before.enter_async_context(older_worker(made, release))
            cases.append(Told(await made.start()))
            await until_both_have_answered(cases)
        cases.append(Told(await made.start()))
        await cases[2].case.with_loan()
        await tell_all(cases)
        await cut_short(cases[1])
        async with made.worker(worker=todays(rules=BEFORE)):
            await before.aclose()
            await tell_all(cases)
            lost = [await each.lost() for each in cases]

    assert await failed_tasks(cases) == []
    assert lost == [0] * 3
