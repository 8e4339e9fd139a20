"""A store whose single calls a test can refuse, lose the answer of, or hold up: a proxy before a real S3 server."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from urllib.parse import urlsplit

REFUSED = b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
FULL = b"HTTP/1.1 507 Insufficient Storage\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_IDS = re.compile(r"[0-9a-f]{16,64}|AC-[0-9A-Z-]+")


class Fault(StrEnum):
    """When a call breaks off: before its effect, after it, or not at all, while it is waited for."""

    BEFORE = "is refused"
    AFTER = "loses its answer"
    HANGS = "hangs"


@dataclass(frozen=True)
class Call:
    """A kind of call, its key without ids: `PUT signed/*/*.pdf`."""

    method: str
    key: str


@dataclass
class Breakage:
    """A call of one company that goes wrong until it is mended."""

    call: Call
    fault: Fault
    met: asyncio.Event = field(default_factory=asyncio.Event)
    mended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class FaultyStore:
    """What was asked of the store, and which of it goes wrong, by company."""

    upstream: str
    port: int = 0
    is_full: bool = False
    """Whether it takes nothing more; what it has can be read."""
    calls: dict[str, list[Call]] = field(default_factory=dict)
    breakages: dict[str, Breakage] = field(default_factory=dict)
    ahead: timedelta = timedelta()
    """By how much the server's clock has been put forward since everything was stored."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def breaks(self, company_id: str, call: Call, fault: Fault) -> Breakage:
        """Let a company's call go wrong, as often as it is made, until its breakage is mended."""
        self.breakages[company_id] = Breakage(call, fault)
        return self.breakages[company_id]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the one call of a connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        if headers.get("expect") == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        fault = await self._fault_of(*lines[0].split(" ")[:2])
        if self.is_full and lines[0].startswith(("PUT ", "POST ")):
            writer.write(FULL)
            await writer.drain()
            return
        answer = REFUSED if fault is Fault.BEFORE else await self._passed_on(lines, body)
        if fault is Fault.AFTER:
            writer.transport.abort()
            return
        writer.write(answer)
        await writer.drain()

    async def _fault_of(self, method: str, target: str) -> Fault | None:
        key = urlsplit(target).path.split("/", 2)[-1]
        company_id = next((part.removesuffix(".json").removesuffix("-revoked") for part in key.split("/")[1:]), "")
        call = Call(method, _IDS.sub("*", key.replace(company_id, "*")))
        self.calls.setdefault(company_id, []).append(call)
        breakage = self.breakages.get(company_id)
        if breakage is None or breakage.call != call or breakage.mended.is_set():
            return None
        breakage.met.set()
        if breakage.fault is Fault.HANGS:
            await breakage.mended.wait()
        return breakage.fault

    async def _passed_on(self, lines: list[str], body: bytes) -> bytes:
        kept = [line for line in lines if not line.lower().startswith(("expect:", "connection:"))]
        found = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(found.hostname, found.port)
        writer.write("\r\n".join([kept[0], "connection: close", *kept[1:]]).encode() + body)
        answer = await reader.read()
        writer.close()
        head, _, rest = answer.partition(b"\r\n\r\n")
        date = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        said = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"date:"))]
        return b"\r\n".join([*said, f"date: {date}".encode(), b"connection: close", b"", rest])


@asynccontextmanager
async def faulty_store(upstream: str) -> AsyncIterator[FaultyStore]:
    """Run the proxy before a server."""
    store = FaultyStore(upstream)
    server = await asyncio.start_server(store.serve, "127.0.0.1", 0)
    store.port = server.sockets[0].getsockname()[1]
    try:
        yield store
    finally:
        for breakage in store.breakages.values():
            breakage.mended.set()
        server.close()
