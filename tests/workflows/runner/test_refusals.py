"""When the guard refuses: a question while what the case knows may be of a task that is not over; a task whose parts
nobody tells apart."""

from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from workflows.runner.guard import ASKED_ALONE, EventsAfter, Guarded, OldClockError, SilentServerError
from workflows.runner.kept import Kept

BEGAN = 10
"""The event that the last task began with."""
STARTED, COMPLETED = "workflow_task_started", "workflow_task_completed"
COMMAND, SIGNALED = "activity_task_scheduled", "workflow_execution_signaled"


class Deaf(WorkflowInstance):
    """A case that does nothing, and orders as many steps as it is told."""

    def __init__(self, commands: int) -> None:
        self.taken: list[WorkflowActivation] = []
        self._commands = commands

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.taken.append(act)
        done = WorkflowActivationCompletion()
        done.successful.SetInParent()
        for _ in range(self._commands):
            done.successful.commands.add().schedule_activity.SetInParent()
        return done

    def get_info(self) -> Any:
        return SimpleNamespace(workflow_id="activation-1", run_id="run")

    def get_serialization_context(self, command_info: Any) -> Any: ...
    def get_external_store_context(self, command_info: Any) -> Any: ...
    def get_thread_id(self) -> int | None: ...


def server(*words: str, first: int = BEGAN) -> EventsAfter:
    """Return what answers for a server whose history has these events, from one on."""
    types = [EventType.Value(f"EVENT_TYPE_{word.upper()}") for word in words]
    events = [HistoryEvent(event_id=number, event_type=kind) for number, kind in enumerate(types, first)]
    return lambda _identifier, _run_id, after: [each for each in events if each.event_id > after] or None


def untouchable(*_: object) -> None:
    raise AssertionError("the server was asked")


def task(at: int = BEGAN, *, is_replaying: bool = False, kind: str = "signal_workflow") -> WorkflowActivation:
    job = WorkflowActivationJob()
    getattr(job, kind).SetInParent()
    return WorkflowActivation(history_length=at, is_replaying=is_replaying, jobs=[job])


def question(at: int = BEGAN, name: str = ASKED_ALONE) -> WorkflowActivation:
    act = WorkflowActivation(history_length=at, is_replaying=True)
    act.jobs.add().query_workflow.query_id = name
    return act


def asked(events: EventsAfter | None, *acts: WorkflowActivation, commands: int = 1) -> Deaf:
    """Return the case after all of it, its earlier tasks left out."""
    case = Deaf(commands)
    guarded = Guarded(case, events, Kept(0))
    guarded.activate(task(BEGAN - 4, is_replaying=True))
    case.taken.clear()
    for act in acts:
        guarded.activate(act)
    return case


def test_a_question_after_a_task_that_is_over_is_answered_and_the_server_asked_once() -> None:
    calls = []

    def counting(identifier: str, run_id: str, after: int) -> Any:
        calls.append((identifier, run_id, after))
        return server(STARTED, COMPLETED, COMMAND)(identifier, run_id, after)

    case = asked(counting, task(), question(), question())

    assert len(case.taken) == 3
    assert calls == [("activation-1", "run", BEGAN - 1)]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(server(SIGNALED, "workflow_task_scheduled"), id="its task waits for a worker"),
        pytest.param(server(STARTED), id="its task is not over"),
        pytest.param(server(STARTED, "workflow_task_timed_out"), id="its task came to nothing"),
        pytest.param(server(), id="the server does not answer"),
    ],
)
def test_a_question_that_brought_its_own_news_is_refused(events: EventsAfter) -> None:
    with pytest.raises(OldClockError):
        asked(events, task(), question())


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param((task(is_replaying=True), question()), id="what was replayed is sure"),
        pytest.param((task(), question(name="of-a-task")), id="a question that came with a task"),
        pytest.param((task(), task(BEGAN + 4, is_replaying=True), question(BEGAN + 4)), id="a task came since"),
        pytest.param((task(is_replaying=True), question(BEGAN + 3)), id="the task's own end and its command"),
    ],
)
def test_the_server_is_not_asked_where_nothing_is_doubtful(acts: tuple[WorkflowActivation, ...]) -> None:
    assert len(asked(untouchable, *acts).taken) == len(acts)


def test_a_refused_update_is_no_news() -> None:
    assert len(asked(untouchable, task(kind="do_update"), question(), commands=0).taken) == 2


def test_a_question_that_takes_a_tasks_beginning_from_an_update_is_refused() -> None:
    length = BEGAN + 4  # the end of the last task, its command, scheduled, started
    update_waits = server(STARTED, first=length)
    update_is_over = server(STARTED, COMPLETED, first=length)

    with pytest.raises(OldClockError):
        asked(update_waits, task(is_replaying=True), question(length))
    assert len(asked(update_is_over, task(is_replaying=True), question(length)).taken) == 2


def test_what_may_be_two_tasks_fails_where_the_server_says_nothing() -> None:
    two_tasks_long = task(BEGAN + 3)

    with pytest.raises(SilentServerError):
        asked(server(), two_tasks_long, commands=0)


def test_what_may_be_two_tasks_is_taken_as_one_where_there_is_no_server_to_ask() -> None:
    assert len(asked(None, task(BEGAN + 3), commands=0).taken) == 1
