"""An event over HTTP: signed with every secret, taken by 2xx only, and no answer can hold or harm the worker."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.webhooks import HttpReceiver
from domain.errors import WebhookNotTakenError
from stack.probes import free_port
from tests.support.receiver import Receiver, a_secret, receiving
from tests.support.smtp_servers import self_signed

ID = "evt_" + "a" * 24
BODY = b'{"type":"loan.started","timestamp":"2026-11-24T15:00:00Z","data":{"company_id":"C1001"}}'


def now() -> datetime:
    return datetime.now(UTC)


async def take(url: str, *secrets: str, seconds: float = 5, tls: ssl.SSLContext | None = None) -> bool:
    adapter = HttpReceiver(url=url, secrets=secrets, seconds=seconds, tls_context=tls)
    return await adapter.take(ID, now(), BODY)


async def refusal(url: str, secret: str, **options: float) -> str:
    with pytest.raises(WebhookNotTakenError) as raised:
        await take(url, secret, **options)
    return str(raised.value)


async def test_an_event_arrives_as_it_was_written_with_the_headers_of_the_standard() -> None:
    async with receiving(Receiver()) as receiver:
        assert await take(receiver.url, receiver.secret)

    [(headers, body)] = receiver.requests
    assert (body, headers["content-type"], headers["webhook-id"]) == (BODY, "application/json", ID)
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 30
    assert (len(receiver.taken), receiver.unsigned) == (1, 0)


async def test_with_two_secrets_a_receiver_may_know_either_of_them() -> None:
    old, new = a_secret(), a_secret()
    async with receiving(Receiver(secret=old)) as receiver:
        await take(receiver.url, old, new)
        receiver.secret = new
        await take(receiver.url, old, new)

    [(headers, body), _] = receiver.requests
    assert receiver.unsigned == 0
    assert [each.split(",")[0] for each in headers["webhook-signature"].split(" ")] == ["v1", "v1"]
    with pytest.raises(WebhookVerificationError):
        Webhook(a_secret()).verify(body, headers)


async def test_a_time_in_another_zone_is_signed_as_the_same_instant() -> None:
    async with receiving(Receiver()) as receiver:
        adapter = HttpReceiver(url=receiver.url, secrets=(receiver.secret,))
        await adapter.take(ID, now().astimezone(timezone(timedelta(hours=-5))), BODY)

    assert receiver.unsigned == 0


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_success(status: int) -> None:
    async with receiving(Receiver()) as receiver:
        receiver.answers(status)
        assert await take(receiver.url, receiver.secret)


async def test_410_says_that_no_more_events_are_wanted() -> None:
    async with receiving(Receiver()) as receiver:
        receiver.answers(410)
        assert not await take(receiver.url, receiver.secret)


@pytest.mark.parametrize("status", [304, 400, 401, 404, 429, 500, 503])
async def test_any_other_answer_may_be_tried_again(status: int) -> None:
    async with receiving(Receiver()) as receiver:
        receiver.answers(status)
        assert await refusal(receiver.url, receiver.secret) == f"billing backend: answered {status}"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with receiving(Receiver()) as elsewhere, receiving(Receiver()) as receiver:
        receiver.answers(status, f"location: {elsewhere.url}")
        assert await refusal(receiver.url, receiver.secret) == f"billing backend: answered {status}"

    assert elsewhere.requests == []


async def test_nobody_listening_is_tried_again() -> None:
    url = f"http://127.0.0.1:{free_port()}/events"

    assert await refusal(url, a_secret()) == "billing backend: no answer (ConnectError)"


async def test_a_receiver_that_does_not_answer_is_left_after_the_time_limit() -> None:
    async with receiving(Receiver(hang=asyncio.Event())) as receiver:
        assert "no answer" in await refusal(receiver.url, receiver.secret, seconds=0.3)
        receiver.hang.set()


async def test_an_answer_that_drips_is_left_after_the_time_limit() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"x: y\r\n")
            await asyncio.sleep(0.05)  # slower than nothing, faster than any limit on a single read

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with asyncio.timeout(60):
            assert await refusal(url, a_secret(), seconds=0.5) == "billing backend: no answer (TimeoutError)"


async def test_an_answer_without_end_is_not_read() -> None:
    sent = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(flood, "127.0.0.1", 0) as server:
        assert await take(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", a_secret())

    assert sent < 20_000_000


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000])
async def test_what_is_no_answer_is_tried_again(answer: bytes) -> None:
    async with receiving(Receiver(answer=answer)) as receiver:
        assert (await refusal(receiver.url, receiver.secret)).startswith("billing backend: no answer (")


async def test_nothing_is_sent_to_a_receiver_whose_certificate_is_not_trusted(tmp_path: Path) -> None:
    server, client = await asyncio.to_thread(self_signed, tmp_path)
    async with receiving(Receiver(), server) as receiver:
        assert receiver.url.startswith("https://")
        await refusal(receiver.url, receiver.secret)
        assert receiver.requests == []

        assert await take(receiver.url, receiver.secret, tls=client)


async def test_no_proxy_of_the_environment_sees_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(Receiver()) as proxy, receiving(Receiver()) as receiver:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        await take(receiver.url, receiver.secret)

    assert (len(proxy.requests), len(receiver.taken)) == (0, 1)


def test_the_secrets_show_in_no_text_of_the_receiver() -> None:
    secret = a_secret()

    assert secret not in repr(HttpReceiver(url="https://billing.example.co/", secrets=(secret,)))
