"""What the desk's pages are given, put together once by `portal.app` and found again at each request."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from portal.auth.recent import SignIn, missing
from portal.auth.session import StaffSession
from portal.cases.desk import Desk
from portal.web.dependencies import Portal


@dataclass(frozen=True)
class SignInAgain:
    """What the page says to somebody who must sign in again; they come back to the form that they left."""

    why: SignIn
    minutes: int


def _of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


def sign_in_again(portal: Portal, who: StaffSession) -> SignInAgain | None:
    """Return why somebody must sign in again before what weighs, and until how long ago it would do."""
    within = portal.addresses.staff_auth_seconds
    why = missing(who, portal.now(), within)
    return None if why is None else SignInAgain(why, within // 60)


AtDesk = Annotated[Desk, Depends(_of)]
