"""What a case does is dated by the task that does it, also where somebody asks for the case at that moment."""

import asyncio
from datetime import datetime, timedelta

from tests.support.server_metrics import counted
from tests.support.world import CaseUnderTest, Json, World

CASES = 12
QUIET_FOR = timedelta(days=5)


async def questions_that_waited(world: World) -> int:
    """Return how many questions have ever reached the queue that workers ask for tasks."""
    return (await counted(world, r'service_requests\{.*operation="(QueryWorkflow)",service_name="matching"\}')).total()


def muted_at(facts: Json) -> list[datetime]:
    return [datetime.fromisoformat(each["at"]) for each in facts["timeline"] if each["action"] == "reminders_muted"]


async def mute(case: CaseUnderTest) -> datetime:
    """Send a message, and return a moment no later than its arrival, to the second."""
    before = await case.now()
    await case.signal("reminders_muted", until="2027-12-31", reason="Vacaciones.")
    return before.replace(microsecond=0)


async def test_a_message_that_meets_a_question_while_no_worker_runs_is_not_dated_before_it_came(
    idle_world: World,
) -> None:
    async with idle_world.worker():
        cases = [await idle_world.start() for _ in range(CASES)]
        await asyncio.gather(*(case.settle() for case in cases))
    await asyncio.gather(*(case.skip(QUIET_FOR) for case in cases))
    waited = await questions_that_waited(idle_world)
    asked = [asyncio.create_task(case.status()) for case in cases]
    async with asyncio.timeout(15):
        while await questions_that_waited(idle_world) < waited + CASES:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)
    came = [await mute(case) for case in cases]

    async with idle_world.worker():
        answers = await asyncio.gather(*asked)
        settled = [await case.settle() for case in cases]

    for answer, facts, at in zip(answers, settled, came, strict=True):
        assert [moment >= at for moment in muted_at(facts)] == [True]
        assert all(moment >= at for moment in muted_at(answer))


async def test_a_question_after_a_message_is_answered_at_once_also_when_it_is_not_asked_through_our_own_door(
    idle_world: World,
) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.settle()
        await mute(case)
        await case.skip(timedelta(seconds=1))
        facts: Json = await case.handle.query("status")

    assert len(muted_at(facts)) == 1
