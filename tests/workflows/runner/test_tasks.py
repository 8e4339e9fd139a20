"""What the SDK's core takes for one task is given out task by task, as far as the events tell."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob

from workflows.runner.tasks import kind_of, may_be_several, tasks_of

BEGAN = datetime(2026, 3, 2, 15, tzinfo=UTC)
OVER = 10
"""The event that the task before began with."""


def history(words: str) -> list[HistoryEvent]:
    """Return events from the one after OVER on, a minute apart."""
    events = []
    for number, word in enumerate(words.split(), OVER + 1):
        event = HistoryEvent(event_id=number, event_type=EventType.Value(f"EVENT_TYPE_{word.upper()}"))
        event.event_time.FromDatetime(BEGAN + timedelta(minutes=number))
        events.append(event)
    return events


def handed_out(*kinds: str, at: int) -> WorkflowActivation:
    """Return what the core hands out for the task that began with an event."""
    act = WorkflowActivation(history_length=at)
    act.timestamp.FromDatetime(BEGAN + timedelta(minutes=at))
    for kind in kinds:
        job = WorkflowActivationJob()
        getattr(job, kind).SetInParent()
        act.jobs.append(job)
    return act


def told(parts: list[WorkflowActivation]) -> list[tuple[list[str], int, bool]]:
    """Return the jobs of each part, the minute of its time and whether it is a replay."""
    return [
        ([kind_of(job) for job in part.jobs], (part.timestamp.ToDatetime(UTC) - BEGAN).seconds // 60, part.is_replaying)
        for part in parts
    ]


COMPLETED, SIGNALED = "workflow_task_completed", "workflow_execution_signaled"
TASK = "workflow_task_scheduled workflow_task_started"
TIMER = "timer_fired"


def test_a_message_and_the_update_after_it_are_two_tasks() -> None:
    act = handed_out("signal_workflow", "do_update", at=17)
    events = history(f"{COMPLETED} {SIGNALED} {TASK} {COMPLETED} {TASK}")

    assert told(tasks_of(act, events)) == [(["signal_workflow"], 14, True), (["do_update"], 17, False)]
    assert may_be_several(act, OVER)


def test_an_update_whose_own_events_are_not_written_yet_is_a_task_too() -> None:
    act = handed_out("signal_workflow", "do_update", at=17)
    events = history(f"{COMPLETED} {SIGNALED} {TASK} {COMPLETED}")

    assert told(tasks_of(act, events)) == [(["signal_workflow"], 14, True), (["do_update"], 17, False)]


def test_a_task_that_brought_nothing_does_not_make_the_one_before_it_later() -> None:
    act = handed_out("signal_workflow", at=17)
    events = history(f"{COMPLETED} {SIGNALED} {TASK} {COMPLETED} {TASK} {COMPLETED}")

    assert told(tasks_of(act, events)) == [(["signal_workflow"], 14, True)]


def test_each_message_timer_and_result_goes_to_the_task_that_brought_it() -> None:
    kinds = ("signal_workflow", "signal_workflow", "fire_timer", "resolve_activity", "do_update")
    act = handed_out(*kinds, at=24)
    events = history(
        f"{COMPLETED} {SIGNALED} {TIMER} {TASK} {COMPLETED} {TASK} {COMPLETED} "
        f"{SIGNALED} activity_task_started activity_task_completed {TASK} {TASK}"
    )

    assert told(tasks_of(act, events)) == [
        (["signal_workflow", "fire_timer"], 15, True),
        (["signal_workflow", "resolve_activity", "do_update"], 24, False),
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (f"{COMPLETED} {SIGNALED} {TASK} workflow_task_timed_out {TASK}", "the first task came to nothing"),
        ("", "there is nothing new"),
    ],
)
def test_what_is_one_task_is_left_as_it_is(words: str, why: str) -> None:
    act = handed_out("signal_workflow", "do_update", at=17)

    assert tasks_of(act, history(words)) == [act], why


def test_what_the_events_do_not_tell_is_said_to_be_unknown() -> None:
    act = handed_out("signal_workflow", "do_update", at=17)
    a_message_too_many = history(f"{COMPLETED} {SIGNALED} {SIGNALED} {TASK} {COMPLETED} {TASK}")

    assert tasks_of(act, a_message_too_many) is None


@pytest.mark.parametrize(
    "act",
    [
        handed_out("signal_workflow", "do_update", at=OVER + 4),
        handed_out("resolve_activity", "fire_timer", at=OVER + 6),
        handed_out("query_workflow", at=OVER + 40),
    ],
)
def test_the_server_is_not_asked_about_one_task_alone(act: WorkflowActivation) -> None:
    assert not may_be_several(act, OVER)
