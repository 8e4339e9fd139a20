"""What every page of the representative begins with: the session's company and its case."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Request
from starlette.responses import Response

from domain.errors import NoWorkerError
from domain.profiles.company import Company
from portal.auth.session import NotYoursError, RepresentativeSession, claimed, representative
from portal.cases.facts import Facts
from portal.web.dependencies import InPortal, Portal

Who = Annotated[RepresentativeSession, Depends(representative)]


@dataclass(frozen=True)
class Visit:
    """One request of a representative: who, and what is known of their case. `known` is None without a worker."""

    request: Request
    portal: Portal
    company_id: str
    company: Company | None
    known: Facts | None

    @property
    def facts(self) -> Facts:
        """The case; raises NoWorkerError when no worker has told it."""
        if self.known is None:
            raise NoWorkerError("no worker has told the case")
        return self.known

    def page(self, template: str, status_code: int = 200, **values: Any) -> Response:
        """Return a page about this case."""
        known = {
            "company": self.company,
            "facts": self.known,
            "today": self.portal.today(),
            "upload_bytes": self.portal.upload_bytes,
        }
        return self.portal.pages.page(self.request, template, {**known, **values}, status_code)


_Read: TypeAlias = asyncio.Future[tuple[Facts | BaseException, Company | BaseException | None]]


async def _reading(request: Request, portal: InPortal) -> AsyncIterator[_Read | None]:
    """Begin to read the case while the record tells whether the session lives: the page then waits for both at once."""
    session = claimed(request)
    if not isinstance(session, RepresentativeSession):
        yield None
        return
    begun = asyncio.gather(
        portal.cases.facts(session.company_id), portal.cases.company(session.company_id), return_exceptions=True
    )
    try:
        yield begun
    finally:
        begun.cancel()


async def _sent(
    request: Request, portal: InPortal, begun: Annotated[_Read | None, Depends(_reading)], who: Who
) -> Visit:
    if begun is None:
        raise NotYoursError
    facts, company = await begun
    if isinstance(company, BaseException):
        raise company
    if isinstance(facts, BaseException) and not isinstance(facts, NoWorkerError):
        raise facts
    return Visit(request, portal, who.company_id, company, None if isinstance(facts, BaseException) else facts)


async def _visit(sent: Annotated[Visit, Depends(_sent)]) -> Visit:
    if sent.known is None:
        raise NoWorkerError("no worker has told the case")
    return sent


OF_A_CASE: Final = (Depends(_reading), Depends(representative))
"""For routers whose every page shows a case: whose it is, and the case, are found out at once."""
Visited = Annotated[Visit, Depends(_visit)]
"""For pages that show the case."""
Sent = Annotated[Visit, Depends(_sent)]
"""For what a person has typed or sent, which is kept whether or not a worker runs."""
