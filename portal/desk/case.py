"""One case at the desk: everything known of it, and what can be done."""

import asyncio
import io
import json
from functools import partial
from typing import Annotated, Any, Final

import pikepdf
from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints
from starlette.responses import Response

from domain.case.attention import AttentionKind
from domain.contract import COMPANY_ID_PATTERN, UPLOAD_ID_PATTERN
from domain.errors import NotAllowedNowError, NoWorkerError
from domain.messages.four_eyes import weighs
from domain.messages.models import Message, PaymentConfirmed
from domain.profiles.company import Company
from domain.profiles.forms import FieldError
from domain.remarks import remark
from mails import spanish
from portal.auth import session
from portal.auth.roles import Role
from portal.auth.session import NotYoursError, StaffSession, staff, support
from portal.cases.desk import Desk
from portal.cases.desk_facts import DeskFacts
from portal.desk.actions import ACTIONS, Action, command, read, spelled, storable, with_mail
from portal.desk.dependencies import AtDesk, sign_in_again
from portal.desk.proposals import came_of, propose
from portal.desk.timeline import beside
from portal.desk.words import ACTIONS as WORDS
from portal.desk.words import ATTENTION, OUTCOMES, SIGNALS, STAGES
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter(prefix="/soporte/casos/{company_id}", dependencies=[Depends(session.staff)])
CompanyId = Annotated[str, StringConstraints(pattern=COMPANY_ID_PATTERN)]
UploadId = Annotated[str, StringConstraints(pattern=UPLOAD_ID_PATTERN)]
Staff = Annotated[StaffSession, Depends(staff)]
Support = Annotated[StaffSession, Depends(support)]
LONGEST_VALUE: Final = 600


@router.get("")
async def case(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    who: Staff,
    company_id: CompanyId,
    hecho: str = "",
) -> Response:
    """Show one case."""
    facts, company, person = await asyncio.gather(
        desk.facts(company_id), portal.cases.company(company_id), portal.cases.representative(company_id)
    )
    values: dict[str, Any] = {
        "facts": facts,
        "company": company,
        "person": person,
        "consents": [] if person is None else await portal.cases.consents(company_id, person),
        "stages": STAGES,
        "words": WORDS,
        "beside": partial(beside, facts=facts),
        "attention": ATTENTION,
        "open_messages": {each.subject for each in facts.attention if each.kind is AttentionKind.REJECTED_MESSAGE},
        "signals": SIGNALS,
        "verdicts": await _verdicts(desk, facts),
        "actions": [each for each in ACTIONS.values() if each.fits(facts)],
        "may_act": who.role is Role.SUPPORT,
        "done": hecho if hecho in {"si", "no", "espera"} else "",
    }
    return portal.pages.page(request, "desk_case.html", values)


async def _verdicts(desk: Desk, facts: DeskFacts) -> dict[str, dict[str, Any]]:
    """Return what was measured on each upload, by its id."""
    ids = [each.upload_id for each in facts.letter.versions]
    kept = await asyncio.gather(*(desk.verdict(facts.company_id, upload_id) for upload_id in ids))
    return {
        upload_id: json.loads(data).get("measured") or {} for upload_id, data in zip(ids, kept, strict=True) if data
    }


@router.get("/carta/{upload_id}.jpg")
async def picture(portal: InPortal, company_id: CompanyId, upload_id: UploadId, pagina: int = 1) -> Response:
    """Show a page of an uploaded letter: the picture that the checker made of it."""
    data = await portal.cases.flattened(company_id, upload_id)
    jpeg = None if data is None else await asyncio.to_thread(_picture, data, pagina)
    if jpeg is None:
        raise NotYoursError
    return Response(jpeg, media_type="image/jpeg")


def _picture(flattened: bytes, page: int) -> bytes | None:
    """Return a page's only picture as it is kept. Nothing is drawn: pdfium would crash under two threads."""
    with pikepdf.open(io.BytesIO(flattened)) as pdf:
        if not 1 <= page <= len(pdf.pages):
            return None
        image = pdf.pages[page - 1].resources.XObject.Im0
        return image.read_raw_bytes()


@router.get("/eventos")
async def events(request: Request, portal: InPortal, desk: AtDesk, who: Staff, company_id: CompanyId) -> Response:
    """Show the events for the billing backend: what waits, and what became of the last ones."""
    facts, company = await asyncio.gather(desk.facts(company_id), portal.cases.company(company_id))
    may_act = who.role is Role.SUPPORT
    values = {"facts": facts, "company": company, "outcomes": OUTCOMES, "may_act": may_act}
    return portal.pages.page(request, "desk_events.html", values)


