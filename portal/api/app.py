"""The API as an application, and the way to it past the pages' cookies."""

from collections.abc import Collection
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api import activations, pages, problems
from portal.api.dependencies import Api
from portal.api.schemas import document_of
from portal.web.failures import Caught
from portal.web.protection import Bounded

LARGEST_BODY_BYTES: Final = 65_536
ROOT: Final = "/api"


def build(made_of: Api, hosts: Collection[str]) -> FastAPI:
    """Return the API under its host names, whose every error is a problem document."""
    api = FastAPI(
        title="Activa billing API",
        version="1",
        openapi_url=f"{ROOT}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Caught, answer=problems.answer),
            Middleware(_OwnHosts, hosts=hosts),
            Middleware(Bounded, limit_bytes=LARGEST_BODY_BYTES),
        ],
    )
    api.state.api = made_of
    api.openapi = lambda: document_of(api)  # type: ignore[method-assign]  # the way FastAPI documents
    problems.install(api)
    api.include_router(activations.router)
    api.include_router(pages.router)
    return api


class _OwnHosts:
    """Refuses what was sent to another host: a page whose name leads here could otherwise speak with the API."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(each.lower() for each in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if Headers(scope=scope).get("host", "").rsplit(":", 1)[0].lower() not in self._hosts:
            raise HTTPException(400)
        await self._app(scope, receive, send)


class Apart:
    """Sends what lies under `/api` to the API, before anything reads a cookie or asks where a request comes from.

    A browser sends cookies by itself and never a bearer token; so no other site can act with the API, and it needs no
    check of the sender's site.
    """

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        apart = scope["type"] == "http" and (scope["path"] == ROOT or scope["path"].startswith(f"{ROOT}/"))
        await (self._api if apart else self._app)(scope, receive, send)
