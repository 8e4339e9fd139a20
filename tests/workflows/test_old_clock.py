"""News with the time of the activation before is refused."""

from typing import Any

import pytest
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from workflows.old_clock import Guarded, OldClockError


class Recording(WorkflowInstance):
    """An instance that only notes what it is given."""

    def __init__(self) -> None:
        self.seen: list[WorkflowActivation] = []

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.seen.append(act)
        return WorkflowActivationCompletion()

    def get_serialization_context(self, command_info: Any) -> None:
        raise NotImplementedError

    def get_external_store_context(self, command_info: Any) -> Any:
        raise NotImplementedError

    def get_info(self) -> Any:
        raise NotImplementedError

    def get_thread_id(self) -> None:
        raise NotImplementedError


def activation(second: int, kind: str, *, replaying: bool = False) -> WorkflowActivation:
    made = WorkflowActivation(is_replaying=replaying)
    made.timestamp.FromSeconds(second)
    job = made.jobs.add()
    getattr(job, kind).SetInParent()
    if kind == "resolve_activity":
        job.resolve_activity.result.completed.SetInParent()
    return made


@pytest.mark.parametrize("kind", ["signal_workflow", "fire_timer", "cancel_workflow", "resolve_activity"])
def test_news_at_the_time_of_the_task_before_is_refused_and_at_its_own_taken(kind: str) -> None:
    guarded = Guarded(inner := Recording())
    guarded.activate(activation(5, "initialize_workflow", replaying=True))
    with pytest.raises(OldClockError, match="ask again"):
        guarded.activate(activation(5, kind))
    guarded.activate(activation(6, kind))
    assert len(inner.seen) == 2


@pytest.mark.parametrize(("kind", "replaying"), [("query_workflow", False), ("signal_workflow", True)])
def test_questions_and_replays_are_never_refused(kind: str, *, replaying: bool) -> None:
    guarded = Guarded(inner := Recording())
    for each in ("initialize_workflow", kind, kind):
        guarded.activate(activation(5, each, replaying=replaying))
    assert len(inner.seen) == 3


def test_an_activity_that_is_cancelled_within_its_own_task_is_no_news() -> None:
    guarded = Guarded(inner := Recording())
    guarded.activate(activation(5, "signal_workflow"))
    cancelled = activation(5, "resolve_activity")
    cancelled.jobs[0].resolve_activity.result.cancelled.SetInParent()
    guarded.activate(cancelled)
    assert len(inner.seen) == 2
