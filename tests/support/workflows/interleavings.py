"""Cases that are asked, told, corrected and put to sleep in a random order, while workers come and go.

What a message is dated by is compared with the history, which knows which task took it, and when.
"""

import asyncio
import dataclasses
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError

from adapters.activations import NOT_YET, QUERY_TIMEOUT
from adapters.updates import was_unseen
from domain.contract import ASK_AGAIN
from tests.support.world import CaseUnderTest, Json, World

PATIENCE = timedelta(seconds=200)
CLOCK = timedelta(seconds=1)
"""A case's dates are to the second."""
STEPS = 9
OVERLOADED = "Workflow Task in failed state"
"""What the server says of an update while it gives a task out again and again, as nobody is done with it in time."""
HARMLESS = {
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
}
"""Why the server, not the worker, gives a task out again."""


@dataclass
class Tally:
    """What came of some interleavings."""

    interleavings: int = 0
    messages: int = 0
    dates: int = 0
    resets: int = 0
    further_runs: int = 0
    """Begun by a case that continues as new."""
    early: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    questions: int = 0
    refused: int = 0
    most_refusals: int = 0
    longest_wait: float = 0
    """Of a question, in seconds."""
    updates: int = 0
    unprocessed: int = 0
    failed_updates: list[str] = field(default_factory=list)
    failed_tasks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.interleavings} interleavings, {self.resets} resets, {self.further_runs} runs that follow another, "
            f"{self.messages} messages, {self.dates} dates seen: "
            f"{len(self.early)} early, {len(self.late)} late; {self.questions} questions: {self.refused} refusals, "
            f"at most {self.most_refusals} of one, {self.longest_wait:.1f} s at most; "
            f"{self.updates} updates: {self.unprocessed} sent again, {len(self.failed_updates)} failed; "
            f"{len(self.failed_tasks)} failed tasks"
        )

    def date(self, name: str, at: datetime, taken: Sequence[tuple[datetime, datetime]]) -> None:
        """Count a date that was told, given when the message came and was taken, in each run that was reset too."""
        self.dates += 1
        if any(came < at + CLOCK and at <= task + CLOCK for came, task in taken):
            return
        came, task = taken[0]
        said = f"{name}: told {at:%FT%T}, came {came:%FT%T}, taken {task:%FT%T}, {len(taken)} runs"
        (self.early if at + CLOCK <= came else self.late).append(said)


@dataclass
class Interleaving:
    """One case, and whatever is done to it."""

    case: CaseUnderTest
    chance: random.Random
    tally: Tally
    answers: list[Json] = field(default_factory=list)
    underway: list[asyncio.Task[None]] = field(default_factory=list)
    sent: int = 0
    left: set[str] = field(default_factory=set)
    """Runs that were reset."""

    async def run(self) -> None:
        """Take the steps, and return once everything is answered."""
        for _ in range(STEPS):
            await self.chance.choice(self._steps())()
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await asyncio.gather(*self.underway)

    def _steps(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            self._ask,
            self._ask,
            self._many_ask,
            self._tell,
            self._tell,
            self._tell,
            self._tell_of_money,
            self._update,
            self._update,
            self._refused_update,
            self._pause,
            self._pause,
            self._skip,
            self._reset,
        ]

    async def _ask(self) -> None:
        self.underway.append(asyncio.create_task(self.ask()))

    async def _many_ask(self) -> None:
        self.underway.extend(asyncio.create_task(self.ask()) for _ in range(self.chance.choice((3, 3, 3, 12))))

    async def _tell(self) -> None:
        self.sent += 1
        await self.case.signal("reminders_muted", until="2060-12-31", reason=f"m{self.sent}")

    async def _tell_of_money(self) -> None:
        self.sent += 1
        await self.case.pay(reference=f"FV-{self.sent}", amount_cop=10_000 + self.sent)

    async def _update(self) -> None:
        self.underway.append(asyncio.create_task(self._send("verify_payment")))

    async def _refused_update(self) -> None:
        self.underway.append(asyncio.create_task(self._send("unheard_of")))

    async def _pause(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 2.5))  # dates are to the second, so seconds must pass

    async def _skip(self) -> None:
        await self.case.skip(timedelta(hours=self.chance.uniform(1, 200)))

    async def _reset(self) -> None:
        """Begin the latest run anew from the end of one of its tasks, as support may; its messages are sent again."""
        run_id = (await self.case.handle.describe()).run_id
        client = self.case.world.client
        events = (await client.get_workflow_handle(self.case.handle.id, run_id=run_id).fetch_history()).events
        ended = _ended_tasks(events)
        if not ended:
            return
        request = ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=self.case.handle.id, run_id=run_id),
            reason="to see what becomes of the dates",
            workflow_task_finish_event_id=self.chance.choice(ended[-3:]),
            request_id=str(self.chance.random()),
        )
        self.left.add(run_id)
        await client.workflow_service.reset_workflow_execution(request)
        self.tally.resets += 1

    async def _send(self, name: str) -> None:
        self.tally.updates += 1
        try:
            await self.case.update_once(name)
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            self.tally.unprocessed += 1
            await self._send(name)
        except (WorkflowUpdateFailedError, RPCError) as error:
            if was_unseen(error) or OVERLOADED in str(error):
                self.tally.unprocessed += 1
                await self._send(name)
            elif name == "verify_payment" and not self.left:  # a reset ends what waits for an answer
                self.tally.failed_updates.append(f"{self.case.company_id}: {error!r} {error.cause!r}")

    async def ask(self) -> None:
        """Ask as any client may, until there is an answer."""
        self.tally.questions += 1
        refusals, began = 0, time.monotonic()
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while True:
                try:
                    self.answers.append(await self.case.handle.query("status", rpc_timeout=QUERY_TIMEOUT))
                except (WorkflowQueryFailedError, RPCError) as error:
                    # It may have been with a worker when that stopped, or the server has too many questions at once.
                    if not isinstance(error, RPCError) and not any(text in error.message for text in NOT_YET):
                        raise
                    refusals += ASK_AGAIN in error.message
                    await asyncio.sleep(0.05)
                else:
                    break
        self.tally.longest_wait = max(self.tally.longest_wait, time.monotonic() - began)
        self.tally.refused += refusals
        self.tally.most_refusals = max(self.tally.most_refusals, refusals)

    async def judge(self) -> None:
        """Compare every date that was told with the history."""
        runs = [run async for run in _runs(self.case)]
        left = [run for each in self.left async for run in _runs(self.case, each)]
        taken = {name: [times] for run in runs for name, times in _taken(run)}
        last = dict(_told(self.answers[-1]))
        assert last.keys() == taken.keys(), (sorted(last), sorted(taken))
        for run in left:
            for name, times in _taken(run):
                taken.setdefault(name, []).append(times)
        self.tally.interleavings += 1
        self.tally.further_runs += len(runs) - 1
        self.tally.messages += len(taken)
        for facts in self.answers:
            for name, at in _told(facts):
                self.tally.date(f"{self.case.company_id} {name}", at, taken[name])
        self.tally.failed_tasks.extend(each for run in (*runs, *left) for each in _failed(run))


