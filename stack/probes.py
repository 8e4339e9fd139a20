"""Checks that a program of the stack does its work, not merely that its port is open."""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Final

from adapters.temporal import connect, missing_search_attributes
from domain.errors import TemporalSettingsError, TemporalUnavailableError
from stack.process import Probe

LOOPBACK: Final = "127.0.0.1"
_LOWEST_PORT: Final = 20_000
_PORTS: Final = 12_000
_PATIENCE_SECONDS: Final = 10
_ANSWER_LIMIT_BYTES: Final = 1 << 20


def free_port() -> int:
    """Return a loopback port that nobody listens on, of those that no system gives to outgoing connections.

    It is given to nobody else who asks here, in whatever process, for as long as this process lives: the server that
    will listen on it may start much later.
    """
    while True:
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        if is_free(port) and _is_reserved(port):
            return port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        # As servers do: connections of an earlier server that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _is_reserved(port: int) -> bool:
    """Tell whether the port could be reserved: the UDP port of the same number, which no server here uses, is held."""
    token = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        token.bind((LOOPBACK, port))
    except OSError:
        token.close()
        return False
    token.detach()  # held open until the process ends
    return True


def temporal_answers(port: int) -> Probe:
    """Return the check that the namespace is there with the product's search attributes."""

    async def probe() -> str | None:
        try:
            wrong = await missing_search_attributes(await connect(address=f"{LOOPBACK}:{port}"))
        except (TemporalUnavailableError, TemporalSettingsError) as error:
            return str(error)
        return "; ".join(f"search attribute {name} {what}" for name, what in wrong.items()) or None

    return probe


def http_answers(port: int, path: str, containing: str = "") -> Probe:
    """Return the check that a page answers 200 and contains a text."""

    async def probe() -> str | None:
        request = f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}:{port}\r\n\r\n"
        answer = await _conversation(port, request.encode(), _whole)
        status, _, body = answer.partition("\r\n")
        if " 200" not in status:
            return f"http://{LOOPBACK}:{port}{path} answers {status!r}"
        return None if containing in body else f"http://{LOOPBACK}:{port}{path} has no {containing} yet"

    return probe


def smtp_answers(port: int) -> Probe:
    """Return the check that a mail server greets."""

    async def probe() -> str | None:
        greeting = await _conversation(port, b"", _first_line)
        return None if greeting.startswith("220") else f"the mail port {port} greets with {greeting!r}"

    return probe


def port_accepts(port: int) -> Probe:
    """Return the check that somebody takes connections on a port, for a server that says nothing by itself."""

    async def probe() -> str | None:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError as error:
            return str(error)
        writer.close()
        return None

    return probe


async def _conversation(port: int, request: bytes, listen: Callable[[asyncio.StreamReader], Awaitable[bytes]]) -> str:
    """Return what the port says, or in words why it says nothing."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port, limit=_ANSWER_LIMIT_BYTES)
            try:
                writer.write(request)
                return (await listen(reader)).decode(errors="replace")
            finally:
                writer.close()
    except TimeoutError:
        return f"nothing within {_PATIENCE_SECONDS} s"
    except (OSError, ValueError) as error:
        return str(error)


async def _first_line(reader: asyncio.StreamReader) -> bytes:
    return await reader.readline()


async def _whole(reader: asyncio.StreamReader) -> bytes:
    return await reader.read()
