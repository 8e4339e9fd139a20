"""A door in front of a server, where connections are refused, slow, answered with errors or cut midway."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from stack.probes import LOOPBACK

CHUNK_BYTES = 65_536
LONGEST_MAIL_BYTES = 12_000


class Trouble(StrEnum):
    """What is wrong with the way to a server."""

    REFUSES = "refuses"
    SLOW = "30 s slow"
    ANSWERS_500 = "answers 500"
    ANSWERS_503 = "answers 503 SlowDown"
    DISK_FULL = "disk full"
    CUTS = "cuts midway"
    LOSES_THE_ANSWER = "loses the answer"


STATUSES = {
    Trouble.ANSWERS_500: (500, "InternalError"),
    Trouble.ANSWERS_503: (503, "SlowDown"),
    Trouble.DISK_FULL: (507, "InsufficientStorage"),
}


@dataclass
class Proxy:
    """A door to a server on loopback; while `trouble` is None everything passes."""

    server_port: int
    speaks_smtp: bool = False
    slow_seconds: float = 30
    trouble: Trouble | None = None
    port: int = 0
    hit: int = 0
    """Connections that met trouble."""
    chance: random.Random = field(default_factory=random.Random)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def change(self, trouble: Trouble | None) -> None:
        """Let connections fare so from now on, those that are open included: they are cut."""
        self.trouble = trouble
        for writer in list(self._open):
            writer.transport.abort()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.change(None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.hit += self.trouble is not None
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._fare(reader, writer, self.trouble)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _fare(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trouble: Trouble | None) -> None:
        match trouble:
            case Trouble.REFUSES:
                return
            case Trouble.ANSWERS_500 | Trouble.ANSWERS_503 | Trouble.DISK_FULL:
                await self._answer(reader, writer, trouble)
                return
            case Trouble.SLOW:
                await asyncio.sleep(self.slow_seconds)
        theirs, ours = await asyncio.open_connection(LOOPBACK, self.server_port)
        self._open.add(ours)
        try:
            up = self._pass(
                reader, ours, self.chance.randint(1, LONGEST_MAIL_BYTES) if trouble is Trouble.CUTS else None
            )
            down = self._pass(theirs, writer, None, loses=trouble is Trouble.LOSES_THE_ANSWER)
            ways = [asyncio.create_task(up), asyncio.create_task(down)]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._open.discard(ours)
            ours.transport.abort()

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        most_bytes: int | None,
        *,
        loses: bool = False,
    ) -> None:
        """Pass on what comes; end after some bytes, or before the answer to a request or a mail."""
        passed = 0
        while data := await source.read(CHUNK_BYTES):
            if loses and (data.startswith(b"250 kept") if self.speaks_smtp else not data.startswith(b"HTTP/1.1 100")):
                return
            if most_bytes is not None and passed + len(data) >= most_bytes:
                target.write(data[: most_bytes - passed])
                await target.drain()
                return
            passed += len(data)
            target.write(data)
            await target.drain()
        with contextlib.suppress(OSError):
            target.write_eof()
            await asyncio.sleep(1)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trouble: Trouble) -> None:
        if self.speaks_smtp:
            is_busy = trouble is Trouble.ANSWERS_503
            writer.write(b"421 4.3.2 try again later\r\n" if is_busy else b"554 5.3.0 no service now\r\n")
            await writer.drain()
            return
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        if b"expect: 100-continue" not in head:
            await reader.readexactly(int(length.partition(b":")[2]))
        status, code = STATUSES[trouble]
        text = f"<Error><Code>{code}</Code><Message>try again later</Message></Error>"
        answer = f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {len(text)}\r\n"
        writer.write(f"{answer}Connection: close\r\n\r\n{text}".encode())
        await writer.drain()
        writer.write_eof()
        await asyncio.sleep(0.2)
