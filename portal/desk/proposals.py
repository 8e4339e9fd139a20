"""What was rehearsed or proposed, on a page of its own: confirmed by whoever may, and then done.

A batch runs from here alone, for the very cases that its rehearsal has named. What needs four eyes is asked for by
one person, who can't confirm it, and confirmed by another, who finds it in the list of what waits.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints, ValidationError
from starlette.responses import Response

from domain.errors import CaseNotFoundError
from domain.messages.four_eyes import digest_of, ends, weighs
from domain.messages.models import Message
from domain.profiles.company import Company
from portal.auth import session
from portal.auth.roles import Role
from portal.auth.session import NotYoursError, StaffSession, staff, support
from portal.cases import Filter
from portal.cases.desk import Desk
from portal.cases.proposals import Kept, Proposal, Refusal, new_id
from portal.cases.results import Meant, keep, listed
from portal.desk.actions import ACTIONS, Action, payload, quoted, read, spelled, with_mail
from portal.desk.dependencies import AtDesk, SignInAgain, sign_in_again
from portal.desk.words import REFUSALS
from portal.web.dependencies import InPortal, Portal
from portal.web.rendering import go

router = APIRouter(prefix="/soporte/propuestas", dependencies=[Depends(session.staff)])
RATES: Final = {"1": 1.0, "5": 5.0, "20": 20.0}
SAMPLE: Final = 10
ProposalId = Annotated[str, StringConstraints(pattern=r"^desk-[0-9a-f]{32}$")]
Staff = Annotated[StaffSession, Depends(staff)]
Support = Annotated[StaffSession, Depends(support)]


@router.get("/{job_id}")
async def shown(request: Request, portal: InPortal, desk: AtDesk, who: Staff, job_id: ProposalId) -> Response:
    """Show what would be done, or where it is once it is done."""
    proposal = (await _kept(desk, job_id)).value
    if proposal.done_at is not None:
        return go(request, _done_at(proposal))
    return await _page(request, portal, desk, who, proposal)


@router.post("/{job_id}/pedir")
async def ask(request: Request, portal: InPortal, desk: AtDesk, who: Support, job_id: ProposalId) -> Response:
    """Put a proposal before a second person."""
    kept = await _kept(desk, job_id)
    proposal, now = kept.value, portal.now()
    refusal = Refusal.LATE if proposal.late(now, to_confirm(portal)) else None
    if proposal.by != who.by:
        refusal = Refusal.NOT_YOURS
    if again := sign_in_again(portal, who):
        return await _page(request, portal, desk, who, proposal, again=again)
    if refusal is not None:
        return await _page(request, portal, desk, who, proposal, refusal=refusal)
    if proposal.asked_at is None and proposal.done_at is None:
        await portal.trail.before("proposal_asked", _whose(proposal), job_id)
        await desk.proposals.change(kept, asked_at=now)
    return go(request, f"/soporte/propuestas/{job_id}")


@router.post("/{job_id}/retirar")
async def withdraw(request: Request, portal: InPortal, desk: AtDesk, who: Support, job_id: ProposalId) -> Response:
    """Take a proposal back before anybody has confirmed it."""
    kept = await _kept(desk, job_id)
    if kept.value.by != who.by:
        raise NotYoursError
    if kept.value.confirmed_by is None:
        await portal.trail.before("proposal_withdrawn", _whose(kept.value), job_id)
        await desk.proposals.change(kept, asked_at=None)
    return go(request, f"/soporte/propuestas/{job_id}")


@router.post("/{job_id}/confirmar")
async def confirm(request: Request, portal: InPortal, desk: AtDesk, who: Support, job_id: ProposalId) -> Response:
    """Do what was proposed, if this person may, and it is still what was seen."""
    kept = await _kept(desk, job_id)
    proposal, message = kept.value, _message(kept.value)
    again = sign_in_again(portal, who) if proposal.second or weighs(message) else None
    if again is not None:
        return await _page(request, portal, desk, who, proposal, again=again)
    refusal = proposal.refuses(who.by, portal.now(), to_confirm(portal))
    if refusal is None and not await _is_the_same(desk, proposal, message):
        refusal = Refusal.CHANGED
    if refusal is None and not await _may_do_so_much(portal, desk, who, proposal):
        await desk.proposals.change(kept, second=True)
        refusal = Refusal.TOO_MANY
    if refusal is None and proposal.confirmed_by is None:
        await portal.trail.before("proposal_confirmed", _whose(proposal), job_id)
        if not await desk.proposals.change(kept, confirmed_by=who.by, confirmed_at=portal.now()):
            refusal = Refusal.OVERTAKEN
        kept = await _kept(desk, job_id)
    if refusal is not None:
        return await _page(request, portal, desk, who, (await _kept(desk, job_id)).value, refusal=refusal)
    path = await _do(portal, desk, kept.value, message)
    await desk.proposals.change(kept, done_at=portal.now())
    return go(request, path)


async def propose(
    portal: Portal, desk: Desk, who: StaffSession, company_id: str, action: Action, values: dict[str, str]
) -> str:
    """Keep an entry until a second person confirms it; return the page where it waits."""
    if not await desk.has(company_id):
        raise CaseNotFoundError
    now = portal.now()
    proposal = Proposal(
        id=new_id(now),
        action=action.key,
        values=values,
        company_ids=(company_id,),
        by=who.by,
        at=now,
        second=True,
        asked_at=now,
    )
    await portal.trail.before("proposal_asked", company_id, proposal.id)
    await desk.proposals.add(proposal)
    return f"/soporte/propuestas/{proposal.id}"


def came_of(company_id: str, taken: bool | None) -> str:  # as `Desk.send` answers
    """Return the page of a case that says what it made of a message."""
    outcome = {True: "si", False: "no", None: "espera"}[taken]
    return f"/soporte/casos/{company_id}?hecho={outcome}"


async def _may_do_so_much(portal: Portal, desk: Desk, who: StaffSession, proposal: Proposal) -> bool:
    """Count the cases of a batch that is started by one person; one that could not be begun was counted before."""
    if proposal.second or proposal.confirmed_by is not None:
        return True
    count = len(proposal.company_ids)
    return await desk.entries.take_batch(who.person, count, portal.now(), portal.addresses.four_eyes)


async def _do(portal: Portal, desk: Desk, proposal: Proposal, message: Message) -> str:
    """Do what was confirmed and return the page that shows what came of it."""
    signal, confirmed = ACTIONS[proposal.action].signal, f"confirmado por {proposal.confirmed_by}"
    if proposal.wanted is None:
        [company_id] = proposal.company_ids
        corrected = with_mail(await portal.cases.company(company_id), proposal.values.get("email"))
        if isinstance(corrected, Company):
            await desk.correct(corrected, message.by)
        return came_of(company_id, await desk.send(company_id, signal, _signed(message, confirmed)))
    meant = Meant(
        signal=signal,
        by=proposal.by,
        company_ids=proposal.company_ids,
        rehearsed_by=proposal.by,
        confirmed_by=proposal.confirmed_by,
        digest=proposal.digest,
    )
    await keep(desk, proposal.id, meant)
    who = f"{proposal.by}, {confirmed}" if proposal.second else proposal.by
    reason = f"{who}: {getattr(message, 'reason', '')}"
    await desk.batches.start(
        proposal.id, proposal.company_ids, signal, message, reason=reason, per_second=RATES[proposal.rate]
    )
    return _done_at(proposal)


def _signed(message: Message, confirmed: str) -> Message:
    """Return a message whose reason, which the case's timeline shows, names who confirmed it, where there is room."""
    said = f"{getattr(message, 'reason', '')} ({confirmed})"
    try:
        return type(message).model_validate({**message.model_dump(), "reason": said})
    except ValidationError:
        return message


