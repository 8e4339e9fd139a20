"""What a case does is dated by the task that does it, also where somebody asks for the case at that moment."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowUpdateFailedError

from adapters.activations import Activations
from stack.mail_sink import MailSink
from tests.support.server_metrics import counted
from tests.support.world import ORDINARY_DAY, CaseUnderTest, Json, World, world_of_its_own

CASES = 12
CUT_EARLY = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=17")
"""Arguments for the server: the second task after the opening is told that the history is long."""
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


KEPT = pytest.mark.parametrize("cached", [pytest.param(0, id="none is kept"), pytest.param(300, id="all are kept")])


async def asked_once(case: CaseUnderTest) -> Json:
    door = Activations(case.world.client, case.world.objects)
    return await door.status(case.company_id, within=timedelta(seconds=240))


@KEPT
async def test_a_message_that_meets_a_question_while_no_worker_runs_is_not_dated_before_it_came(
    idle_world: World, cached: int
) -> None:
    async with idle_world.worker(cached_cases=cached):
        cases = [await idle_world.start() for _ in range(CASES)]
        await asyncio.gather(*(case.settle() for case in cases))
    await asyncio.gather(*(case.skip(QUIET_FOR) for case in cases))
    waited = await questions_that_waited(idle_world)
    asked = [asyncio.create_task(asked_once(case)) for case in cases]
    async with asyncio.timeout(60):
        while await questions_that_waited(idle_world) < waited + CASES:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)
    came = await asyncio.gather(*map(mute, cases))

    async with idle_world.worker(cached_cases=cached):
        answers = await asyncio.gather(*asked)
        settled = [await case.settle() for case in cases]

    for answer, facts, at in zip(answers, settled, came, strict=True):
        assert [moment >= at for moment in muted_at(facts)] == [True]
        assert all(moment >= at for moment in muted_at(answer))


@KEPT
async def test_a_question_after_a_message_is_answered_at_once_also_when_it_is_not_asked_through_our_own_door(
    idle_world: World, cached: int
) -> None:
    async with idle_world.worker(cached_cases=cached):
        case = await idle_world.start()
        await case.settle()
        await mute(case)
        await case.skip(timedelta(seconds=1))
        facts: Json = await case.handle.query("status")

    assert len(muted_at(facts)) == 1


@KEPT
@pytest.mark.parametrize("update", ["verify_payment", pytest.param("unheard_of", id="one that is refused")])
async def test_a_message_keeps_its_date_when_a_new_worker_begins_with_an_update(
    idle_world: World, cached: int, update: str
) -> None:
    async with idle_world.worker(cached_cases=cached):
        case = await idle_world.start()
        for _ in range(3):
            await mute(case)
            before = await case.settle()
    await asyncio.sleep(2)  # dates are to the second: the update must come seconds later

    async with idle_world.worker(cached_cases=cached):
        with contextlib.suppress(WorkflowUpdateFailedError):
            await case.update(update)
        facts: Json = await case.status()

    assert muted_at(facts) == muted_at(before)


@KEPT
async def test_nothing_is_lost_where_the_second_of_two_tasks_taken_for_one_is_to_begin_a_new_run(
    tmp_path: Path, moto_url: str, mail_sink: MailSink, cached: int
) -> None:
    async with world_of_its_own(tmp_path, moto_url, mail_sink, *CUT_EARLY, begins=ORDINARY_DAY) as world:
        async with world.worker(cached_cases=cached):
            case = await world.start()
            await mute(case)
            await case.settle()
        updated = asyncio.create_task(case.update_once("verify_payment"))
        async with asyncio.timeout(60):
            while not (await case.handle.describe()).raw_description.HasField("pending_workflow_task"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await mute(case)

        async with world.worker(cached_cases=cached):
            answer = await asyncio.wait_for(updated, 120)
            facts = await case.settle()

    assert answer["paid"] is False
    assert len(muted_at(facts)) == 2
