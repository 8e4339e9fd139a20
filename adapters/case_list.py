"""The cases as Temporal's list of workflows has them: a second or so behind, and needing no worker."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from adapters.activations import CERTIFICATE_ENDS_AT, LOAN_ENDS_AT, NEEDS_ATTENTION, STAGE
from adapters.temporal import address_of, server_errors
from domain.contract import WORKFLOW_TYPE, company_of
from domain.model import Model
from domain.stage import Stage

LIST_TIMEOUT: Final = timedelta(seconds=5)


class Listed(Model):
    """One case of the list. Ends are instants, UTC."""

    company_id: str
    stage: Stage
    loan_ends_at: datetime | None = None
    certificate_ends_at: datetime | None = None
    needs_attention: bool = False


class CasePage(Model):
    """Some cases, the latest started first, and where the next ones begin."""

    cases: tuple[Listed, ...]
    next_token: bytes | None = None


class CaseList:
    """Every case that the namespace knows."""

    def __init__(self, client: Client) -> None:
        """Ask through a client."""
        self._client = client

    async def page(
        self, stage: Stage | None, needs_attention: bool | None, limit: int, token: bytes | None
    ) -> CasePage:
        """Return up to `limit` cases from where a page before has ended.

        Closed cases are listed when they are asked for by their stage, and only then: a company that was started
        again has both. The token is the server's own; another makes it fail.
        """
        with server_errors(address_of(self._client)):
            async with asyncio.timeout(LIST_TIMEOUT.total_seconds()):
                found = self._client.list_workflows(
                    _query(stage, needs_attention), page_size=limit, next_page_token=token, rpc_timeout=LIST_TIMEOUT
                )
                await found.fetch_next_page()
        cases = tuple(one for each in found.current_page or () if (one := _listed(each)) is not None)
        return CasePage(cases=cases, next_token=found.next_page_token)


def _query(stage: Stage | None, needs_attention: bool | None) -> str:
    """Return the filter. A run that was continued as new is no case of its own."""
    parts = [f"WorkflowType = '{WORKFLOW_TYPE}'"]
    if stage is Stage.CLOSED:
        parts += ["ExecutionStatus != 'Running'", "ExecutionStatus != 'ContinuedAsNew'"]
    else:
        parts.append("ExecutionStatus = 'Running'")
        parts += [] if stage is None else [f"{STAGE.name} = '{stage.value}'"]
    if needs_attention is not None:
        parts.append(f"{NEEDS_ATTENTION.name} = {'true' if needs_attention else 'false'}")
    return " AND ".join(parts)


def _listed(found: WorkflowExecution) -> Listed | None:
    """Return a case, or None for a workflow that somebody started under an id that no company has."""
    company_id, known = company_of(found.id), found.typed_search_attributes
    if company_id is None:
        return None
    running = found.status is WorkflowExecutionStatus.RUNNING
    return Listed(
        company_id=company_id,
        stage=Stage(known.get(STAGE) or Stage.STARTED) if running else Stage.CLOSED,
        loan_ends_at=known.get(LOAN_ENDS_AT),
        certificate_ends_at=known.get(CERTIFICATE_ENDS_AT),
        needs_attention=bool(known.get(NEEDS_ATTENTION)),
    )
