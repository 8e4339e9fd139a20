"""Who is logged in, in a signed cookie: company or staff name, role, ids, two instants. No personal data.

It ends after 30 minutes without a page, after eight hours in any case, when its person leaves, comes in anew or is put
out: a record in the store tells which session of a person is alive.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, cast

from fastapi import Request
from pydantic import ValidationError

from audit_trail.asker import asker, person_of
from domain.contract import CompanyId
from domain.errors import ActivaError
from domain.model import Model
from portal.auth.hand_off import Claims, Door
from portal.auth.live_sessions import LiveSessions
from portal.auth.roles import STAFF, Role

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
DECIDED_WITHIN: Final = timedelta(minutes=5)
_PROPOSED: Final = "proposed"


class SessionMissingError(ActivaError):
    """Nobody is logged in, or no longer."""


class NotYoursError(ActivaError):
    """What was asked for is not this role's, or not this company's: to the asker it does not exist."""


class Session(Model):
    """Somebody at work, in a role, since when and until when seen (seconds since 1970)."""

    id: str
    person: str
    """A digest, under which the record of this session is found."""
    role: Role
    since: int
    seen: int


class RepresentativeSession(Session):
    """The representative of one company."""

    company_id: CompanyId


class StaffSession(Session):
    """Somebody of the lender's, by the name that stands in timelines."""

    staff: str
    auth_at: int = 0
    """When the issuer has asked who they are (seconds since 1970); a session of before knows of no time."""
    strong: bool = False
    """Whether it has asked as the settings want it for what weighs."""

    @property
    def by(self) -> str:
        """The sender of what this person does."""
        return f"support:{self.staff}"


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; the prefix makes browsers refuse a cookie that another host has set."""
    return "__Host-activa" if secure else "activa"


class Newcomer(Model):
    """Whom a token lets in."""

    person: str
    role: Role
    company_id: CompanyId | None = None
    staff: str | None = None
    auth_at: int | None = None
    strong: bool | None = None

    @classmethod
    def of(cls, claims: Claims, methods: Collection[str] = ()) -> "Newcomer":
        """Return whom a token names; a representative is known by their company, and by a digest.

        One of `methods` must have been used by staff for what weighs; any does where there are none.
        """
        if claims.role is Role.REPRESENTATIVE:
            person = person_of(claims.role, claims.company_id, claims.sub)
            return cls(person=person, role=claims.role, company_id=claims.company_id)
        strong = not methods or not claims.methods.isdisjoint(methods)
        return cls(
            # Whichever company a token of theirs may name beside, it is the same person.
            person=person_of(claims.role, None, claims.sub),
            role=claims.role,
            staff=claims.sub,
            auth_at=claims.signed_in_at,
            strong=strong,
        )


async def begin(request: Request, who: Newcomer, now: datetime) -> None:
    """Log a person in, whoever was before; their earlier session ends, wherever it is."""
    at = int(now.timestamp())
    values: dict[str, Any] = who.model_dump(mode="json", exclude_none=True)
    values |= {"id": secrets.token_hex(16), "since": at, "seen": at}
    about = {name: value for name, value in values.items() if name in {"role", "company_id", "staff", "since"}}
    await _live(request).begin(who.person, values["id"], about)
    request.session.clear()
    request.session.update(values)
    asker().identify(who.person, who.role.value, who.company_id)


async def would_replace(request: Request, who: Newcomer) -> bool:
    """Tell whether this browser is at work for another company."""
    before = _read(dict(request.session))
    if not isinstance(before, RepresentativeSession) or before.company_id == who.company_id:
        return False
    return await _live(request).is_live(before.person, before.id)


def propose(request: Request, who: Newcomer, now: datetime) -> None:
    """Remember who wants to come in until the person at the browser has said so; that is good once, as a token is."""
    offer = {"id": secrets.token_hex(16), "until": _until(now)}
    request.session[_PROPOSED] = {**who.model_dump(mode="json", exclude_none=True), **offer}


async def begin_proposed(request: Request, now: datetime) -> bool:
    """Log in whoever was remembered; False when it is too late, was done before, or nobody was."""
    values = dict(request.session.pop(_PROPOSED, None) or {})
    offer, until = values.pop("id", None), values.pop("until", 0)
    if offer is None or until < now.timestamp():
        return False
    who = Newcomer.model_validate(values)
    if not await _door(request).use_up(offer, who.role):
        return False
    await begin(request, who, now)
    return True


def _until(now: datetime) -> int:
    return int((now + DECIDED_WITHIN).timestamp())


async def end(request: Request) -> bool:
    """Log out, also whoever has copied the cookie; False when nobody was logged in."""
    session, offered = _read(dict(request.session)), request.session.get(_PROPOSED)
    request.session.clear()
    if offered is not None and "id" in offered:
        await _door(request).use_up(offered["id"], Role(offered["role"]))
    if session is None:
        return False
    _identify(session)
    await _live(request).end(session.person, session.id)
    return True


def _identify(session: Session) -> None:
    company_id = session.company_id if isinstance(session, RepresentativeSession) else None
    asker().identify(session.person, session.role.value, company_id)


def _door(request: Request) -> Door:
    return cast("Door", request.app.state.portal.door)


def _live(request: Request) -> LiveSessions:
    return cast("LiveSessions", request.app.state.portal.sessions)


async def representative(request: Request) -> RepresentativeSession:
    """Return the session of a representative, for a router's dependencies."""
    session = await current(request)
    if not isinstance(session, RepresentativeSession):
        raise NotYoursError
    return session


async def staff(request: Request) -> StaffSession:
    """Return the session of somebody of support, whether or not they may change things."""
    session = await current(request)
    if not isinstance(session, StaffSession):
        raise NotYoursError
    return session


async def support(request: Request) -> StaffSession:
    """Return the session of somebody of support who may change things."""
    session = await staff(request)
    if session.role is not Role.SUPPORT:
        raise NotYoursError
    return session


async def current(request: Request) -> Session:
    """Return the session and keep it alive; raises SessionMissingError.

    What a waiting page asks for by itself keeps nothing alive. It is looked up once for each request.
    """
    found: Session | None = getattr(request.state, "session", None)
    if found is None:
        found = request.state.session = await _looked_up(request)
    return found


async def _looked_up(request: Request) -> Session:
    session = claimed(request)
    if session is None or not await _live(request).is_live(session.person, session.id):
        request.session.clear()
        raise SessionMissingError
    _identify(session)
    if not (request.method == "GET" and "hx-request" in request.headers):
        request.session["seen"] = _now(request)
    return session


def claimed(request: Request) -> Session | None:
    """Return whose the cookie is while its time lasts. Nothing is told on its word: it may be an ended one's copy."""
    now, session = _now(request), _read(dict(request.session))
    if session is None or now - session.seen > IDLE.total_seconds() or now - session.since > LONGEST.total_seconds():
        return None
    return session


def _now(request: Request) -> int:
    return int(request.app.state.portal.now().timestamp())


def _read(values: dict[str, Any]) -> Session | None:
    values.pop(_PROPOSED, None)
    for kind, roles in ((RepresentativeSession, {Role.REPRESENTATIVE}), (StaffSession, STAFF)):
        try:
            session = kind.model_validate(values)
        except ValidationError:
            continue
        if session.role in roles:
            return session
    return None
