"""Which message a step belongs to, for whoever follows traces: the header of the one is handed to the other.

Nothing is read and nothing is decided here: a case never depends on it. Only a worker that traces has this, and no
command and no event is added, so histories replay with it and without.
docs/decisions/0038-a-step-belongs-to-its-message.md
"""

from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from domain.contract import TRACE_HEADER

LASTS: Final = timedelta(minutes=5)
"""After which a step is no longer a message's doing but time's: reminders have traces of their own."""
MOST_BYTES: Final = 256
"""Of a header that is handed on; what says more is none of ours."""


class Causes(Interceptor):
    """For `Worker(..., interceptors=[Causes()])`."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002  # the SDK's names
        """Return what stands around each case."""
        return _Taken


class _Taken(WorkflowInboundInterceptor):
    """Remembers what was taken last."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002  # the SDK's name
        super().__init__(next)
        self._header: Payload | None = None
        self._taken_at: datetime | None = None

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Ordered(outbound, self))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        if self._taken_at is None:  # a signal that came before the first task is handled before the run begins
            self.take(input.headers.get(TRACE_HEADER))
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        self.take(input.headers.get(TRACE_HEADER))
        await super().handle_signal(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        self.take(input.headers.get(TRACE_HEADER))
        return await super().handle_update_handler(input)

    def take(self, header: Payload | None) -> None:
        """Let what is ordered from now on belong to this one."""
        self._header = header if header is not None and header.ByteSize() <= MOST_BYTES else None
        self._taken_at = workflow.now()

    def cause(self) -> Payload | None:
        """Return what a step that is ordered now belongs to."""
        is_over = self._taken_at is None or workflow.now() - self._taken_at > LASTS
        return None if is_over else self._header


class _Ordered(WorkflowOutboundInterceptor):
    """Hands it to each step; what follows upon a step's result belongs to what the step belonged to."""

    def __init__(self, next: WorkflowOutboundInterceptor, taken: _Taken) -> None:  # noqa: A002
        super().__init__(next)
        self._taken = taken

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        cause = self._taken.cause()
        if cause is None:
            return super().start_activity(input)
        input.headers = {**input.headers, TRACE_HEADER: cause}
        step = super().start_activity(input)
        step.add_done_callback(lambda _: self._taken.take(cause))
        return step
