"""What a case's history says was sent to it, in order, and which of its tasks failed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from domain.contract import workflow_id

Json = dict[str, Any]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """A message as it was taken into the history."""

    kind: str
    """`signal`, `update`, or `result`, of a step that the case had ordered."""
    name: str
    body: Json | None
    """None where it is not one JSON object."""
    at: datetime
    """When the task that took it began."""


@dataclass(frozen=True)
class FailedTask:
    """A task that a worker could not do, and that was done again."""

    why: str
    process: str
    """The number of the process that said so, where it is a worker's."""


@dataclass
class Told:
    """All runs of a case."""

    messages: list[Message] = field(default_factory=list)
    last_task: datetime = LONG_AGO
    failed_tasks: list[FailedTask] = field(default_factory=list)
    runs: int = 0


async def told(client: Client, company_id: str) -> Told:
    """Return what all runs of a company's case say, the oldest first."""
    found = Told()
    for events in reversed(await _runs(client, company_id)):
        found.runs += 1
        read(events, found)
    return found


async def _runs(client: Client, company_id: str) -> list[Sequence[HistoryEvent]]:
    runs: list[Sequence[HistoryEvent]] = []
    run_id: str | None = None
    while True:
        events = (await client.get_workflow_handle(workflow_id(company_id), run_id=run_id).fetch_history()).events
        runs.append(events)
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return runs


def read(events: Sequence[HistoryEvent], found: Told) -> None:
    """Read one run. A task takes its signals and updates before the results of steps, in whatever order they came."""
    waiting: list[tuple[str, str, Json | None]] = []
    results: list[Message] = []
    ordered: dict[int, tuple[str, Json | None]] = {}
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                sent = event.workflow_execution_signaled_event_attributes
                waiting.append(("signal", sent.signal_name, _body(sent.input)))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                order = event.activity_task_scheduled_event_attributes
                ordered[event.event_id] = (order.activity_type.name, _body(order.input))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                waiting.append(("result", *ordered[event.activity_task_completed_event_attributes.scheduled_event_id]))
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                found.messages += results
                results = []
                began, seen = event.event_time.ToDatetime(UTC), len(waiting)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                found.last_task = began
                taken = [Message(*each, began) for each in waiting[:seen]]
                found.messages += [each for each in taken if each.kind != "result"]
                results = [each for each in taken if each.kind == "result"]
                waiting = waiting[seen:]
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
                found.messages.append(Message("update", asked.name, _body(asked.args), began))
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failed = event.workflow_task_failed_event_attributes
                cause = WorkflowTaskFailedCause.Name(failed.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
                why = f"{cause}: {failed.failure.message[:120]}"
                found.failed_tasks.append(FailedTask(why, failed.identity.partition("@")[0]))
    found.messages += results


def _body(payloads: Payloads) -> Json | None:
    if len(payloads.payloads) != 1:
        return None
    try:
        body = json.loads(payloads.payloads[0].data)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
