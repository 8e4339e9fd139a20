"""A billing backend's door for events, on loopback: it verifies each signature and answers as a test tells it to."""

import asyncio
import base64
import json
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from domain.receiver import Webhooks


def a_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


@dataclass
class Receiver:
    """What arrived, and how it is answered. An event counts as taken once it was answered with 2xx."""

    secret: str = field(default_factory=a_secret)
    port: int = 0
    scheme: str = "http"
    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    hang: asyncio.Event | None = None
    """Set to let go of the requests that it keeps waiting."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    """Bodies, each with its `id`."""
    unsigned: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/events"

    @property
    def settings(self) -> Webhooks:
        return Webhooks(url=self.url, secrets=(self.secret,))

    def answers(self, status: int, *headers: str) -> None:
        self.answer = "\r\n".join([f"HTTP/1.1 {status} Test", "content-length: 0", *headers, "", ""]).encode()

    def of(self, company_id: str) -> list[dict[str, Any]]:
        return [each for each in self.taken if each["data"]["company_id"] == company_id]

    def requests_of(self, company_id: str) -> list[tuple[dict[str, str], bytes]]:
        return [each for each in self.requests if company_id.encode() in each[1]]

    def types(self, company_id: str) -> list[str]:
        return [each["type"] for each in self.of(company_id)]

    async def told(self, company_id: str, kind: str) -> None:
        """Return once an event of this type was taken."""
        async with self._news, asyncio.timeout(240):
            await self._news.wait_for(lambda: kind in self.types(company_id))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            signed = self._look_at(headers, body)
            if self.hang is not None:
                await self.hang.wait()
            if signed and self.answer.startswith(b"HTTP/1.1 2"):
                async with self._news:
                    self.taken.append({"id": headers["webhook-id"], **json.loads(body)})
                    self._news.notify_all()
            writer.write(self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _look_at(self, headers: dict[str, str], body: bytes) -> bool:
        self.requests.append((headers, body))
        self.arrived.set()
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.unsigned += 1
            return False
        return True


@asynccontextmanager
async def receiving(receiver: Receiver, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Run the receiver, on the port that it had before if it had one."""
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", receiver.port, ssl=tls)
    receiver.port, receiver.scheme = server.sockets[0].getsockname()[1], "http" if tls is None else "https"
    try:
        yield receiver
    finally:
        server.close()
