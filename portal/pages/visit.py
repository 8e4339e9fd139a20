"""What every page of the representative begins with: the session's company and its case."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from domain.company import Company
from portal.facts import Facts
from portal.parts import Parts, Portal
from portal.roles import Role
from portal.session import Session, admitted

REPRESENTATIVE = admitted(Role.REPRESENTATIVE)


@dataclass(frozen=True)
class Visit:
    """One request of a representative: who, and what is known of their case."""

    request: Request
    portal: Portal
    company_id: str
    company: Company | None
    facts: Facts

    def page(self, template: str, status_code: int = 200, **values: Any) -> Response:
        """Return a page about this case."""
        known = {"company": self.company, "facts": self.facts, "today": self.portal.today()}
        return self.portal.pages.page(self.request, template, {**known, **values}, status_code)


async def _visit(request: Request, parts: Parts, who: Annotated[Session, Depends(REPRESENTATIVE)]) -> Visit:
    facts, company = await asyncio.gather(parts.cases.facts(who.company_id), parts.cases.company(who.company_id))
    return Visit(request, parts, who.company_id, company, facts)


Visited = Annotated[Visit, Depends(_visit)]
Who = Annotated[Session, Depends(REPRESENTATIVE)]