@router.get("/{key}")
async def form(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    _: Support,
    company_id: CompanyId,
    key: str,
) -> Response:
    """Ask for what an action needs."""
    action = _action(key)
    facts, company = await asyncio.gather(desk.facts(company_id), portal.cases.company(company_id))
    values = {field.name: request.query_params.get(field.name, "")[:LONGEST_VALUE] for field in action.fields}
    if company is not None and "email" in values:
        values["email"] = company.email
    if "amount_cop" in values:
        values["amount_cop"] = str(facts.payment.total_cop)
    if action.decides:
        values["upload_id"] = _waiting(facts)
    return _page(request, portal, action, _whose(company_id, company), values)


@router.post("/{key}")
async def act(
    request: Request,
    portal: InPortal,
    desk: AtDesk,
    who: Support,
    company_id: CompanyId,
    key: str,
) -> Response:
    """Show what would be sent; once that is confirmed, send it and return to the case."""
    action = _action(key)
    typed = await request.form(max_files=0, max_fields=20)
    values = {field.name: str(typed.get(field.name, ""))[:LONGEST_VALUE] for field in action.fields}
    # What was looked at, not what waits now: another letter may have come meanwhile.
    known = {"upload_id": str(typed.get("upload_id", ""))} if action.decides else {}
    message, company = read(action, values, who.by, **known), await portal.cases.company(company_id)
    values |= known
    corrected = with_mail(company, values.get("email"))
    errors = tuple(each for part in (message, corrected) if isinstance(part, tuple) for each in part)
    if errors or isinstance(message, tuple) or isinstance(corrected, tuple):
        return _page(request, portal, action, _whose(company_id, company), values, errors=errors)
    if "cambiar" in typed:
        return _page(request, portal, action, _whose(company_id, company), values)
    again = sign_in_again(portal, who) if weighs(message) else None
    # Where a company's mails go counts too: whoever moves many reads them all.
    counts, rule = weighs(message) or corrected is not None, portal.addresses.four_eyes
    if again or "confirmado" not in typed:
        alone = not counts or await desk.entries.may_enter(who.person, portal.now(), rule)
        review = await _review(desk, company_id, action, values, message, None if alone else rule.entries_per_hour)
        review |= {"again": again, "refused": "confirmado" in typed}
        return _page(request, portal, action, _whose(company_id, company), values, review=review)
    if counts and not await desk.entries.take(who.person, portal.now(), rule):
        return go(request, await propose(portal, desk, who, company_id, action, storable(values, message)))
    if corrected is not None:
        await desk.correct(corrected, who.by)
    return go(request, came_of(company_id, await desk.send(company_id, action.signal, message)))


async def _review(
    desk: Desk, company_id: str, action: Action, values: dict[str, str], message: Message, entries: int | None
) -> dict[str, Any]:
    """Return what is shown before it is confirmed; `entries` is how many were made, where a second person is needed."""
    return {
        "shown": spelled(action, values, message),
        "command": command(company_id, action.signal, message) if entries is None else None,
        "entries": entries,
        "warning": await _warning(desk, company_id, message) or action.warning,
    }


def _waiting(facts: DeskFacts) -> str:
    """Return the upload that waits for a decision."""
    if facts.letter.under_review is None:
        raise NotAllowedNowError(remark("no_review"))
    return facts.letter.under_review.upload_id


async def _warning(desk: Desk, company_id: str, message: Message) -> str | None:
    """Return what support should know before it confirms a payment below the total; nothing without a worker."""
    if not isinstance(message, PaymentConfirmed):
        return None
    try:
        total_cop = (await desk.facts(company_id)).payment.total_cop
    except NoWorkerError:
        return None
    if message.amount_cop >= total_cop:
        return None
    return f"El total es {spanish.pesos(total_cop)}: con este valor el certificado no queda pago."


def _whose(company_id: str, company: Company | None) -> dict[str, str]:
    return {"company_id": company_id, "name": company_id if company is None else company.legal_name}


def _action(key: str) -> Action:
    if key not in ACTIONS:
        raise NotYoursError
    return ACTIONS[key]


def _page(
    request: Request,
    portal: InPortal,
    action: Action,
    whose: dict[str, str],
    values: dict[str, str],
    errors: tuple[FieldError, ...] = (),
    review: dict[str, Any] | None = None,
) -> Response:
    asked = {"shown": None, "warning": action.warning, "again": None, "refused": False, "entries": None}
    known = {**whose, "action": action, "values": values, "errors": errors, **(review or asked)}
    return portal.pages.page(request, "desk_action.html", known, 422 if errors else 403 if known["refused"] else 200)
