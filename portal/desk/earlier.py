"""What the desk still shows of lines that a case no longer carries, one kept page of them at a time."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from domain.contract import COMPANY_ID_PATTERN
from portal.auth import session
from portal.auth.session import NotYoursError
from portal.desk.dependencies import AtDesk
from portal.desk.timeline import beside
from portal.desk.words import ACTIONS, SIGNALS
from portal.web.dependencies import InPortal

router = APIRouter(prefix="/soporte/casos/{company_id}", dependencies=[Depends(session.staff)])


@router.get("/anteriores")
async def earlier(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    company_id: Annotated[str, StringConstraints(pattern=COMPANY_ID_PATTERN)],
    pagina: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Show a page of them, the newest first."""
    facts, company, names = await asyncio.gather(
        desk.facts(company_id), portal.cases.company(company_id), desk.earlier(company_id)
    )
    if pagina > len(names):
        raise NotYoursError
    values = {
        "facts": facts,
        "company": company,
        "kept": await desk.earlier_page(company_id, names[pagina - 1]),
        "page": pagina,
        "pages": len(names),
        "words": ACTIONS,
        "signals": SIGNALS,
        "beside": partial(beside, facts=facts),
    }
    return portal.pages.page(request, "desk_earlier.html", values)
