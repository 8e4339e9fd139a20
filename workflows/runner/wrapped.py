"""An instance of a workflow around another one, which answers for it in everything but its activations."""

from typing import Any

from temporalio.converter import SerializationContext, StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info


class Wrapped(WorkflowInstance):
    """What wraps an instance; `activate` is left to whoever derives from it."""

    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:  # noqa: ARG002
        """Return the case, for whose company each payload is encrypted: a case orders nothing of another workflow.

        The sandbox would run code to look up the step that a payload belongs to, once for each.
        """
        info = self.get_info()
        return WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
