"""One action for every case of a list: rehearsed, then run at a limited rate, watched and stopped.

It starts from its rehearsal alone, in `portal.desk.proposals`.
"""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from pydantic import StringConstraints
from starlette.responses import Response

from domain.messages.four_eyes import digest_of
from portal.auth import session
from portal.auth.session import NotYoursError, StaffSession, support
from portal.cases import Batch
from portal.cases.desk import Desk
from portal.cases.proposals import Proposal, new_id
from portal.cases.results import MOST_KEPT, Made, Meant, kept, listed, results
from portal.desk.actions import ACTIONS, Action, read, storable
from portal.desk.dependencies import AtDesk
from portal.desk.filters import Chosen, chosen_filter
from portal.desk.proposals import RATES, to_confirm, until
from portal.desk.words import MADE, SIGNALS
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter(prefix="/soporte/lotes", dependencies=[Depends(session.staff)])
MANY: Final = {key: ACTIONS[key] for key in ("silencio", "reenvio", "cierre")}
"""What makes sense for many cases alike."""
PAGE_SIZE: Final = 25
JobId = Annotated[str, StringConstraints(pattern=r"^desk-[0-9a-f]{32}$")]


@router.get("")
async def batches(request: Request, portal: InPortal, desk: AtDesk) -> Response:
    """Show the latest batches with what came of each."""
    latest = [each.job_id for each in await desk.batches.latest()]
    found, waiting = await asyncio.gather(
        asyncio.gather(*(desk.batches.batch(job_id) for job_id in latest[:20])),
        desk.proposals.waiting(portal.now(), to_confirm(portal)),
    )
    names = await desk.directory.names(each.company_ids[0] for each in waiting)
    values = {
        "batches": [each for each in found if each is not None],
        "waiting": [(each, ACTIONS[each.action].title, until(portal, each)) for each in waiting],
        "names": {each.id: names.get(each.company_ids[0]) for each in waiting},
    }
    return portal.pages.page(request, "desk_batches.html", values)


@router.get("/nuevo")
async def choose(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    chosen: Annotated[Chosen, Depends()],
    _: Annotated[StaffSession, Depends(support)],
    accion: str = "silencio",
) -> Response:
    """Ask what to do with the cases of a list."""
    action = _action(accion)
    total = await desk.cases.count(chosen_filter(chosen, portal.now()))
    values = {field.name: "" for field in action.fields}
    return _page(request, portal, action, chosen, {"total": total, "values": values, "errors": (), "rate": "5"})


@router.post("/nuevo")
async def rehearse(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    who: Annotated[StaffSession, Depends(support)],
    accion: Annotated[str, Form()],
    ritmo: Annotated[str, Form()] = "5",
) -> Response:
    """Keep what would be sent and to whom, and show it; nothing is sent."""
    typed = await request.form(max_files=0, max_fields=20)
    chosen = Chosen(*(str(typed.get(name, "")) for name in ("etapa", "atencion", "vence")))
    action, rate = _action(accion), ritmo if ritmo in RATES else "5"
    values = {field.name: str(typed.get(field.name, ""))[:600] for field in action.fields}
    wanted, message = chosen_filter(chosen, portal.now()), read(action, values, who.by)
    known: dict[str, Any] = {"values": values, "errors": (), "rate": rate}
    if isinstance(message, tuple):
        known |= {"total": await desk.cases.count(wanted), "errors": message}
        return _page(request, portal, action, chosen, known, 422)
    meant = await listed(desk.cases, wanted, action.signal, message)
    if meant.cut or not meant.company_ids:
        known |= {"total": await desk.cases.count(wanted), "limit": MOST_KEPT if meant.cut else 0}
        return _page(request, portal, action, chosen, known, 422)
    rule, reached = portal.addresses.four_eyes, await desk.entries.reached(who.person)
    proposal = Proposal(
        id=new_id(portal.now()),
        action=accion,
        values=storable(values, message),
        company_ids=meant.company_ids,
        by=who.by,
        at=portal.now(),
        second=rule.batch_needs_second(message, len(meant.company_ids), reached, portal.now()),
        wanted=wanted,
        chosen=asdict(chosen),
        rate=rate,
        digest=digest_of(wanted.query(), action.signal, message, meant.company_ids),
    )
    await desk.proposals.add(proposal)
    return go(request, f"/soporte/propuestas/{proposal.id}")


@router.get("/{job_id}")
async def progress(request: Request, portal: InPortal, desk: AtDesk, job_id: JobId, pagina: int = 1) -> Response:
    """Show how far a batch is, and what each case made of it, one page of them at a time."""
    batch, meant = await asyncio.gather(desk.batches.batch(job_id), kept(desk, job_id))
    if batch is None:
        raise NotYoursError
    values: dict[str, Any] = {"batch": batch, "meant": meant, "signals": SIGNALS}
    values |= {"made": (), "waiting": False, "page": 1, "pages": 1}
    if meant is not None:
        values |= await _answers(desk, batch, meant, pagina, portal.now())
    return portal.pages.page(request, "desk_batch.html", values)


async def _answers(desk: Desk, batch: Batch, meant: Meant, wanted: int, now: datetime) -> dict[str, Any]:
    """Return one page of what the cases made of a batch; a page beyond the last one is the last."""
    pages = max(1, -(-len(meant.company_ids) // PAGE_SIZE))
    page = min(max(wanted, 1), pages)
    shown = meant.company_ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    made, names = await asyncio.gather(results(desk, batch, meant, shown, now), desk.directory.names(shown))
    return {
        "made": [(each, names.get(each.company_id)) for each in made],
        "words": MADE,
        "waiting": batch.state == "completed" and any(each.made is Made.NOT_YET for each in made),
        "missed": any(each.made is Made.MISSED for each in made),
        "page": page,
        "pages": pages,
    }


@router.post("/{job_id}/detener")
async def stop(
    request: Request, desk: AtDesk, who: Annotated[StaffSession, Depends(support)], job_id: JobId
) -> Response:
    """Stop a batch; what was sent stays sent."""
    if await desk.batches.batch(job_id) is None:
        raise NotYoursError
    await desk.batches.stop(job_id, f"stopped by {who.by}")
    return go(request, f"/soporte/lotes/{job_id}")


def _action(key: str) -> Action:
    if key not in MANY:
        raise NotYoursError
    return MANY[key]


def _page(
    request: Request, portal: InPortal, action: Action, chosen: Chosen, values: dict[str, Any], status_code: int = 200
) -> Response:
    known = {"action": action, "many": MANY, "chosen": chosen, "rates": RATES, "limit": None, **values}
    return portal.pages.page(request, "desk_batch_new.html", known, status_code)
