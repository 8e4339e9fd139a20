"""Who is logged in, in a signed cookie: the company, the role and two instants. No personal data, nothing on a server.

It ends after 30 minutes without a page, and after eight hours in any case.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from pydantic import ValidationError

from domain.contract import CompanyId
from domain.model import Model
from portal.roles import Role

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)


class SessionMissingError(Exception):
    """Nobody is logged in, or no longer."""


class NotYoursError(Exception):
    """What was asked for is not this role's, or not this company's: to the asker it does not exist."""


class Session(Model):
    """A person at work: for which company, in which role, and since when (seconds since 1970)."""

    company_id: CompanyId
    role: Role
    since: int
    seen: int


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; the prefix makes browsers refuse a cookie that another host has set."""
    return "__Host-activa" if secure else "activa"


def begin(request: Request, company_id: str, role: Role, now: datetime) -> None:
    """Log a person in, whoever was before."""
    at = int(now.timestamp())
    request.session.clear()
    request.session.update(Session(company_id=company_id, role=role, since=at, seen=at).model_dump(mode="json"))


def end(request: Request) -> None:
    """Log out."""
    request.session.clear()


def admitted(role: Role) -> Callable[[Request], Session]:
    """Return the dependency that admits one role, for a router."""

    def check(request: Request) -> Session:
        session = current(request)
        if session.role is not role:
            raise NotYoursError
        return session

    check.role = role  # type: ignore[attr-defined]  # the table of routes reads it
    return check


def current(request: Request) -> Session:
    """Return the session and keep it alive; raises SessionMissingError.

    What a waiting page asks for by itself keeps nothing alive.
    """
    now = int(request.app.state.portal.now().timestamp())
    try:
        session = Session.model_validate(dict[str, Any](request.session))
    except ValidationError:
        raise SessionMissingError from None
    if now - session.seen > IDLE.total_seconds() or now - session.since > LONGEST.total_seconds():
        request.session.clear()
        raise SessionMissingError
    if not (request.method == "GET" and "hx-request" in request.headers):
        request.session["seen"] = now
    return session


Current = Annotated[Session, Depends(current)]
