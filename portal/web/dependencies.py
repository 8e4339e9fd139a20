"""What every page may need, put together once by `portal.app` and found again at each request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from audit_trail.trail import Trail
from domain.calendar import bogota_date
from portal.auth.hand_off import Door
from portal.auth.live_sessions import LiveSessions
from portal.cases.representative import Cases
from portal.web.cursors import Cursors
from portal.web.limits import Limits
from portal.web.rendering import Pages
from settings import Portal as PortalAddresses


@dataclass(frozen=True)
class Portal:
    """The portal's portal. `now` gives aware UTC instants."""

    cases: Cases
    door: Door
    sessions: LiveSessions
    limits: Limits
    cursors: Cursors
    pages: Pages
    trail: Trail
    addresses: PortalAddresses
    upload_bytes: int
    """The largest upload, all its files together."""
    origin: str
    now: Callable[[], datetime]

    def today(self) -> date:
        """Return the date in Bogotá."""
        return bogota_date(self.now())


def _of(request: Request) -> Portal:
    return cast("Portal", request.app.state.portal)


InPortal = Annotated[Portal, Depends(_of)]
