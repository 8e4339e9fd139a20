"""What the guard is told of a history: the events after one, however many."""

import asyncio
import uuid

from adapters.histories import FIRST, events_after
from tests.support.world import CaseUnderTest


async def test_the_events_after_one_are_told_oldest_first_over_several_pages(case: CaseUnderTest) -> None:
    for number in range(FIRST):
        await case.signal("reminders_muted", until="2060-12-31", reason=f"m{number}")
    await case.settle()
    events = (await case.handle.fetch_history()).events
    run_id = (await case.handle.describe()).run_id

    ask = events_after(case.world.client)
    told = {after: await asyncio.to_thread(ask, case.handle.id, run_id, after) for after in (3, len(events) - 1)}

    assert len(events) > FIRST + 3
    assert {after: [each.event_id for each in found or ()] for after, found in told.items()} == {
        after: list(range(after + 1, len(events) + 1)) for after in told
    }


async def test_of_a_run_that_is_not_there_nothing_is_told(case: CaseUnderTest) -> None:
    assert await asyncio.to_thread(events_after(case.world.client), case.handle.id, str(uuid.uuid4()), 0) is None
