"""Somebody with a browser that sends what browsers send, but has no screen."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from domain.consent.authorization import TEXT_VERSION
from domain.messages.four_eyes import FourEyes
from portal import app as portal_app
from portal.development.lender import Lender
from servers import Directory
from settings import Portal, PortalSettings
from tests.support import builders
from tests.support.portal.described import Described
from tests.support.world import CaseUnderTest, World

SECRET = "a-secret-of-the-tests-0123456789abcdef"
WAIT = "Un momento, por favor · Activa"
ORIGIN = "http://127.0.0.1:8000"
REPRESENTATIVE = dict(builders.REPRESENTATIVE)
AUTHORIZED = {"consent": "si", "consent_version": TEXT_VERSION}
"""The ticked box, as a browser sends it."""
FORM = REPRESENTATIVE | AUTHORIZED


@dataclass
class Site:
    """One portal."""

    app: FastAPI
    origin: str

    @property
    def lender(self) -> Lender:
        lender: Lender = self.app.state.lender
        return lender

    @asynccontextmanager
    async def visitor(self, case: CaseUnderTest, *, patient: bool = True) -> AsyncIterator["Visitor"]:
        async with self.client() as client:
            yield Visitor(self, client, case, patient)

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Return a browser without cookies; its requests come from the portal's own pages."""
        sent = {"Sec-Fetch-Site": "same-origin"} | headers
        return httpx.AsyncClient(transport=self.transport(), base_url=self.origin, headers=sent)

    def transport(self) -> httpx.ASGITransport:
        """Return the way to the portal, on which every answer of its API is held against the API's document."""
        return httpx.ASGITransport(Described(self.app), raise_app_exceptions=True)


@dataclass
class Visitor:
    """A representative in front of the portal."""

    site: Site
    client: httpx.AsyncClient
    case: CaseUnderTest
    patient: bool = True

    async def enter(self, destination: str = "/", **claims: Any) -> httpx.Response:
        """Come in through the lender's product."""
        token = self.site.lender.token(self.case.company_id, **claims)
        data = {"token": token, "destino": destination}
        return await self.client.post("/entrar", data=data, headers={"Sec-Fetch-Site": "cross-site"})

    async def get(self, path: str) -> httpx.Response:
        return await self._asked(lambda: self.client.get(path))

    async def post(self, path: str, **data: str) -> httpx.Response:
        return await self._asked(lambda: self.client.post(path, data=data))

    async def _asked(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Ask as long as the answer is to wait a moment, as the page itself does."""
        async with asyncio.timeout(60):
            while (answer := await ask()).status_code == 503 and self.patient and WAIT in answer.text:
                pass
        return answer

    async def download_letter(self) -> bytes:
        """Fill in the form and return the letter."""
        answer = await self.post("/representante", **FORM)
        while answer.status_code == 200 or answer.headers["location"] == "/carta/espera":
            answer = await self.post("/carta/espera")
        assert answer.headers["location"] == "/carta?descargar=1"
        return (await self.get("/carta.pdf")).content

    async def upload(self, data: bytes) -> httpx.Response:
        """Send a file and return the answer."""
        files = {"documento": ("carta firmada.pdf", data, "application/pdf")}
        return await self.client.post("/carta", files=files)

    async def attach(self, data: bytes) -> httpx.Response:
        """Attach a file and return the page that its verdict leads to."""
        answer = await self.upload(data)
        assert answer.status_code == 303
        async with asyncio.timeout(60):
            while (result := await self.get(answer.headers["location"])).status_code == 200:
                pass  # as the page itself does
        return await self.get(result.headers["location"])


def site_over(world: World, folder: Path, *, origin: str = ORIGIN, **changes: object) -> Site:
    """Return a portal over a world's servers; changes are of its settings."""
    values = {
        "session_secret": SECRET,
        "issuer": f"{ORIGIN}/desarrollo",
        "jwks": str(folder / "public.json"),
        "login_url": f"{origin}/desarrollo",
        "checkout_url": f"{origin}/desarrollo/pagar",
        "development_key": folder / "private.json",
        "four_eyes": FourEyes(entries_per_hour=1000, cases_alone=1000),  # one person of support makes all tests' work
    }
    settings = PortalSettings(
        _env_file=None,
        **world.settings.model_dump(exclude={"portal", "portal_url", "directory"}),
        portal_url=origin,
        portal=Portal(**(values | changes)),
        directory=Directory(file=folder / "directory.sqlite3"),
    )
    return Site(portal_app.build(world.client, world.objects, settings), origin)


def text_of(answer: httpx.Response) -> str:
    """Return what a page says, without its tags and with single spaces."""
    main = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def title_of(answer: httpx.Response) -> str:
    return answer.text.partition("<title>")[2].partition("</title>")[0]
