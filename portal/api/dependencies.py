"""What every route of the API may need, put together once by `portal.api.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from audit_trail.trail import Trail
from domain.calendar import bogota_date
from portal.auth.signed_tokens import SignedTokens
from portal.cases.billing import Billing
from portal.web.cursors import Cursors
from portal.web.limits import Limits
from portal.web.rendering import Pages


@dataclass(frozen=True)
class Api:
    """What the API is made of. `now` gives aware UTC instants; `origin` is where the portal is served."""

    billing: Billing
    tokens: SignedTokens
    cursors: Cursors
    limits: Limits
    pages: Pages
    trail: Trail
    origin: str
    now: Callable[[], datetime]

    def today(self) -> date:
        """Return the date in Bogotá."""
        return bogota_date(self.now())


def api_of(request: Request) -> Api:
    """Return the API that a request came to."""
    return cast("Api", request.app.state.api)


InApi = Annotated[Api, Depends(api_of)]
