"""The door in front of a server does what the suite says it does."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.support.faults.proxy import Proxy, Trouble

BODY = b"a" * 20_000


class Server:
    """Counts the requests that came whole."""

    whole = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(BODY))
            self.whole += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[tuple[Server, Proxy]]:
    made = Server()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as listening:
        proxy = Proxy(listening.sockets[0].getsockname()[1], slow_seconds=0.1)
        async with proxy.running():
            yield made, proxy


async def post(proxy: Proxy) -> int:
    async with httpx.AsyncClient(timeout=20) as client:
        return (await client.post(f"http://127.0.0.1:{proxy.port}/", content=BODY)).status_code


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (None, 200),
        (Trouble.SLOW, 200),
        (Trouble.ANSWERS_500, 500),
        (Trouble.ANSWERS_503, 503),
        (Trouble.DISK_FULL, 507),
    ],
)
async def test_a_request_is_answered(server: tuple[Server, Proxy], trouble: Trouble | None, status: int) -> None:
    made, proxy = server
    proxy.change(trouble)

    assert await post(proxy) == status
    assert made.whole == (status == 200)
    assert proxy.hit == (trouble is not None)


@pytest.mark.parametrize(
    ("trouble", "arrives"), [(Trouble.REFUSES, 0), (Trouble.CUTS, 0), (Trouble.LOSES_THE_ANSWER, 1)]
)
async def test_a_request_gets_no_answer(server: tuple[Server, Proxy], trouble: Trouble, arrives: int) -> None:
    made, proxy = server
    proxy.change(trouble)

    with pytest.raises(httpx.TransportError):
        await post(proxy)

    assert made.whole == arrives
