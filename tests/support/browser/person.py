"""A person at a browser: one window, what it asked for, and what it complained about."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Download, Page, Request

from tests.support.browser.local_stack import LocalStack

DESKTOP = {"width": 1280, "height": 900}
TELEPHONE = {"width": 375, "height": 812}
PATIENCE_MS = 60_000
"""For anything a page waits for; the tests share their machine with every part of the stack."""
LARGE_BYTES = 5_000_000
FAILED_STATUS = re.compile(r"^Failed to load resource: the server responded with a status of \d{3} ")
"""What the browser itself writes about a page of ours that is an answer to a mistake."""


@dataclass
class Person:
    """One browser window on one device."""

    page: Page
    stack: LocalStack
    folder: Path
    """For files that it sends."""
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def strange_requests(self) -> list[str]:
        """The requests that left the portal."""
        host = urlsplit(self.stack.url).netloc
        found = [each.url for each in self.requests if urlsplit(each.url).scheme not in {"data", "blob"}]
        return [url for url in found if urlsplit(url).netloc != host]

    async def goto(self, path: str) -> None:
        await self.page.goto(self.stack.url + path)

    async def enter(self, company_id: str, destination: str = "/") -> None:
        """Come in from the lender's product, as a person does."""
        await self.goto(f"/desarrollo?{urlencode({'empresa': company_id, 'destino': destination})}")
        await self.page.get_by_role("button", name="Activar mi certificado digital").click()
        await self.page.wait_for_url(self.stack.url + destination)

    async def enter_by_hand(self, company_id: str, destination: str = "/") -> None:
        """Come in without JavaScript, where the page that hands over needs one press more."""
        await self.goto(f"/desarrollo?{urlencode({'empresa': company_id, 'destino': destination})}")
        await self.press("Activar mi certificado digital")
        await self.press("Continuar")

    def ask(self, request: Request) -> None:
        self.requests.append(request)

    def complain(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.complaints.append(text)

    def expect_complaints(self, *parts: str) -> None:
        """Let the browser complain in these words."""
        self.expected.extend(parts)

    async def press(self, name: str) -> None:
        """Press the button, or follow the link that looks like one, with exactly these words."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def fill(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            at = self.page.locator(f"#{name}")
            await (at.select_option(value) if name == "document_type" else at.fill(value))

    async def fill_and_authorize(self, values: dict[str, str]) -> None:
        """Fill in the representative's form, and tick its box."""
        await self.fill(values)
        await self.page.locator("#consent").check()

    async def download(self, name: str) -> bytes:
        """Press a button that starts a download, and return what comes."""
        async with self.page.expect_download() as coming:
            await self.press(name)
        return await content_of(await coming.value)

    async def attach(self, pdf: bytes, name: str = "carta.pdf", kind: str = "application/pdf") -> None:
        """Choose a file and send it."""
        await self.choose(pdf, name, kind)
        await self.press("Adjuntar documento")

    async def choose(self, data: bytes, name: str = "carta.pdf", kind: str = "application/pdf") -> None:
        """Choose a file; a large one from the disk, since the browser's driver takes long over what it is handed."""
        at = self.page.locator("#documento")
        if len(data) < LARGE_BYTES:
            await at.set_input_files({"name": name, "mimeType": kind, "buffer": data})
            return
        file = self.folder / name
        await asyncio.to_thread(file.write_bytes, data)
        await at.set_input_files(file)

    async def until_checked(self) -> None:
        """Without JavaScript, ask again until the letter was checked."""
        while "/carta/resultado" in self.page.url:
            async with self.page.expect_navigation():
                await self.page.get_by_role("link", name=re.compile("^(Actualizar|Intentar de nuevo)$")).click()

    async def heading(self) -> str:
        return await self.page.locator("h1").inner_text()


async def content_of(download: Download) -> bytes:
    path = await download.path()
    return path.read_bytes()


@asynccontextmanager
async def a_person(browser: Browser, stack: LocalStack, **options: Any) -> AsyncIterator[Person]:
    """Open a window of a device of its own; `options` are of the browser's context."""
    context = await browser.new_context(
        **{"viewport": DESKTOP, "locale": "es-CO", "timezone_id": "America/Bogota", **options}
    )
    context.set_default_timeout(PATIENCE_MS)
    with TemporaryDirectory() as folder:
        try:
            page = await context.new_page()
            who = Person(page, stack, Path(folder))
            context.on("request", who.ask)
            context.on("console", lambda message: _note(who, message))
            page.on("pageerror", lambda error: who.complain(f"error: {error}"))
            yield who
        finally:
            await context.close()


def _note(who: Person, message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"} and not FAILED_STATUS.search(message.text):
        who.complain(f"{message.type}: {message.text}")


Opening = Callable[..., AbstractAsyncContextManager[Person]]
