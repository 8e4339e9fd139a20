"""What slow strangers do to others: a page's quiet median against its median while they hold their connections.

Half of them send heads, half send uploads with a session, a byte a second, each from an address of its own; one whose
connection is ended opens another at once. The clients run in this process and cost the machine too.
"""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx

from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack
from benchmarks.portal import answered, logged_in
from benchmarks.sizes import Size
from portal.web.connections import files_for
from stack.life import COMPANY
from stack.probes import LOOPBACK
from stack.stack_settings import StackSettings

CONFIGURATION: Final = "product: the local stack as shipped, its clients in one process; bare: without strangers"
PAUSE_SECONDS: Final = 0.05
"""Between two pages, as of people."""
TRICKLE_SECONDS: Final = 1


async def measure(size: Size) -> list[Figure]:
    """Return the figures."""
    files_for(4 * size.slow)
    async with local_stack() as (stack, _), contextlib.aclosing(await logged_in(stack, COMPANY.company_id)) as browser:
        quiet = await _median(browser, size)
        async with _strangers(stack, browser, size):
            among = await _median(browser, size)
    what = f"status page among {size.slow} slow heads and {size.slow} unfinished uploads, median"
    return [Figure(what, among, quiet, 3, " ms", 1)]


@asynccontextmanager
async def _strangers(stack: StackSettings, browser: httpx.AsyncClient, size: Size) -> AsyncIterator[None]:
    """Hold the connections; give them once nearly all are held, as some are ended while others begin."""
    held = [0]
    requests = [_request(browser, number, upload=number % 2 == 0) for number in range(2 * size.slow)]
    async with asyncio.TaskGroup() as group:
        slow = [group.create_task(_hold(stack, each, held)) for each in requests]
        while held[0] < len(slow) * 9 // 10:  # noqa: ASYNC110  # a count has no event
            await asyncio.sleep(0.1)
        yield
        for each in slow:
            each.cancel()


def _request(browser: httpx.AsyncClient, number: int, *, upload: bool) -> bytes:
    """Return the beginning of a request that never ends."""
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies.jar)
    address = f"X-Forwarded-For: 203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    head = (
        f"{'POST /carta' if upload else 'GET /'} HTTP/1.1\r\nHost: {browser.base_url.netloc.decode()}\r\n{address}\r\n"
    )
    if not upload:
        return f"{head}X-Slow: ".encode()
    return (
        f"{head}Cookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 1000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="documento"; filename="a.pdf"\r\n\r\n%PDF'
    ).encode()


async def _hold(stack: StackSettings, request: bytes, held: list[int]) -> None:
    """Hold a connection, and another when it is ended, until cancelled."""
    while True:
        reader, writer = await asyncio.open_connection(LOOPBACK, stack.portal_port)
        held[0] += 1
        try:
            writer.write(request)
            over = asyncio.ensure_future(reader.read())
            while not over.done():
                writer.write(b"x")
                await asyncio.wait([over], timeout=TRICKLE_SECONDS)
            over.exception()
        finally:
            held[0] -= 1
            writer.transport.abort()


async def _median(browser: httpx.AsyncClient, size: Size) -> float:
    """Return the median milliseconds of the status page, asked for as long as strangers are held."""
    found, until = list[float](), time.monotonic() + size.held_seconds
    while not found or time.monotonic() < until:
        began = time.perf_counter()
        await answered(lambda: browser.get("/estado"))
        found.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_SECONDS)
    return statistics.median(found) * 1000
