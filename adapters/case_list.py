"""The cases as Temporal's list of workflows has them: a second or so behind, and needing no worker."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from adapters.outlines import CERTIFICATE_ENDS_AT, LOAN_ENDS_AT, NEEDS_ATTENTION, STAGE
from adapters.temporal import address_of, server_errors
from domain.contract import WORKFLOW_TYPE, company_of
from domain.model import Model
from domain.views.stage import Stage

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


class Filter(Model):
    """Which cases: every part that is set must hold. An end is of the loan or the certificate, whichever is ahead.

    Closed cases are listed when they are asked for by their stage, and only then: a company that was started again
    has both.
    """

    stage: Stage | None = None
    needs_attention: bool | None = None
    ends_from: datetime | None = None
    ends_before: datetime | None = None

    def query(self) -> str:
        """Return the filter as a visibility query. A run that was continued as new is no case of its own."""
        parts = [f"WorkflowType = '{WORKFLOW_TYPE}'"]
        if self.stage is Stage.CLOSED:
            parts += ["ExecutionStatus != 'Running'", "ExecutionStatus != 'ContinuedAsNew'"]
        else:
            parts.append("ExecutionStatus = 'Running'")
            parts += [] if self.stage is None else [f"{STAGE.name} = '{self.stage.value}'"]
        if self.needs_attention is not None:
            parts.append(f"{NEEDS_ATTENTION.name} = {'true' if self.needs_attention else 'false'}")
        if self.ends_from is not None and self.ends_before is not None:
            ending = [_ends(each, stages, self.ends_from, self.ends_before) for each, stages in _AHEAD.items()]
            parts.append(f"({' OR '.join(ending)})")
        return " AND ".join(parts)


_AHEAD: Final = {
    LOAN_ENDS_AT.name: (Stage.LOAN_ACTIVE, Stage.CERTIFICATE_IN_PROCESS, Stage.CERTIFICATE_REJECTED),
    CERTIFICATE_ENDS_AT.name: (Stage.CERTIFICATE_ACTIVE, Stage.CERTIFICATE_EXPIRING),
}
"""In which stages an end still lies ahead."""


def _ends(attribute: str, stages: tuple[Stage, ...], first: datetime, last: datetime) -> str:
    named = ", ".join(f"'{stage.value}'" for stage in stages)
    within = f"{attribute} >= '{_instant(first)}' AND {attribute} < '{_instant(last)}'"
    return f"({within} AND {STAGE.name} IN ({named}))"


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class CaseList:
    """Every case that the namespace knows."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def page(self, wanted: Filter, limit: int, token: bytes | None = None) -> CasePage:
        """Return up to `limit` cases from where a page before has ended.

        The token is the server's own; another makes it fail.
        """
        with server_errors(address_of(self._client)):
            async with asyncio.timeout(LIST_TIMEOUT.total_seconds()):
                found = self._client.list_workflows(
                    wanted.query(), page_size=limit, next_page_token=token, rpc_timeout=LIST_TIMEOUT
                )
                await found.fetch_next_page()
        cases = tuple(one for each in found.current_page or () if (one := _listed(each)) is not None)
        return CasePage(cases=cases, next_token=found.next_page_token or None)

    async def count(self, wanted: Filter) -> int:
        """Return how many cases there are."""
        with server_errors(address_of(self._client)):
            return (await self._client.count_workflows(wanted.query(), rpc_timeout=LIST_TIMEOUT)).count


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
