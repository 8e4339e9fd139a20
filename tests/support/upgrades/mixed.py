"""Workers of two releases on one set of cases, and what came of it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent

from domain.case.rules import CURRENT
from settings import WorkerLimits
from stack.process import Program, RunningProgram
from tests.support.worker_alone import environment_over
from tests.support.world import CaseUnderTest, World

LAUNCHER = Path(__file__).with_name("older_worker.py")
BEFORE = 2
"""The rules of the kept release."""
BOTH = 2
ORDINARY = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
"""A task that would have begun a new run just when a message came: the server has it done again."""


def todays(*, rules: int = CURRENT, build_id: str | None = None) -> WorkerLimits:
    """Return how a worker of today is run, which keeps no case between its tasks."""
    return WorkerLimits(shutdown_seconds=5, cached_cases=0, rules=rules, build_id=build_id)


@asynccontextmanager
async def older_worker(made: World, release: Path, build_id: str | None = None) -> AsyncIterator[RunningProgram]:
    """Run a worker of the kept release until the block ends; it keeps no case between its tasks either."""
    working = asyncio.Event()

    async def ready() -> str | None:
        return None if working.is_set() else "does not work on the task queue yet"

    def heard(line: str) -> None:
        if "working on task queue" in line:
            working.set()

    command = (sys.executable, "-P", str(LAUNCHER), str(release), *([build_id] if build_id else []))
    environment = {**environment_over(made), "ACTIVA_WORKER__CACHED_CASES": "0", "ACTIVA_WORKER__LETTER_SLOTS": "1"}
    running = await RunningProgram.start(Program("older worker", command, environment, ready), heard)
    try:
        await running.until_ready()
        yield running
    finally:
        await running.stop()


@dataclass
class Told:
    """A case, and every message that it was sent and whose sender was told that it is kept."""

    case: CaseUnderTest
    references: list[str] = field(default_factory=list)

    async def tell(self) -> None:
        """Send a signal, an update and a query; each is answered by whichever worker gets it.

        How often a test tells depends on the machine. Every payment is of the whole price: such a one is recognised
        for ever, one below it only while it is among the newest.
        """
        reference = f"FV-{len(self.references)}"
        await self.case.pay(reference)
        self.references.append(reference)
        answer = await self.case.update("verify_payment")
        assert reference in [each["reference"] for each in answer["payments"]]
        assert (await self.case.status())["stage"]

    async def lost(self) -> int:
        """Send each signal again, and return how many the case does not recognise; it may have refused none."""
        before = await self.case.settle()
        for reference in self.references:
            await self.case.pay(reference)
        after = await self.case.settle()
        known = after["repeated_messages_count"] - before["repeated_messages_count"]
        return len(self.references) - known + after["rejected_signals_count"]

    async def events(self) -> list[HistoryEvent]:
        """Return what happened in all of its runs."""
        client, found = self.case.world.client, []
        await self.case.runs_in_visibility()
        async for run in client.list_workflows(f'WorkflowId = "{self.case.handle.id}"'):
            found += (await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()).events
        return found


async def cut_short(told: Told) -> None:
    """Take a case to where its history is cut and another run begins, which takes a history that has grown."""
    case = told.case
    first = (await case.handle.describe()).run_id
    await case.pay()
    await case.issue_certificate()
    await case.settle()
    while (await case.handle.describe()).run_id == first:
        await told.tell()
        await case.settle()


async def tell_all(cases: Sequence[Told]) -> None:
    """Tell each case something, all at once."""
    await asyncio.gather(*(each.tell() for each in cases))


async def until_both_have_answered(cases: Sequence[Told]) -> None:
    """Tell the cases something until this process and another one have done their tasks."""
    while len(await workers_of(cases)) < BOTH:
        await tell_all(cases)


async def workers_of(cases: Sequence[Told]) -> set[str]:
    """Return who has done tasks of these cases in their current runs, by process and machine."""
    found = await asyncio.gather(*(each.case.handle.fetch_history() for each in cases))
    kind = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    done = [event for history in found for event in history.events]
    return {each.workflow_task_completed_event_attributes.identity for each in done if each.event_type == kind}


async def last_versions(cases: Sequence[Told]) -> list[str]:
    """Return which version did the last task of each case; empty where none did one yet, or one of no version."""
    found = await asyncio.gather(*(each.case.handle.fetch_history() for each in cases))
    kind = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    done = ([event for event in history.events if event.event_type == kind][-1:] for history in found)
    return ["".join(e.workflow_task_completed_event_attributes.deployment_version.build_id for e in d) for d in done]


async def failed_tasks(cases: Sequence[Told]) -> list[str]:
    """Return why tasks failed that a worker could not do."""
    kind = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    found = [event for each in cases for event in await each.events() if event.event_type == kind]
    failures = [each.workflow_task_failed_event_attributes for each in found]
    return [each.failure.message for each in failures if each.cause != ORDINARY]
