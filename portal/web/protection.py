"""What holds for every answer and every request, whatever the page: headers, and no post from another site."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import ActivaError

ENTRY: Final = "/entrar"
"""The one path that another site posts to; its token is what proves the sender."""
SEARCH: Final = "/soporte/buscar"
"""A post that changes nothing: names and identity numbers are searched for, and have no place in an address."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PATIENCE_BYTES: Final = 20_000_000


def policy(checkout_url: str) -> str:
    """Return the content security policy. A form may lead to the checkout, since browsers follow its redirect."""
    checkout = urlsplit(checkout_url)
    return "; ".join(
        (
            "default-src 'none'",
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {checkout.scheme}://{checkout.netloc}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


class Headed:
    """Sets the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp, content_policy: str, *, secure: bool) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cache-Control": "no-store",
        }
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class OneLength:
    """Closes the connection of a request that tells its length in two ways: a proxy may have believed the other one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope.get("headers", ())}
        if {b"content-length", b"transfer-encoding"} <= names:
            refusal = PlainTextResponse("Two lengths of one body.", 400, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Guarded:
    """Asks who sends something before any of it is read; wrap it in what answers errors.

    A request that may change something comes from our own pages, and, unless its path is open to all, from somebody
    whose role may send it there. `admitting` gives what asks for the role at a path: it raises what is to be answered.
    """

    def __init__(
        self, app: ASGIApp, origin: str, admitting: Callable[[str], Callable[[Request], Awaitable[object]] | None]
    ) -> None:
        self._app = app
        self._origin = origin
        self._admitting = admitting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            refuse_cross_site(scope["method"], scope["path"], Headers(scope=scope), self._origin)
            admit = self._admitting(scope["path"])
            if admit is not None:
                try:
                    await admit(Request(scope))
                except ActivaError:
                    scope.update(_asked_for(scope))
                    raise
        await self._app(scope, receive, send)


def _asked_for(scope: Scope) -> Scope:
    """Return what the router would have said of a request: its route and what stands in the path, for the record."""
    for included in scope["app"].routes:
        for route in getattr(getattr(included, "original_router", None), "routes", (included,)):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return {"route": route, "path_params": {}, **found}
    return {}


class Bounded:
    """Refuses a body above a limit, whether its length is declared or only shows; wrap it in what answers errors.

    A moderate excess is read to its end before the refusal: a browser that is cut off while it sends shows its own
    error page instead of ours.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, others: Mapping[str, int] | None = None) -> None:
        """Take other limits for some paths."""
        self._app = app
        self._limit = limit_bytes
        self._others = others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or raise HTTPException 413."""
        received = 0
        limit = self._others.get(scope.get("path", ""), self._limit)

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                while message.get("more_body") and received < limit + PATIENCE_BYTES:
                    message = await receive()
                    received += len(message.get("body", b""))
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class CrossSiteError(ActivaError):
    """Another site sends the person's browser here."""


def refuse_cross_site(method: str, path: str, headers: Headers, origin: str) -> None:
    """Raise CrossSiteError when a request that may change something does not come from our own pages.

    Browsers say where a request comes from; one that says nothing is refused.
    """
    if method in SAFE or path == ENTRY:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise CrossSiteError
    elif headers.get("origin") != origin:
        raise CrossSiteError


def refuse_strange_entry(headers: Headers, origins: Collection[str]) -> None:
    """Raise CrossSiteError when a browser brings a token from a page that is neither ours nor the lender's.

    Whoever holds a token of their own could otherwise log others in with it. Browsers name the origin of every post.
    """
    origin = headers.get("origin")
    if origin is not None and origin not in origins:
        raise CrossSiteError