async def _is_the_same(desk: Desk, proposal: Proposal, message: Message) -> bool:
    """Tell whether the list is still the one that was rehearsed."""
    if proposal.wanted is None:
        return True
    signal = ACTIONS[proposal.action].signal
    now = await listed(desk.cases, proposal.wanted, signal, message)
    return not now.cut and proposal.digest == digest_of(proposal.wanted.query(), signal, message, now.company_ids)


def to_confirm(portal: Portal) -> timedelta:
    """Return how long a proposal is good for."""
    return timedelta(minutes=portal.addresses.four_eyes.minutes_to_confirm)


def until(portal: Portal, proposal: Proposal) -> datetime:
    """Return until when a proposal is good."""
    return proposal.at + to_confirm(portal)


def command(wanted: Filter, signal: str, message: Message, per_second: float) -> str:
    """Return the command line that starts the same batch."""
    return (
        f"temporal workflow signal --query {quoted(wanted.query())} --name {signal} \\\n"
        f"  --input {quoted(payload(message))} --rps {per_second:g} --reason {quoted(message.by)} --yes"
    )


async def _kept(desk: Desk, job_id: str) -> Kept:
    kept = await desk.proposals.get(job_id)
    if kept is None:
        raise NotYoursError
    return kept


def _message(proposal: Proposal) -> Message:
    known = {"upload_id": proposal.values["upload_id"]} if ACTIONS[proposal.action].decides else {}
    message = read(ACTIONS[proposal.action], proposal.values, proposal.by, **known)
    if isinstance(message, tuple):  # it was good when it was kept; the rules have changed since
        raise NotYoursError
    return message


