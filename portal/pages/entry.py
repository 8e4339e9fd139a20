"""Coming in and leaving. The only pages for somebody who is not logged in."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from portal.auth import session
from portal.auth.roles import STAFF
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter()
DESTINATIONS: Final = frozenset({"/", "/pago", "/comprar", "/representante", "/carta", "/estado"})
"""Where somebody may be led after coming in: own pages, never an address that was made up."""


@router.post("/entrar")
async def enter(
    request: Request, portal: InPortal, token: Annotated[str, Form()] = "", destino: Annotated[str, Form()] = "/"
) -> Response:
    """Let in the bearer of a hand-off token and go where they wanted."""
    portal.limits.entry("" if request.client is None else request.client.host)
    claims = await portal.door.admit(token)
    session.begin(request, claims, portal.now())
    if claims.role in STAFF:
        return RedirectResponse("/soporte", status_code=303)
    return RedirectResponse(destino if destino in DESTINATIONS else "/", status_code=303)


@router.post("/salir")
async def leave(request: Request) -> Response:
    """Log out."""
    session.end(request)
    return go(request, "/adios")


@router.get("/adios")
async def goodbye(request: Request, portal: InPortal) -> Response:
    """Say that the session is closed."""
    return portal.pages.page(request, "goodbye.html")


@router.get("/salud")
async def health() -> Response:
    """Tell a load balancer that the process serves."""
    return PlainTextResponse("ok")
