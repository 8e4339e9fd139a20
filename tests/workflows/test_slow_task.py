"""A machine with too little CPU: a task that takes long is no deadlock."""

import time
from datetime import datetime

import pytest
from temporalio.api.enums.v1 import EventType

from domain.case.case import Case
from domain.decisions import clock
from tests.support.world import World

LONGER_THAN_THE_LIBRARYS_LIMIT_SECONDS = 2.5


async def test_a_task_that_takes_seconds_is_not_interrupted(
    empty_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick, slow_ones = clock.tick, []

    def slow_once(case: Case, now: datetime) -> Case:
        if not slow_ones:
            slow_ones.append(case.company_id)
            time.sleep(LONGER_THAN_THE_LIBRARYS_LIMIT_SECONDS)
        return tick(case, now)

    monkeypatch.setattr(clock, "tick", slow_once)
    async with empty_world.worker():
        case = await empty_world.start()
        await case.pay()
        facts = await case.settle()

    events = (await case.handle.fetch_history()).events
    assert slow_ones == [case.company_id]
    assert facts["payment"]["paid"]
    assert [each for each in events if each.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED] == []
