"""What a life costs on Temporal, as its server counts it."""

import asyncio
from collections import Counter

from temporalio.client import WorkflowHistory

from tests.support.server_metrics import counted
from tests.support.world import CaseUnderTest, World

MOST_ACTIONS_OF_A_LIFE = 21


async def actions(world: World) -> Counter[str]:
    """Return the server's own count of billable actions by kind, without the tests' moving of time and asking."""
    found = await counted(world, r'action\{action_type="([^"]+)".*service_name="frontend".*\}')
    for kind in ("grpc_UpdateWorkflowExecutionOptions", "grpc_QueryWorkflow"):
        del found[kind]
    return found


async def settled_actions(world: World) -> Counter[str]:
    """Return the count once three readings agree: the server adds up every second or so."""
    readings = [await actions(world)]
    async with asyncio.timeout(120):
        while len(readings) < 3 or readings[-3:] != [readings[-1]] * 3:
            await asyncio.sleep(2)
            readings.append(await actions(world))
    return readings[-1]


async def a_life(case: CaseUnderTest, reminders: int) -> None:
    await up_to_the_payment(case, reminders)
    await case.issue_certificate()
    await case.settle()


async def up_to_the_payment(case: CaseUnderTest, reminders: int) -> None:
    await case.settle()
    await case.with_loan()
    for _ in range(reminders):
        await case.skip_to_next_reminder()
    await case.pay()
    await case.settle()


def size_of(history: WorkflowHistory) -> int:
    return sum(event.ByteSize() for event in history.events)