async def interleave(world: World, cached: int, cases: int, seed: int, tally: Tally) -> None:
    """Run as many cases at once, each in an order of its own, on workers that keep so many of them."""
    chance, done = random.Random(seed), asyncio.Event()  # noqa: S311
    async with world.worker(cached_cases=cached):
        opened = [each for begun in range(0, cases, 10) for each in await _opened(world, min(10, cases - begun))]
        await asyncio.gather(*(case.settle() for case in opened))
    several = [Interleaving(case, random.Random(chance.random()), tally) for case in opened]  # noqa: S311
    workers = asyncio.create_task(_come_and_go(world, cached, chance, done))
    try:
        await asyncio.gather(*(each.run() for each in several))
    finally:
        done.set()
        await workers
    async with world.worker(cached_cases=cached):
        await asyncio.gather(*(each.case.settle() for each in several))
        await asyncio.gather(*(each.ask() for each in several))
    for each in several:
        await each.judge()


async def _opened(world: World, cases: int) -> list[CaseUnderTest]:
    return await asyncio.gather(*(world.start() for _ in range(cases)))


async def _come_and_go(world: World, cached: int, chance: random.Random, done: asyncio.Event) -> None:
    other = await world.place.connect()
    several = [world, dataclasses.replace(world, client=other)]  # a client can hold one worker of a queue
    while not done.is_set():
        async with AsyncExitStack() as running:
            for each in several[: chance.choice((1, 1, 2))]:
                await running.enter_async_context(each.worker(cached_cases=cached))
            await _at_most(chance.uniform(1, 5), done)
        await _at_most(chance.uniform(0, 1.5), done)


async def _at_most(seconds: float, done: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await done.wait()
    except TimeoutError:
        pass


async def _runs(case: CaseUnderTest, run_id: str | None = None) -> Any:
    """Give the events of a run, the latest unless told, and of those that it follows."""
    while True:
        events = (await case.world.client.get_workflow_handle(case.handle.id, run_id=run_id).fetch_history()).events
        yield events
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return


def _ended_tasks(events: Sequence[HistoryEvent]) -> list[int]:
    """Return the ends of a run's tasks since its case is open: what comes before that is taken when it is."""
    is_open = bool(events[0].workflow_execution_started_event_attributes.continued_execution_run_id)
    ended = []
    for event in events:
        is_open = is_open or event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
        if is_open and event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            ended.append(event.event_id)
    return ended


def _told(facts: Json) -> Iterator[tuple[str, datetime]]:
    for each in facts["timeline"]:
        if each["action"] == "reminders_muted":
            yield each["given"], datetime.fromisoformat(each["at"])
    for each in facts["payment"]["payments"]:
        yield each["reference"], datetime.fromisoformat(each["recorded_at"])


def _taken(events: Iterable[HistoryEvent]) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    """Return each message with when it came, and when the task that took it began."""
    waiting: list[tuple[str, datetime]] = []
    began, seen_by_it = datetime.max.replace(tzinfo=UTC), 0
    for event in events:
        at = event.event_time.ToDatetime(UTC)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            sent = json.loads(event.workflow_execution_signaled_event_attributes.input.payloads[0].data)
            waiting.append((sent.get("reference") or sent["reason"], at))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            began, seen_by_it = at, len(waiting)
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            yield from ((name, (came, began)) for name, came in waiting[:seen_by_it])
            waiting = waiting[seen_by_it:]


def _failed(events: Iterable[HistoryEvent]) -> Iterator[str]:
    for event in events:
        failed = event.workflow_task_failed_event_attributes
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED and failed.cause not in HARMLESS:
            yield f"{WorkflowTaskFailedCause.Name(failed.cause)}: {failed.failure.message}"