def _whose(proposal: Proposal) -> str | None:
    """Return the company of an entry; a batch is of many."""
    return proposal.company_ids[0] if proposal.wanted is None else None


def _done_at(proposal: Proposal) -> str:
    """Return the page of what a proposal was about."""
    return f"/soporte/casos/{proposal.company_ids[0]}" if proposal.wanted is None else f"/soporte/lotes/{proposal.id}"


async def _page(
    request: Request,
    portal: Portal,
    desk: Desk,
    who: StaffSession,
    proposal: Proposal,
    *,
    refusal: Refusal | None = None,
    again: SignInAgain | None = None,
) -> Response:
    sample = proposal.company_ids[:SAMPLE]
    names = await desk.directory.names(sample)
    action, message = ACTIONS[proposal.action], _message(proposal)
    may_act, late = who.role is Role.SUPPORT, proposal.late(portal.now(), to_confirm(portal))
    mine, wanted = proposal.by == who.by, None if proposal.second else proposal.wanted
    values: dict[str, Any] = {
        "proposal": proposal,
        "action": action,
        "shown": spelled(action, proposal.values, message),
        "sample": [(each, names.get(each)) for each in sample],
        "command": None if wanted is None else command(wanted, action.signal, message, RATES[proposal.rate]),
        "mine": mine,
        "until": until(portal, proposal),
        "minutes": portal.addresses.four_eyes.minutes_to_confirm,
        "entries": portal.addresses.four_eyes.entries_per_hour,
        "cases_alone": portal.addresses.four_eyes.cases_alone,
        "ends": ends(message),
        "refusal": None if refusal is None else REFUSALS[refusal],
        "late": late,
        "again": again or (sign_in_again(portal, who) if may_act and (proposal.second or weighs(message)) else None),
        "may_confirm": may_act and proposal.refuses(who.by, portal.now(), to_confirm(portal)) is None,
        "may_ask": may_act and mine and proposal.second and proposal.asked_at is None and not late,
        "may_withdraw": may_act and mine and proposal.asked_at is not None and proposal.confirmed_by is None,
    }
    status = 403 if again else 409 if refusal else 200
    return portal.pages.page(request, "desk_proposal.html", values, status)
