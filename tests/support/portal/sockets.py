"""A portal, or another application, served on a port of its own, and clients that misbehave on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from portal.web.connections import timed
from serving import Serving

LOOPBACK = "127.0.0.1"


@dataclass
class Held:
    """One connection that a client holds."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ended(self) -> bytes:
        """Return everything that is answered until the other side ends the connection, also with a reset."""
        said = b""
        try:
            while block := await self.reader.read(2**16):
                said += block
        except ConnectionResetError:
            said += bytes(self.reader._buffer)  # what came before the reset and was not read yet
        return said

    async def head(self) -> bytes:
        """Return the head of the next answer."""
        return await self.reader.readuntil(b"\r\n\r\n")

    def is_open(self) -> bool:
        ended = self.reader._eof  # also where something of what was said before is not read yet
        return not ended and self.reader.exception() is None

    def send(self, data: bytes) -> None:
        self.writer.write(data)


@dataclass
class Served:
    """A server, and the connections that were opened to it."""

    port: int
    held: list[Held]

    async def connect(self, data: bytes = b"", limit: int = 2**16) -> Held:
        held = Held(*await asyncio.open_connection(LOOPBACK, self.port, limit=limit))
        self.held.append(held)
        held.send(data)
        await held.writer.drain()
        return held


@asynccontextmanager
async def served(app: Any, *proxies: str, **limits: float) -> AsyncIterator[Served]:
    """Serve an application; limits are of `Serving`, and may be shorter than settings allow."""
    serving = Serving().model_copy(update=limits)
    config = uvicorn.Config(
        app, http=timed(serving, proxies.__contains__), log_config=None, lifespan="off", access_log=False
    )
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}), LOOPBACK, 0
    )
    made = Served(server.sockets[0].getsockname()[1], [])
    try:
        yield made
    finally:
        for each in made.held:
            each.writer.transport.abort()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*state.tasks, return_exceptions=True)
