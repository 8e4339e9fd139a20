"""One signal to many cases: Temporal's batch operations, which go on by themselves and can be watched and stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.batch.v1 import BatchOperationSignal
from temporalio.api.common.v1 import Payloads, WorkflowExecution
from temporalio.api.enums.v1 import BatchOperationState
from temporalio.api.workflowservice.v1 import (
    DescribeBatchOperationRequest,
    ListBatchOperationsRequest,
    StartBatchOperationRequest,
    StopBatchOperationRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.recording import Recorder, Unrecorded
from adapters.temporal import address_of, server_errors
from domain.contract import workflow_id
from domain.errors import BatchRunningError
from domain.messages.models import Message
from domain.remarks import remark

MOST_LISTED: Final = 50
RPC_TIMEOUT: Final = timedelta(seconds=5)
_STATES: Final = {
    BatchOperationState.BATCH_OPERATION_STATE_RUNNING: "running",
    BatchOperationState.BATCH_OPERATION_STATE_COMPLETED: "completed",
    BatchOperationState.BATCH_OPERATION_STATE_FAILED: "failed",
}
_TAKEN: Final = frozenset({RPCStatusCode.ALREADY_EXISTS, RPCStatusCode.RESOURCE_EXHAUSTED})


@dataclass(frozen=True)
class Batch:
    """A batch as it stands. `state` is `running`, `completed`, `failed`, which a stopped one is too, or `unknown`.

    What is done need not have reached its case: one that ended after it was listed counts as done too.
    """

    job_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    total: int = 0
    done: int = 0
    failed: int = 0
    reason: str = ""
    identity: str = ""


class Batches:
    """The batch operations of a namespace."""

    def __init__(self, client: Client, recorder: Recorder | None = None) -> None:
        self._client = client
        self._recorder = recorder or Unrecorded()

    async def start(
        self, job_id: str, company_ids: Iterable[str], signal: str, message: Message, *, reason: str, per_second: float
    ) -> None:
        """Signal these companies' cases and no others; a second start under the same id does nothing.

        The rate is a wish: Temporal's server 1.32 goes by its own setting `worker.batcherRPS` alone.
        Raises BatchRunningError while another batch runs: a namespace takes one at a time.
        """
        await self._recorder.before(f"batch_started {signal}", None, job_id)
        payloads = await self._client.data_converter.encode([message.model_dump(mode="json", exclude_none=True)])
        request = StartBatchOperationRequest(
            namespace=self._client.namespace,
            executions=[WorkflowExecution(workflow_id=workflow_id(each)) for each in company_ids],
            job_id=job_id,
            reason=reason,
            max_operations_per_second=per_second,
            signal_operation=BatchOperationSignal(
                signal=signal, input=Payloads(payloads=payloads), identity=message.by
            ),
        )
        with server_errors(address_of(self._client)):
            try:
                await self._client.workflow_service.start_batch_operation(request, timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status not in _TAKEN:
                    raise
                if await self.batch(job_id) is None:
                    raise BatchRunningError(remark("batch_running")) from None

    async def batch(self, job_id: str) -> Batch | None:
        """Return a batch, or None when there is none of this id."""
        request = DescribeBatchOperationRequest(namespace=self._client.namespace, job_id=job_id)
        with server_errors(address_of(self._client)):
            try:
                found = await self._client.workflow_service.describe_batch_operation(request, timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return None
        return Batch(
            job_id=found.job_id,
            state=_STATES.get(found.state, "unknown"),
            started_at=found.start_time.ToDatetime(UTC),
            ended_at=found.close_time.ToDatetime(UTC) if found.HasField("close_time") else None,
            total=found.total_operation_count,
            done=found.complete_operation_count,
            failed=found.failure_operation_count,
            reason=found.reason,
            identity=found.identity,
        )

    async def stop(self, job_id: str, reason: str) -> None:
        """Stop a batch; the signals that were sent stay sent, and one that is over, or never was, stays as it is."""
        await self._recorder.before("batch_stopped", None, job_id)
        request = StopBatchOperationRequest(namespace=self._client.namespace, job_id=job_id, reason=reason)
        with server_errors(address_of(self._client)):
            try:
                await self._client.workflow_service.stop_batch_operation(request, timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

    async def latest(self) -> list[Batch]:
        """Return the latest batches, the newest first; their counts are told one by one by `batch`."""
        request = ListBatchOperationsRequest(namespace=self._client.namespace, page_size=MOST_LISTED)
        with server_errors(address_of(self._client)):
            found = await self._client.workflow_service.list_batch_operations(request, timeout=RPC_TIMEOUT)
        listed = [
            Batch(each.job_id, _STATES.get(each.state, "unknown"), each.start_time.ToDatetime(UTC))
            for each in found.operation_info
        ]
        return sorted(listed, key=lambda each: each.started_at, reverse=True)
