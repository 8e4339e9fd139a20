"""The portal over the local stack: its status page, fifty representatives who upload at once, and the billing API.

The peer of the page is the status query alone, which every page needs; of the uploads, one upload by itself; of the
entitlement, which is told without a worker, Temporal's own description of the case.
"""

import asyncio
import contextlib
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import httpx

from adapters.activations import Activations
from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack
from benchmarks.sizes import Size
from domain.case.policy import Policy
from portal.development.signing import sign_and_scan
from stack.life import COMPANY, REPRESENTATIVE
from stack.local_settings import local_settings
from stack.probes import LOOPBACK
from stack.stack_settings import StackSettings

CONFIGURATION: Final = (
    "product: the local stack as shipped\n"
    "bare: the status query; one upload alone; Temporal's own description of the case"
)
PATIENCE: Final = timedelta(seconds=120)
_ASKED: Final = 20
"""For one answer: a busy machine makes figures bad, and must not break the measurement."""
FROM_OUR_PAGES: Final = {"Sec-Fetch-Site": "same-origin"}


async def measure(size: Size) -> list[Figure]:
    """Return the portal's figures."""
    async with local_stack() as (stack, cases):
        found = [await _status_page(stack, cases, size), *await _uploads(stack, cases, size)]
    async with local_stack(worker=False) as (stack, cases):
        return [*found, await _entitlement(stack, cases, size)]


async def _entitlement(stack: StackSettings, cases: Activations, size: Size) -> Figure:
    token = await asyncio.to_thread(_api_token, stack)
    async with httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{stack.portal_port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE.total_seconds(),
        trust_env=False,
    ) as backend:
        answer, description = await _in_turn(
            lambda: backend.get(f"/api/activations/{COMPANY.company_id}/entitlement"),
            lambda: cases.outline(COMPANY.company_id),
            size.pages,
        )
    return Figure("entitlement without a worker, median", answer, description, 20, " ms", 1, absolute=True)


def _api_token(stack: StackSettings) -> str:
    environment = os.environ | local_settings(stack, {})
    command = [sys.executable, "-m", "portal.development.api_token"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


async def _status_page(stack: StackSettings, cases: Activations, size: Size) -> Figure:
    async with contextlib.aclosing(await logged_in(stack, COMPANY.company_id)) as browser:
        page, query = await _in_turn(
            lambda: browser.get("/estado"), lambda: cases.status(COMPANY.company_id), size.pages
        )
    return Figure("status page, median", page, query, 60, " ms", 1, absolute=True)


async def _in_turn(
    answer: Callable[[], Awaitable[httpx.Response]], peer: Callable[[], Awaitable[object]], times: int
) -> tuple[float, float]:
    """Return the median milliseconds of an answer and of its peer, asked for in turn."""
    answers, peers = [], []
    for _ in range(times):
        began = time.perf_counter()
        await answered(answer)
        answers.append(time.perf_counter() - began)
        began = time.perf_counter()
        await peer()
        peers.append(time.perf_counter() - began)
    return statistics.median(answers) * 1000, statistics.median(peers) * 1000


async def answered(ask: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Ask until there is an answer, as the page does whose case was not in time; raises HTTPStatusError."""
    for _ in range(_ASKED):
        if (answer := await ask()).status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
    answer.raise_for_status()


async def _uploads(stack: StackSettings, cases: Activations, size: Size) -> list[Figure]:
    names = [f"BENCH{number}" for number in range(size.representatives + 1)]
    files = [await _signed(cases, name) for name in names]
    browsers = [await logged_in(stack, name) for name in names]
    try:
        alone = await _upload(browsers[0], files[0])
        at_once = await asyncio.gather(*map(_upload, browsers[1:], files[1:]))
        judged = time.perf_counter()
        for name in names:
            while (await cases.status(name, within=PATIENCE))["loan"] is None:  # noqa: ASYNC110  # it has no event outside the case
                await asyncio.sleep(0.1)
        judged = time.perf_counter() - judged
    finally:
        for browser in browsers:
            await browser.aclose()
    together = f"{size.representatives} uploads at once, slowest answer"
    return [
        Figure(together, max(at_once), alone, 5, " s", 2, absolute=True),
        Figure("  until the last is judged, after the answers", judged, alone, None, " s", 2),
    ]


async def _signed(cases: Activations, company_id: str) -> bytes:
    """Start a company, have its letter made and return a signed scan of it."""
    await cases.start(COMPANY.model_copy(update={"company_id": company_id}), Policy())
    await cases.submit_representative(company_id, REPRESENTATIVE, "representative")
    return await asyncio.to_thread(sign_and_scan, await cases.letter(company_id))


async def logged_in(stack: StackSettings, company_id: str) -> httpx.AsyncClient:
    """Return the browser of a company's representative."""
    browser = httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{stack.portal_port}",
        headers=FROM_OUR_PAGES,
        timeout=PATIENCE.total_seconds(),
        trust_env=False,
    )
    await enter(browser, empresa=company_id)
    return browser


async def enter(browser: httpx.AsyncClient, **who: str) -> None:
    """Come in by the played lender."""
    page = await browser.post("/desarrollo/entrar", data=who)
    [token] = re.findall(r'name="token" value="([^"]+)"', page.text)
    entered = await browser.post("/entrar", data={"token": token})
    if entered.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"{who} was not let in: {entered.status_code}")


async def _upload(browser: httpx.AsyncClient, scan: bytes) -> float:
    """Send a scan and return how many seconds the answer took."""
    began = time.perf_counter()
    answer = await browser.post("/carta", files={"documento": ("carta.pdf", scan, "application/pdf")})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"the upload was answered with {answer.status_code}")
    return time.perf_counter() - began
