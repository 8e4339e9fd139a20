"""Coming in and leaving. With `data_policy`, the only pages for somebody who is not logged in."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from audit_trail.events import EventName
from portal.auth import session
from portal.auth.roles import STAFF, Role
from portal.web.dependencies import InPortal
from portal.web.protection import refuse_strange_entry
from portal.web.rendering import go

router = APIRouter()
DESTINATIONS: Final = frozenset({"/", "/pago", "/comprar", "/representante", "/carta", "/estado"})
"""Where somebody may be led after coming in: own pages, never an address that was made up."""
OPEN: Final = frozenset({"/entrar", "/entrar/cambiar", "/salir"})
"""What whoever is not logged in may send."""


@router.post("/entrar")
async def enter(
    request: Request, portal: InPortal, token: Annotated[str, Form()] = "", destino: Annotated[str, Form()] = "/"
) -> Response:
    """Let in the bearer of a hand-off token and go where they wanted; ask first whoever works for another company."""
    await portal.limits.entry("" if request.client is None else request.client.host)
    refuse_strange_entry(request.headers, (portal.origin, *portal.addresses.entry_origins))
    who = session.Newcomer.of(await portal.door.admit(token), portal.addresses.staff_auth_methods)
    if await session.would_replace(request, who):
        session.propose(request, who, portal.now())
        return portal.pages.page(request, "switch.html", {"company_id": who.company_id, "destination": destino})
    await session.begin(request, who, portal.now())
    portal.trail.note(EventName.LOGIN, "success", kept=True)
    return _to(who.role, destino)


@router.post("/entrar/cambiar")
async def switch(request: Request, portal: InPortal, destino: Annotated[str, Form()] = "/") -> Response:
    """Go on as whoever came in last, once the person at the browser has said so."""
    if not await session.begin_proposed(request, portal.now()):
        raise session.SessionMissingError
    portal.trail.note(EventName.LOGIN, "success", kept=True)
    return _to(Role(request.session["role"]), destino)


def _to(role: Role, destination: str) -> Response:
    if role in STAFF:
        return RedirectResponse("/soporte", status_code=303)
    return RedirectResponse(destination if destination in DESTINATIONS else "/", status_code=303)


@router.post("/salir")
async def leave(request: Request, portal: InPortal) -> Response:
    """Log out."""
    if await session.end(request):
        portal.trail.note(EventName.SESSION_ENDED, "logout", kept=True)
    return go(request, "/adios")


@router.get("/adios")
async def goodbye(request: Request, portal: InPortal) -> Response:
    """Say that the session is closed."""
    return portal.pages.page(request, "goodbye.html")


@router.get("/salud")
async def health() -> Response:
    """Tell a load balancer that the process serves."""
    return PlainTextResponse("ok")
