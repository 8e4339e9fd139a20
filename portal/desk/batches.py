"""One action for every case of a list: looked at first, then run at a limited rate, watched and stopped."""

import asyncio
import uuid
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from pydantic import StringConstraints
from starlette.responses import Response

from domain.messages.models import Message
from portal.auth import session
from portal.auth.session import NotYoursError, StaffSession, support
from portal.cases import Batch, Filter
from portal.cases.desk import Desk
from portal.cases.results import Made, Meant, keep, kept, listed, results
from portal.desk.actions import ACTIONS, Action, payload, quoted, read, spelled
from portal.desk.dependencies import AtDesk
from portal.desk.filters import Chosen, chosen_filter
from portal.desk.words import MADE, SIGNALS, STAGES
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter(prefix="/soporte/lotes", dependencies=[Depends(session.staff)])
MANY: Final = {key: ACTIONS[key] for key in ("silencio", "reenvio", "cierre")}
"""What makes sense for many cases alike."""
RATES: Final = {"1": 1.0, "5": 5.0, "20": 20.0}
SAMPLE: Final = 10
PAGE_SIZE: Final = 25
JobId = Annotated[str, StringConstraints(pattern=r"^desk-[0-9a-f]{32}$")]


@router.get("")
async def batches(request: Request, portal: InPortal, desk: AtDesk) -> Response:
    """Show the latest batches with what came of each."""
    latest = [each.job_id for each in await desk.batches.latest()]
    found = await asyncio.gather(*(desk.batches.batch(job_id) for job_id in latest[:20]))
    return portal.pages.page(request, "desk_batches.html", {"batches": [each for each in found if each is not None]})


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
async def start(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    who: Annotated[StaffSession, Depends(support)],
    accion: Annotated[str, Form()],
    ritmo: Annotated[str, Form()] = "5",
    lote: Annotated[str, Form(pattern=r"^(desk-[0-9a-f]{32})?$")] = "",
) -> Response:
    """Show how many cases it would reach, and which; once that is confirmed, start."""
    typed = await request.form(max_files=0, max_fields=20)
    chosen = Chosen(*(str(typed.get(name, "")) for name in ("etapa", "atencion", "vence")))
    action, rate = _action(accion), ritmo if ritmo in RATES else "5"
    values = {field.name: str(typed.get(field.name, ""))[:600] for field in action.fields}
    wanted = chosen_filter(chosen, portal.now())
    message = read(action, values, who.by)
    total = await desk.cases.count(wanted)
    known: dict[str, Any] = {"total": total, "values": values, "errors": (), "rate": rate}
    if isinstance(message, tuple):
        return _page(request, portal, action, chosen, {**known, "errors": message}, 422)
    if not lote:
        sample, _ = await asyncio.gather(desk.cases.page(wanted, SAMPLE), desk.directory.renew())
        dry = {
            "sample": [(each, desk.directory.name(each.company_id)) for each in sample.cases],
            "shown": spelled(action, values, message),
            "command": command(wanted, action.signal, message, RATES[rate]),
            "job_id": f"desk-{uuid.uuid4().hex}",
            "words": STAGES,
        }
        return _page(request, portal, action, chosen, {**known, **dry})
    if await desk.batches.batch(lote) is None:
        await keep(desk, lote, await listed(desk.cases, wanted, action.signal, message))
    reason = f"{who.by}: {values['reason']}"
    await desk.batches.start(lote, wanted, action.signal, message, reason=reason, per_second=RATES[rate])
    return go(request, f"/soporte/lotes/{lote}")


@router.get("/{job_id}")
async def progress(request: Request, portal: InPortal, desk: AtDesk, job_id: JobId, pagina: int = 1) -> Response:
    """Show how far a batch is, and what each case made of it, one page of them at a time."""
    batch, meant, _ = await asyncio.gather(desk.batches.batch(job_id), kept(desk, job_id), desk.directory.renew())
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
    made = await results(desk, batch, meant, shown, now)
    return {
        "made": [(each, desk.directory.name(each.company_id)) for each in made],
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


def command(wanted: Filter, signal: str, message: Message, per_second: float) -> str:
    """Return the command line that starts the same batch."""
    return (
        f"temporal workflow signal --query {quoted(wanted.query())} --name {signal} \\\n"
        f"  --input {quoted(payload(message))} --rps {per_second:g} --reason {quoted(message.by)} --yes"
    )


def _action(key: str) -> Action:
    if key not in MANY:
        raise NotYoursError
    return MANY[key]


def _page(
    request: Request, portal: InPortal, action: Action, chosen: Chosen, values: dict[str, Any], status_code: int = 200
) -> Response:
    known = {"action": action, "many": MANY, "chosen": chosen, "rates": RATES, "shown": None, **values}
    return portal.pages.page(request, "desk_batch_new.html", known, status_code)
