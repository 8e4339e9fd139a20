"""The desk's first page: counts, charts, lists by stage, by end and by need of attention, and the search."""

import asyncio
import json
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from domain.calendar import bogota_date, start_of_day
from domain.contract import is_company_id
from portal.auth import session
from portal.cases import Filter
from portal.desk.dependencies import AtDesk
from portal.desk.filters import WITHIN_DAYS, Chosen, chosen_filter
from portal.desk.words import FUNNEL, STAGES
from portal.web.dependencies import InPortal

router = APIRouter(prefix="/soporte", dependencies=[Depends(session.staff)])
PAGE_SIZE: Final = 25
WEEKS: Final = 8


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; `share` is of the longest bar, from 0 to 100."""

    label: str
    count: int
    share: float
    path: str | None = None


@router.get("")
async def home(request: Request, portal: InPortal, desk: AtDesk) -> Response:
    """Show how many cases there are of each kind, and the way to each list."""
    now = portal.now()
    stages, weeks, attention = await asyncio.gather(
        asyncio.gather(*(desk.cases.count(Filter(stage=stage)) for stage in FUNNEL)),
        asyncio.gather(*(desk.cases.count(_week(now, number)) for number in range(WEEKS))),
        desk.cases.count(Filter(needs_attention=True)),
    )
    funnel = _bars(
        [
            (STAGES[stage], count, f"/soporte/casos?etapa={stage.value}")
            for stage, count in zip(FUNNEL, stages, strict=True)
        ]
    )
    expiries = _bars([(_first_day(now, number), count, None) for number, count in enumerate(weeks)])
    values = {"funnel": funnel, "expiries": expiries, "attention": attention, "total": sum(stages)}
    return portal.pages.page(request, "desk_home.html", values)


@router.post("/buscar")
async def search(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    q: Annotated[str, Form()] = "",
    despues: Annotated[str, Form()] = "",
    parecidas: Annotated[bool, Form()] = False,
) -> Response:
    """Find companies by id, NIT or name, a page after a company; an exact company id leads to its case at once.

    It is asked for by a POST on every page, so that no name stands in an address.
    """
    text, after = q.strip()[:120], despues if is_company_id(despues) else None
    searching = desk.directory.search(text, after, near=parecidas)
    if after is None and is_company_id(text):
        found, has_case = await asyncio.gather(searching, desk.has(text))
        if has_case:
            return RedirectResponse(f"/soporte/casos/{text}", status_code=303)
    else:
        found = await searching
    values = {"q": text, "found": found, "first": after is None, "whole": await desk.directory.is_whole()}
    return portal.pages.page(request, "desk_search.html", values)


@router.get("/casos")
async def cases(
    request: Request, portal: InPortal, desk: AtDesk, chosen: Annotated[Chosen, Depends()], pagina: str = ""
) -> Response:
    """Show one page of a list."""
    wanted, search = chosen_filter(chosen, portal.now()), json.dumps(["desk", *astuple(chosen)])
    token = portal.cursors.read(pagina, search) if pagina else None
    page, total = await asyncio.gather(desk.cases.page(wanted, PAGE_SIZE, token), desk.cases.count(wanted))
    names = await desk.directory.names(each.company_id for each in page.cases)
    values: dict[str, Any] = {
        "listed": [(each, names.get(each.company_id)) for each in page.cases],
        "total": total,
        "chosen": chosen,
        "stages": {stage.value: STAGES[stage] for stage in FUNNEL},
        "words": STAGES,
        "within": WITHIN_DAYS,
        "following": portal.cursors.made(page.next_token, search) if page.next_token else "",
    }
    return portal.pages.page(request, "desk_list.html", values)


def _week(now: datetime, number: int) -> Filter:
    """Return the filter of what ends in a week, from today on."""
    first = start_of_day(bogota_date(now) + timedelta(days=7 * number))
    return Filter(ends_from=first, ends_before=first + timedelta(days=7))


def _first_day(now: datetime, number: int) -> str:
    first = bogota_date(now) + timedelta(days=7 * number)
    return f"{first.day}/{first.month}"


def _bars(counted: list[tuple[str, int, str | None]]) -> list[Bar]:
    most = max((count for _, count, _ in counted), default=0) or 1
    return [Bar(label, count, 100 * count / most, path) for label, count, path in counted]
