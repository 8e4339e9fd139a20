"""Gives what several tasks brought to each task apart, at its own time.

Where a task ends without a command and the next begins with nothing between them, as one for an update does, the SDK's
core (1.35) takes both for one when it rebuilds a case, and hands out what the first brought at the time of the second:
a message is dated late by as long as the second was away (temporalio/sdk-rust, issues 1146 and 1606). What is handed
out does not tell; the events do.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import pairwise

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

BROUGHT_BY = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal_workflow",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: "cancel_workflow",
    EventType.EVENT_TYPE_TIMER_FIRED: "fire_timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "resolve_activity",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "resolve_activity",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "resolve_activity",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "resolve_activity",
}
"""Which job each event becomes. What an update brings has no event of its own before it is accepted."""
OF_THE_LAST = frozenset({"do_update", "notify_has_patch"})
"""What belongs to the last task: an update ends what is taken for one, and a patch is a command."""
ONE_TASK = 3
"""The events that each task has at least: what it follows, or the start; scheduled; started."""


def brings_news(act: WorkflowActivation) -> bool:
    """Tell whether an activation changes the case: it is neither a question nor the case's leaving the cache."""
    return any(kind_of(job) not in ("query_workflow", "remove_from_cache") for job in act.jobs)


def kind_of(job: WorkflowActivationJob) -> str:
    """Return the name of what a job carries."""
    return str(job.WhichOneof("variant"))


def has_commands(commands: Iterable[WorkflowCommand]) -> bool:
    """Tell whether the history shows a task's commands for certain: a refusal it never does, a timer not always."""
    return any(
        each.WhichOneof("variant") not in ("start_timer", "cancel_timer", "respond_to_query")
        and not each.update_response.HasField("rejected")
        for each in commands
    )


def may_be_several(act: WorkflowActivation, after: int) -> bool:
    """Tell whether an activation has as many events after that one, and more than its jobs need, as a second task."""
    kinds = Counter(map(kind_of, act.jobs))
    needed = ONE_TASK + sum(kinds[each] for each in ("signal_workflow", "cancel_workflow", "fire_timer"))
    needed += 2 * kinds["resolve_activity"]  # its start is written with its end
    return brings_news(act) and act.history_length - after >= needed + ONE_TASK


def tasks_of(act: WorkflowActivation, events: Sequence[HistoryEvent]) -> list[WorkflowActivation] | None:
    """Return what each task brought, given the events since the one before, oldest first; `act` itself if it was one.

    None where its jobs can't be told apart by the events.
    """
    within = [event for event in events if event.event_id <= act.history_length]
    began = [one for one, then in pairwise(within) if _ended(one, then)]
    if not began:
        return [act]
    owners = _owners(act, within, [each.event_id for each in began])
    if owners is None:
        return None
    parts = [_part(act, [job for job, owner in owners if owner == number], begin) for number, begin in enumerate(began)]
    parts.append(_part(act, [job for job, owner in owners if owner == len(began)], None))
    return [part for part in parts if part.jobs]


def _ended(one: HistoryEvent, then: HistoryEvent) -> bool:
    return (one.event_type, then.event_type) == (
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    )


def _owners(
    act: WorkflowActivation, events: Sequence[HistoryEvent], began: Sequence[int]
) -> list[tuple[WorkflowActivationJob, int]] | None:
    """Return each job with the number of its task, or None where jobs and events differ."""
    numbers: dict[str, deque[int]] = {kind: deque() for kind in BROUGHT_BY.values()}
    for event in events:
        if event.event_type in BROUGHT_BY:
            number = sum(each < event.event_id for each in began)
            numbers[BROUGHT_BY[event.event_type]].append(number)
    kinds = Counter(map(kind_of, act.jobs))
    if any(kinds[kind] != len(found) for kind, found in numbers.items()):
        return None
    return [(job, _owner(kind_of(job), numbers, len(began))) for job in act.jobs]


def _owner(kind: str, numbers: dict[str, deque[int]], last: int) -> int:
    if kind in numbers:
        return numbers[kind].popleft()
    return last if kind in OF_THE_LAST else 0


def _part(
    act: WorkflowActivation, jobs: Sequence[WorkflowActivationJob], began: HistoryEvent | None
) -> WorkflowActivation:
    """Return an activation with these jobs: of a task that ended as it began, or of the last one."""
    part = WorkflowActivation()
    part.CopyFrom(act)
    del part.jobs[:]
    part.jobs.extend(jobs)
    if began is not None:
        knew = began.workflow_task_started_event_attributes
        part.is_replaying, part.history_length = True, began.event_id
        part.history_size_bytes, part.continue_as_new_suggested = knew.history_size_bytes, knew.suggest_continue_as_new
        del part.suggest_continue_as_new_reasons[:]
        part.suggest_continue_as_new_reasons.extend(knew.suggest_continue_as_new_reasons)
        part.target_worker_deployment_version_changed = knew.target_worker_deployment_version_changed
        if began.event_time.ToNanoseconds() < act.timestamp.ToNanoseconds():
            part.timestamp.CopyFrom(began.event_time)
    return part
