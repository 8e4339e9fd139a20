"""A whole life, one step after the other: its events, its bytes, its billable actions, and what a reminder adds.

Both go through the same life on a server whose time is moved forward. What moves the time is left out of the counts.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from benchmarks import price
from benchmarks.actions import counted
from benchmarks.figures import Figure
from benchmarks.servers import Counter, activity_worker, server
from benchmarks.sizes import Size
from benchmarks.subjects import Handle, Peer, Product, Subject
from benchmarks.workflows import workflow_worker
from domain.calendar import bogota_date
from stack import case_time
from stack.probes import free_port
from stack.servers import TIME_SKIPPING

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Life:
    """One life: the run up to the own certificate, the run that is open afterwards, the actions of both."""

    past: WorkflowHistory
    open: WorkflowHistory
    actions: int

    @property
    def events(self) -> int:
        """The events of the first run."""
        return len(own_events(self.past))

    @property
    def size_bytes(self) -> int:
        """The bytes of the first run's history."""
        return _bytes(self.past)

    @property
    def byte_hours(self) -> float:
        """Each byte of the first run's history by the hours that the run was still open."""
        ended = self.past.events[-1].event_time.ToDatetime()
        kept = (each.ByteSize() * ((ended - each.event_time.ToDatetime()) / HOUR) for each in own_events(self.past))
        return float(sum(kept))

    @property
    def open_bytes(self) -> int:
        """The bytes of the open run's history."""
        return _bytes(self.open)


@dataclass(frozen=True)
class Lives:
    """One subject's lives with few and with many reminders, and a case that only waits for its first reminder."""

    few: Life
    many: Life
    more: int
    """How many more reminders the one has than the other."""
    waiting: WorkflowHistory

    def per_reminder(self, what: str) -> float:
        """Return what each further reminder adds."""
        return float(getattr(self.many, what) - getattr(self.few, what)) / self.more


async def record(size: Size) -> dict[str, Lives]:
    """Return both subjects' lives."""
    port = free_port()
    async with server((*TIME_SKIPPING, "--metrics-port", str(port))) as client:
        return {subject.name: await _lives(client, port, subject, size) for subject in (Product(), Peer())}


def figures(lives: dict[str, Lives]) -> list[Figure]:
    """Return the figures of whole lives."""
    product, bare = lives["product"], lives["bare"]
    one, other = product.few, bare.few

    def reminder(what: str, unit: str, goal: float) -> Figure:
        costs = product.per_reminder(what), bare.per_reminder(what)
        return Figure(f"  each further reminder, {unit}", costs[0], costs[1], goal, digits=1, absolute=True)

    return [
        Figure("a life, events", one.events, other.events, 1.1),
        reminder("events", "events", 11),
        Figure("a life, bytes", one.size_bytes, other.size_bytes, 1.5),
        reminder("size_bytes", "bytes", 1000),
        Figure("a life, billable actions", one.actions, other.actions, 20, absolute=True),
        reminder("actions", "actions", 2),
        Figure("open history after it, events", len(own_events(one.open)), len(own_events(other.open)), None),
        Figure("open history after it, bytes", one.open_bytes, other.open_bytes, 2048, absolute=True),
        *price.figures(product, bare),
    ]


async def _lives(client: Client, metrics_port: int, subject: Subject, size: Size) -> Lives:
    few, many = [await _live(client, metrics_port, subject, reminders) for reminders in size.reminders]
    task_queue, counter = f"waiting-{uuid.uuid4().hex}", Counter()
    async with activity_worker(client, subject, task_queue, counter), workflow_worker(client, subject.name, task_queue):
        handle = await subject.start_waiting(client, task_queue)
        await counter.until(1)
        await case_time.until_idle(handle)
        return Lives(few, many, size.reminders[1] - size.reminders[0], await handle.fetch_history())


async def _live(client: Client, metrics_port: int, subject: Subject, reminders: int) -> Life:
    task_queue, counter = f"life-{uuid.uuid4().hex}", Counter()
    before = await counted(metrics_port)
    async with activity_worker(client, subject, task_queue, counter), workflow_worker(client, subject.name, task_queue):
        handle = await lived_through(client, subject, task_queue, counter, reminders)
        return await _lived(client, handle, before, metrics_port)


async def lived_through(
    client: Client, subject: Subject, task_queue: str, counter: Counter, reminders: int
) -> WorkflowHandle[Any, Any]:
    """Take a case through its life, and return its first run; workers of both kinds must be there."""
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    already = counter.done
    handle = await subject.start(skipper.client, task_queue)
    await counter.until(already + 1)
    await case_time.until_idle(handle)
    await subject.give_representative(handle)
    await counter.until(already + 2)
    await case_time.until_idle(handle)
    await subject.give_letter(handle)
    await counter.until(already + 4)
    await case_time.until_idle(handle)
    for number in range(reminders):
        until_past_it = await subject.next_reminder_at(handle) + timedelta(minutes=1) - await case_time.now(handle)
        await case_time.skip(skipper, handle, until_past_it)
        await counter.until(already + 5 + number)
        await case_time.until_idle(handle)
    await subject.pay(handle)
    await counter.until(already + 5 + reminders)
    await case_time.until_idle(handle)
    await subject.give_certificate(handle, bogota_date(await case_time.now(handle)))
    await counter.until(already + 6 + reminders)
    return handle


async def _lived(client: Client, handle: Handle, before: int, metrics_port: int) -> Life:
    first_run = handle.first_execution_run_id
    async with asyncio.timeout(case_time.PATIENCE_SECONDS):
        while (await client.get_workflow_handle(handle.id).describe()).run_id == first_run:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # a new run has no event to await
    latest = client.get_workflow_handle(handle.id)
    await case_time.until_idle(latest)
    past = await client.get_workflow_handle(handle.id, run_id=first_run).fetch_history()
    return Life(past, await latest.fetch_history(), await counted(metrics_port) - before)


def own_events(history: WorkflowHistory) -> list[HistoryEvent]:
    """Return the events that the case itself caused, not those that moved its time."""
    moved = {
        value
        for name, value in EventType.items()
        if "TIME_SKIPPING" in name or name == "EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED"
    }
    return [event for event in history.events if event.event_type not in moved]


def _bytes(history: WorkflowHistory) -> int:
    return sum(event.ByteSize() for event in own_events(history))
