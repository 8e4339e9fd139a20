"""Who sends slowly, or not at all, loses the connection and holds nobody up. Over real connections."""

import asyncio
import logging
from typing import Any

import httpx
import pytest

from portal.web.connections import FewAtOnce
from tests.support.portal.sockets import LOOPBACK, Held, served
from tests.support.portal.visiting import Site, Visitor

HOST = b"Host: 127.0.0.1:8000\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
SLOW_HEAD = b"GET / HTTP/1.1\r\nHost: 127."
SLOW_BODY = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000000\r\n\r\nabc"
SOON = 1.0
MANY = 100


async def reading(_: Any, receive: Any, send: Any) -> None:
    """Answer once the whole body is there."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


async def ends(held: Held) -> bytes:
    async with asyncio.timeout(60):
        return await held.ended()


async def test_pages_are_answered_while_slow_clients_hold_their_connections(site: Site, visitor: Visitor) -> None:
    cookie = visitor.client.cookies["activa"]
    upload = (
        f"POST /carta HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nCookie: activa={cookie}\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="documento"; filename="a.pdf"\r\n\r\n%PDF'
    ).encode()
    async with served(site.app, header_seconds=300, body_seconds=300, connections_per_address=1000) as server:
        slow = [await server.connect(data) for data in (SLOW_HEAD, upload) for _ in range(MANY)]
        browser = httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{server.port}", timeout=60, trust_env=False)
        async with browser:
            browser.cookies.set("activa", cookie)
            for path in ("/estado", "/", "/static/activa.css"):
                async with asyncio.timeout(60):
                    while (answer := await browser.get(path, headers={"Host": "127.0.0.1:8000"})).status_code == 503:
                        pass  # a busy machine's worker does not answer in time; the page asks again by itself
                assert answer.status_code == 200, path
        assert all(each.is_open() for each in slow)


async def test_a_head_that_does_not_come_in_time_ends_its_connection() -> None:
    async with served(reading, header_seconds=SOON) as server:
        slow, silent, again = [await server.connect(data) for data in (SLOW_HEAD, b"", GET + SLOW_HEAD)]
        assert (await ends(slow)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert await ends(silent) == b""
        assert (await ends(again)).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_second_head_is_not_waited_for_longer_because_it_trickles() -> None:
    async with served(reading, header_seconds=SOON) as server:
        held = await server.connect(GET)
        await held.head()
        trickling = asyncio.create_task(trickle(held, SLOW_HEAD * 1000))
        assert b"HTTP/1.1 408 Request Timeout" in await ends(held)
        trickling.cancel()


async def trickle(held: Held, data: bytes) -> None:
    for byte in data:
        held.send(bytes([byte]))
        await asyncio.sleep(SOON / 10)  # what makes it slow


async def test_a_body_that_does_not_come_in_time_ends_its_connection_and_its_request() -> None:
    async with served(reading, body_seconds=SOON) as server:
        held = await server.connect(SLOW_BODY)
        trickling = asyncio.create_task(trickle(held, b"x" * 1000))
        assert (await ends(held)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        trickling.cancel()


async def test_a_body_that_was_answered_before_it_came_ends_its_connection_too() -> None:
    async def refusing(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    async with served(refusing, body_seconds=SOON) as server:
        held = await server.connect(SLOW_BODY)
        trickling = asyncio.create_task(trickle(held, b"x" * 1000))
        assert (await ends(held)).startswith(b"HTTP/1.1 401 Unauthorized\r\n")
        trickling.cancel()


async def test_a_large_body_on_a_slow_line_is_given_the_time_it_needs() -> None:
    async with served(reading, header_seconds=2 * SOON, body_seconds=SOON) as server:
        large = await server.connect(SLOW_BODY + b"x" * 500_000)
        late = await server.connect(SLOW_HEAD)  # by the end of which the body is long beyond its seconds
        await ends(late)
        large.send(b"x" * 499_997)
        assert (await large.head()).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_whoever_does_not_read_the_answer_loses_it() -> None:
    over = asyncio.Event()

    async def endless(_: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.create_task(lost(receive))
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
            await asyncio.sleep(0)
        over.set()

    async def lost(receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async with served(endless, body_seconds=SOON) as server:
        await server.connect(GET, limit=1)
        async with asyncio.timeout(60):
            await over.wait()


async def test_when_all_places_are_taken_who_waits_makes_room_for_who_asks() -> None:
    async with served(reading, connections=10) as server:
        silent = [await server.connect(SLOW_HEAD) for _ in range(10)]
        asking = await server.connect(GET)
        assert (await asking.head()).startswith(b"HTTP/1.1 200 OK\r\n")
        assert await ends(silent[0]) == b""
        assert all(each.is_open() for each in silent[1:])


async def test_when_all_are_at_work_a_newcomer_is_told_to_come_again() -> None:
    async with served(reading, connections=10) as server:
        working = [await server.connect(SLOW_BODY) for _ in range(10)]
        answer = await ends(await server.connect(GET))
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"Hay demasiadas conexiones." in answer
        assert b"Retry-After: 10" in answer
        assert all(each.is_open() for each in working)


async def test_one_address_can_not_take_all_places() -> None:
    async with served(reading, connections_per_address=3) as server:
        held = [await server.connect(GET) for _ in range(3)]
        assert b" 503 " in await ends(await server.connect(GET))
        held[0].writer.close()
        await held[0].writer.wait_closed()
        async with asyncio.timeout(60):
            while b" 503 " in await (again := await server.connect(GET)).head():
                pass  # the server has not seen yet that one has gone
        assert again.is_open()


async def test_a_proxy_has_many_connections_and_each_of_its_clients_a_few() -> None:
    async with served(FewAtOnce(reading, 2), LOOPBACK, connections_per_address=2) as server:
        named = SLOW_BODY.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
        working = [await server.connect(named) for _ in range(2)]
        assert b" 503 " in await (await server.connect(named)).head()
        other = await server.connect(GET.replace(HOST, HOST + b"X-Forwarded-For: 203.0.113.8\r\n"))
        assert (await other.head()).startswith(b"HTTP/1.1 200 OK\r\n")
        assert all(each.is_open() for each in working)


async def test_a_request_hidden_behind_two_lengths_is_not_served(site: Site) -> None:
    hidden = b"GET /salud HTTP/1.1\r\n" + HOST + b"\r\n"
    two = (
        b"POST /entrar HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + hidden
    )
    async with served(site.app) as server:
        answer = await ends(await server.connect(two))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_client_that_breaks_off_while_it_sends_is_no_error_of_ours(
    site: Site, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    session = f"Cookie: activa={visitor.client.cookies['activa']}\r\nSec-Fetch-Site: same-origin\r\n".encode()
    bearer = f"Authorization: Bearer {site.lender.api_token()}\r\nContent-Type: application/json\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    length = b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    async with served(site.app) as server:
        for path, head in ((b"/representante", session + form), (b"/api/activations", bearer)):
            held = await server.connect(b"POST " + path + b" HTTP/1.1\r\n" + HOST + head + length)
            assert b"100" in await held.head()  # the application reads
            held.writer.close()
            await held.writer.wait_closed()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
