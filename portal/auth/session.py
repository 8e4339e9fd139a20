"""Who is logged in, in a signed cookie: company or staff name, role, two instants. No personal data, no server state.

It ends after 30 minutes without a page, and after eight hours in any case.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError

from domain.contract import CompanyId
from domain.errors import ActivaError
from domain.model import Model
from portal.auth.hand_off import Claims
from portal.auth.roles import STAFF, Role

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)


class SessionMissingError(ActivaError):
    """Nobody is logged in, or no longer."""


class NotYoursError(ActivaError):
    """What was asked for is not this role's, or not this company's: to the asker it does not exist."""


class Session(Model):
    """Somebody at work, in a role, since when and until when seen (seconds since 1970)."""

    role: Role
    since: int
    seen: int


class RepresentativeSession(Session):
    """The representative of one company."""

    company_id: CompanyId


class StaffSession(Session):
    """Somebody of the lender's, by the name that stands in timelines."""

    staff: str

    @property
    def by(self) -> str:
        """The sender of what this person does."""
        return f"support:{self.staff}"


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; the prefix makes browsers refuse a cookie that another host has set."""
    return "__Host-activa" if secure else "activa"


def begin(request: Request, claims: Claims, now: datetime) -> None:
    """Log a person in, whoever was before."""
    at, role = int(now.timestamp()), claims.role
    request.session.clear()
    session: Session
    if claims.company_id is not None and role is Role.REPRESENTATIVE:
        session = RepresentativeSession(role=role, since=at, seen=at, company_id=claims.company_id)
    else:
        session = StaffSession(role=role, since=at, seen=at, staff=claims.sub)
    request.session.update(session.model_dump(mode="json"))


def end(request: Request) -> None:
    """Log out."""
    request.session.clear()


def representative(request: Request) -> RepresentativeSession:
    """Return the session of a representative, for a router's dependencies."""
    session = current(request)
    if not isinstance(session, RepresentativeSession):
        raise NotYoursError
    return session


def staff(request: Request) -> StaffSession:
    """Return the session of somebody of support, whether or not they may change things."""
    session = current(request)
    if not isinstance(session, StaffSession):
        raise NotYoursError
    return session


def support(request: Request) -> StaffSession:
    """Return the session of somebody of support who may change things."""
    session = staff(request)
    if session.role is not Role.SUPPORT:
        raise NotYoursError
    return session


def current(request: Request) -> Session:
    """Return the session and keep it alive; raises SessionMissingError.

    What a waiting page asks for by itself keeps nothing alive.
    """
    now = int(request.app.state.portal.now().timestamp())
    session = _read(dict(request.session))
    if session is None:
        raise SessionMissingError
    if now - session.seen > IDLE.total_seconds() or now - session.since > LONGEST.total_seconds():
        request.session.clear()
        raise SessionMissingError
    if not (request.method == "GET" and "hx-request" in request.headers):
        request.session["seen"] = now
    return session


def _read(values: dict[str, Any]) -> Session | None:
    for kind, roles in ((RepresentativeSession, {Role.REPRESENTATIVE}), (StaffSession, STAFF)):
        try:
            session = kind.model_validate(values)
        except ValidationError:
            continue
        if session.role in roles:
            return session
    return None
