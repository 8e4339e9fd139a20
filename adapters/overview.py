"""Many cases at once, as Temporal's visibility lists them: counts, and lists by pages.

It follows a change within a second or two.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from adapters.temporal import address_of, server_errors
from domain.contract import WORKFLOW_TYPE
from domain.stage import Stage

RPC_TIMEOUT: Final = timedelta(seconds=5)
_PREFIX: Final = "activation-"
_OPEN: Final = f"WorkflowType = '{WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'"
_STAGE: Final = SearchAttributeKey.for_keyword("ActivationStage")
_LOAN_ENDS_AT: Final = SearchAttributeKey.for_datetime("LoanEndsAt")
_CERTIFICATE_ENDS_AT: Final = SearchAttributeKey.for_datetime("CertificateEndsAt")
_NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool("NeedsAttention")


@dataclass(frozen=True)
class Listed:
    """One open case as a list knows it. Ends are instants, UTC."""

    company_id: str
    stage: Stage
    loan_ends_at: datetime | None
    certificate_ends_at: datetime | None
    needs_attention: bool


@dataclass(frozen=True)
class Filter:
    """Which open cases. Every part that is set must hold; `ends_within` is of loan or certificate, from `now` on."""

    stage: Stage | None = None
    needs_attention: bool = False
    ends_from: datetime | None = None
    ends_before: datetime | None = None

    def query(self) -> str:
        """Return the filter as a visibility query."""
        parts = [_OPEN]
        if self.stage is not None:
            parts.append(f"ActivationStage = '{self.stage.value}'")
        if self.needs_attention:
            parts.append("NeedsAttention = true")
        if self.ends_from is not None and self.ends_before is not None:
            first, last = _text(self.ends_from), _text(self.ends_before)
            within = [
                f"({name} >= '{first}' AND {name} < '{last}' AND ActivationStage IN ({', '.join(map(repr, stages))}))"
                for name, stages in _ENDING.items()
            ]
            parts.append(f"({' OR '.join(within)})")
        return " AND ".join(parts)


_ENDING: Final = {
    "LoanEndsAt": (Stage.LOAN_ACTIVE.value, Stage.CERTIFICATE_IN_PROCESS.value, Stage.CERTIFICATE_REJECTED.value),
    "CertificateEndsAt": (Stage.CERTIFICATE_ACTIVE.value, Stage.CERTIFICATE_EXPIRING.value),
}
"""In which stages an end still lies ahead."""


class Overview:
    """Every open case of a namespace."""

    def __init__(self, client: Client) -> None:
        """Ask through one client."""
        self._client = client

    async def count(self, wanted: Filter) -> int:
        """Return how many cases there are."""
        with server_errors(address_of(self._client)):
            return (await self._client.count_workflows(wanted.query(), rpc_timeout=RPC_TIMEOUT)).count

    async def page(self, wanted: Filter, size: int, token: bytes | None = None) -> tuple[list[Listed], bytes | None]:
        """Return a page of cases and the token of the next page, None on the last."""
        with server_errors(address_of(self._client)):
            found = self._client.list_workflows(
                wanted.query(), page_size=size, next_page_token=token, rpc_timeout=RPC_TIMEOUT
            )
            await found.fetch_next_page()
        listed = [
            Listed(
                company_id=each.id.removeprefix(_PREFIX),
                stage=Stage(each.typed_search_attributes.get(_STAGE) or Stage.STARTED),
                loan_ends_at=each.typed_search_attributes.get(_LOAN_ENDS_AT),
                certificate_ends_at=each.typed_search_attributes.get(_CERTIFICATE_ENDS_AT),
                needs_attention=bool(each.typed_search_attributes.get(_NEEDS_ATTENTION)),
            )
            for each in found.current_page or ()
        ]
        return listed, found.next_page_token or None


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
