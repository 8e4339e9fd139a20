"""A case must never go by the time of an earlier task.

A question to a case that no worker holds in its cache replays the case's history. What came since its last task - a
message, a timer, an activity's result - is in that history already, and the SDK (1.35 and its core) hands it to the
code at once, with the time of that last task, which may lie weeks back; it then keeps the case as it is for the task
proper. A payment would be dated weeks ago, and a reminder that has just come due would be put off.

Most such activations can be told: no replay, news, and the time of the one before. Failing one makes the SDK forget
the case. The task begins anew from the history, with its own time, and whoever asked asks again. Where the last task
brought the code nothing, its time is not known here, and the news is let through with it.
"""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info

from domain.contract import ASK_AGAIN


class OldClockError(Exception):
    """News came with the time of an earlier task."""


class Guarded(WorkflowInstance):
    """An instance that takes no news at the time of the activation before."""

    def __init__(self, instance: WorkflowInstance) -> None:
        """Guard an instance that has had no activation yet."""
        self._instance = instance
        self._time_ns = -1

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Run the activation; raises OldClockError, which fails it, where its time is not its own."""
        time_ns = act.timestamp.ToNanoseconds()
        if time_ns == self._time_ns and not act.is_replaying and any(_is_news(job) for job in act.jobs):
            raise OldClockError(ASK_AGAIN)
        self._time_ns = time_ns
        return self._instance.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        """Return the instance's own."""
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        """Return the instance's own."""
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        """Return the instance's own."""
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        """Return the instance's own."""
        return self._instance.get_thread_id()


def _is_news(job: WorkflowActivationJob) -> bool:
    """Whether a job comes of an event of the history: only a task's first activation has such, at a time of its own."""
    kind = job.WhichOneof("variant")
    if kind == "resolve_activity":
        resolved = job.resolve_activity
        return not resolved.is_local and resolved.result.WhichOneof("status") in {"completed", "failed"}
    return kind in {"signal_workflow", "fire_timer", "cancel_workflow"}
