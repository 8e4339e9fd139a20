"""Connections, and how long and how many of them the portal bears.

The server alone waits for ever for a request's head and body, and its own limit on connections lets whoever holds them
open shut everybody out. Here a head and a body must come in time, and when all places are taken, the connection that
has waited longest without a request in work gives up its own.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, Final

import h11
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from serving import Serving

SLOWEST_BYTES: Final = 8_000
"""Of a body, for each second more that it may take."""
LONGEST_BODY_SECONDS: Final = 600
MOST_WASTED_BYTES: Final = 20_000_000
"""Of a body that nobody reads, because it was answered before it came."""
OTHER_FILES: Final = 100
"""Open files that are no connections: to the store, to Temporal, on disk."""
TOO_MANY: Final = "Hay demasiadas conexiones. Espera un momento e intenta de nuevo.\n"
TOO_LATE: Final = "La solicitud tardó demasiado en llegar. Intenta de nuevo.\n"
_HEAD: Final = object()


def _plain(status: str, text: str, more: str = "") -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n{more}"
    return head.encode() + b"Connection: close\r\n\r\n" + body


_TOO_MANY: Final = _plain("503 Service Unavailable", TOO_MANY, "Retry-After: 10\r\n")
_TOO_LATE: Final = _plain("408 Request Timeout", TOO_LATE)


class Crowd:
    """Who is connected, the longest first."""

    def __init__(self, serving: Serving, is_proxy: Callable[[str], bool]) -> None:
        self.serving: Final = serving
        self._is_proxy = is_proxy
        self._members: dict[TimedConnection, str] = {}
        self._by_address: Counter[str] = Counter()

    def takes(self, newcomer: "TimedConnection", address: str) -> bool:
        """Tell whether there is a place for one more, after somebody who waits has made room where need be."""
        if not self._is_proxy(address) and self._by_address[address] >= self.serving.connections_per_address:
            return False
        if len(self._members) >= self.serving.connections:
            waiting = next((each for each in self._members if not each.is_at_work), None)
            if waiting is None:
                return False
            self.leave(waiting)
            waiting.transport.abort()
        self._members[newcomer] = address
        self._by_address[address] += 1
        return True

    def leave(self, member: "TimedConnection") -> None:
        """Give a place back; twice does no harm."""
        address = self._members.pop(member, None)
        if address is not None:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]


class TimedConnection(H11Protocol):
    """One connection, whose requests come in time or end it."""

    crowd: ClassVar[Crowd]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._awaited: object = None
        self._since = self._until = 0.0
        self._wasted = 0
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether a request has begun that is not answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say that there are too many."""
        super().connection_made(transport)
        if self.crowd.takes(self, "" if self.client is None else self.client[0]):
            self._look(0)
        else:
            transport.write(_TOO_MANY)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self.crowd.leave(self)
        for timer in filter(None, (self._timer, self._unread)):
            timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait for the rest as long as is right."""
        super().data_received(data)
        if not self.transport.is_closing():
            self._look(len(data))

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer, as long as for a body."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.crowd.serving.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def _look(self, received: int) -> None:
        """See what is awaited now, and until when."""
        awaited = {h11.IDLE: _HEAD, h11.SEND_BODY: self.cycle}.get(self.conn.their_state)
        if awaited is not self._awaited:
            self._awaited, self._since, self._wasted = awaited, self.loop.time(), 0
            patience = self.crowd.serving.header_seconds if awaited is _HEAD else self.crowd.serving.body_seconds
            self._until = self._since + patience
            self._wait()
        elif awaited is self.cycle and awaited is not None:
            self._until = min(self._until + received / SLOWEST_BYTES, self._since + LONGEST_BODY_SECONDS)
            self._wasted += 0 if self.is_at_work else received
            if self._wasted > MOST_WASTED_BYTES:
                self.transport.abort()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if self._awaited is None else self.loop.call_at(self._until, self._is_due)

    def _is_due(self) -> None:
        """End the connection, unless more time was given meanwhile or it is we who do not read."""
        if self._awaited is self.cycle and self.flow.read_paused:
            self._until = self.loop.time() + 1
        if self.loop.time() < self._until:
            self._wait()
            return
        if self.cycle is not None and self.cycle.response_started and self.is_at_work:
            self.transport.abort()
            return
        if self.is_at_work or self.conn.trailing_data[0]:
            self.transport.write(_TOO_LATE)
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


class FewAtOnce:
    """Refuses more requests of one client at once than it may have connections: a proxy has its own for everybody."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._at_work: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        address = "" if client is None else client[0]
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._at_work[address] >= self._most:
            await PlainTextResponse(TOO_MANY, 503, headers={"Retry-After": "10"})(scope, receive, send)
        else:
            self._at_work[address] += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._at_work[address] -= 1
                if not self._at_work[address]:
                    del self._at_work[address]


def timed(serving: Serving, is_proxy: Callable[[str], bool]) -> type[TimedConnection]:
    """Return the protocol for one server."""
    return type("_Timed", (TimedConnection,), {"crowd": Crowd(serving, is_proxy)})


def listening(app: ASGIApp, address: str, serving: Serving) -> uvicorn.Config:
    """Return a server's configuration, as in `127.0.0.1:8000`; who is a proxy it reads of `FORWARDED_ALLOW_IPS`."""
    host, _, port = address.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=10,
    )
    proxies = ProxyHeadersMiddleware(app, config.forwarded_allow_ips).trusted_hosts  # type: ignore[arg-type]  # its own types
    allowed = serving.model_copy(update={"connections": files_for(serving.connections)})
    config.http = timed(allowed, proxies.__contains__)
    return config


def files_for(connections: int) -> int:
    """Let the process open as many files as connections need, where it may; return for how many there are enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed - OTHER_FILES
