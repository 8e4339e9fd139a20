"""What every route of the API may need, put together once by `portal.api.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from domain.calendar import bogota_date
from portal.api.cursors import Cursors
from portal.billing import Billing
from portal.limits import Limits
from portal.rendering import Pages
from portal.signed_tokens import SignedTokens


@dataclass(frozen=True)
class Api:
    """The API's parts. `now` gives aware UTC instants; `origin` is where the portal is served."""

    billing: Billing
    tokens: SignedTokens
    cursors: Cursors
    limits: Limits
    pages: Pages
    origin: str
    now: Callable[[], datetime]

    def today(self) -> date:
        """Return the date in Bogotá."""
        return bogota_date(self.now())


def parts_of(request: Request) -> Api:
    """Return the parts."""
    return cast("Api", request.app.state.parts)


Parts = Annotated[Api, Depends(parts_of)]
