"""Every request as the trail tells it: who asked for what, from where, and what came of it.

The change of a case is put on record where it is made, before it is made; here stands what the page answered.
"""

from typing import Final

from opentelemetry import trace
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit_trail.asker import Asker, asking
from audit_trail.events import EventName
from audit_trail.trail import Trail
from portal.web.protection import SAFE, SEARCH

REFUSALS: Final = frozenset({401, 403, 404})
TOO_OFTEN: Final = 429
OK: Final = 200


class Asked:
    """Says who asks, gives the answer the request's number, and puts it on record."""

    def __init__(self, app: ASGIApp, trail: Trail) -> None:
        """Wrap the whole application."""
        self._app = app
        self._trail = trail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        with asking(Asker(door=_door(scope["path"]), address=client[0] if client else None)) as who:
            trace.get_current_span().set_attribute("activa.request_id", who.request_id)

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)["X-Request-Id"] = who.request_id
                    self._note(scope, who, message["status"])
                await send(message)

            await self._app(scope, receive, noted)

    def _note(self, scope: Scope, who: Asker, status: int) -> None:
        params = scope.get("path_params", {})
        company_id = params.get("company_id") if who.who is not None else None
        event, kept = _told(scope, who, status)
        if event is None:
            return
        route = getattr(scope.get("route"), "path", None) or "(no page)"
        self._trail.note(
            event,
            str(status),
            kept=kept,
            action=f"{scope['method']} {route}",
            about=params.get("upload_id") if who.who is not None else None,
            company_id=company_id,
        )


def _door(path: str) -> str:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return {"api": "api", "soporte": "desk"}.get(first, "portal")


def _told(scope: Scope, who: Asker, status: int) -> tuple[EventName | None, bool]:
    """Return what a request is on record as, if at all, and whether that is stored: nothing of what strangers do."""
    if status == TOO_OFTEN:
        return EventName.TOO_OFTEN, False
    if who.who is None:
        return (EventName.REFUSED if status in REFUSALS - {404} else None), False
    if status in REFUSALS:
        return EventName.REFUSED, False
    searches = scope["path"] == SEARCH
    if scope["method"] not in SAFE and not searches:
        return EventName.CHANGE, False
    # A search and a case at the desk, whoever reads them, and every document with a person's name in it.
    of_a_case = "company_id" in scope.get("path_params", {})
    shows = searches or of_a_case if who.door == "desk" else scope["path"].endswith(".pdf")
    if status == OK and (shows or who.door == "api"):
        return EventName.READ, shows
    return None, False
