"""A case must never go by the time of an earlier task.

The history that answers a question may end with news whose own task has not begun: a message, a timer, an activity's
result. The SDK (1.35 and its core) hands that news to the code at once, with the time of the last task, which may lie
weeks back: a payment would be dated weeks ago.

The worker keeps no case between tasks, so such a state never reaches the task proper, which begins anew from the
history. That leaves the answer to the question, which is refused here; whoever asked asks again.
"""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info

from domain.contract import ASK_AGAIN
from domain.errors import ActivaError

ASKED_ALONE = "legacy_query"
"""What the SDK's core calls a question that came without a task; one that came with a task has the server's own id."""


class OldClockError(ActivaError):
    """The answer would go by the time of an earlier task."""


class Guarded(WorkflowInstance):
    """An instance, for one task or one question, that does not tell what it took at the time of an earlier task."""

    def __init__(self, instance: WorkflowInstance) -> None:
        """Guard an instance that has had no activation yet."""
        self._instance = instance
        self._has_news = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Run the activation; raises OldClockError, which fails it, where the answer would be wrong."""
        if self._has_news and any(job.query_workflow.query_id == ASKED_ALONE for job in act.jobs):
            raise OldClockError(ASK_AGAIN)
        self._has_news = self._has_news or not act.is_replaying
        return self._instance.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
