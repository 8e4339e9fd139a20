"""Taking a company's case out of Temporal: closed first, then its history removed, run by run."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import RPC_TIMEOUT, address_of, server_errors
from domain.contract import workflow_id
from domain.errors import NoWorkerError, TemporalUnavailableError

CLOSED_WITHIN: Final = timedelta(seconds=60)
GONE_WITHIN: Final = timedelta(seconds=60)
_ASK_EVERY: Final = timedelta(milliseconds=200)


class CaseRemoval:
    """The runs of companies' cases."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def is_running(self, company_id: str) -> bool | None:
        """Tell whether a company's case is open; None when Temporal knows of none."""
        handle = self._client.get_workflow_handle(workflow_id(company_id))
        with server_errors(address_of(self._client)):
            try:
                found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return None
        return found.status is WorkflowExecutionStatus.RUNNING

    async def until_closed(self, company_id: str, within: timedelta = CLOSED_WITHIN) -> None:
        """Return once the case is closed; raises NoWorkerError when it is not in time."""
        # Asked again and again: a run that is carried on by another has no one event for its end.
        for _ in range(int(within / _ASK_EVERY)):
            if not await self.is_running(company_id):
                return
            await asyncio.sleep(_ASK_EVERY.total_seconds())
        raise NoWorkerError(
            f"the case of {company_id} is still open after {within.total_seconds():g} s and nothing was removed: start "
            "`python worker.py`, or look at what the case still owes, then run this again"
        )

    async def runs(self, company_id: str) -> list[tuple[str, bool]]:
        """Return the runs that the list of workflows has, and whether each is over."""
        query = f"WorkflowId = '{workflow_id(company_id)}'"
        with server_errors(address_of(self._client)):
            found = [each async for each in self._client.list_workflows(query)]
        return [(each.run_id, each.status is not WorkflowExecutionStatus.RUNNING) for each in found]

    async def remove(self, company_id: str, *, open_too: bool, within: timedelta = GONE_WITHIN) -> int:
        """Remove every run, histories and all, and return how many; without `open_too`, those that are over.

        Raises TemporalUnavailableError when the server has not removed them in time.
        """
        removed: set[str] = set()
        for _ in range(int(within / _ASK_EVERY)):
            # The list follows a second or so behind: what it still calls open may be over.
            left = [run_id for run_id, is_over in await self.runs(company_id) if is_over or open_too]
            if not left and not (open_too and await self.is_running(company_id) is not None):
                return len(removed)
            for run_id in set(left) - removed:
                await self._remove(company_id, run_id)
            removed |= set(left)
            await asyncio.sleep(_ASK_EVERY.total_seconds())
        raise TemporalUnavailableError(
            f"Temporal still has {len(left)} runs of {company_id}'s case after {within.total_seconds():g} s; "
            "run this again"
        )

    async def _remove(self, company_id: str, run_id: str) -> None:
        request = DeleteWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id(company_id), run_id=run_id),
        )
        with server_errors(address_of(self._client)):
            try:
                await self._client.workflow_service.delete_workflow_execution(request, timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
