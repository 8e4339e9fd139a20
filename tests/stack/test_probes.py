"""A check answers None for a program that works, and in words what is missing otherwise."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from stack.probes import LOOPBACK, free_port, http_answers, smtp_answers, temporal_answers
from stack.process import ROOT

SERVERS = 400
ASKING = f"""
import sys
from stack.probes import free_port
print(*(free_port() for _ in range({SERVERS})), flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def says(text: str) -> AsyncIterator[int]:
    """Run a server that says one thing to everybody, and give its port."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text.encode())
        writer.write_eof()
        await reader.read()  # closing on unread bytes would reset the connection
        writer.close()

    async with await asyncio.start_server(speak, LOOPBACK, 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "works"),
    [
        pytest.param("HTTP/1.1 200 OK\r\n\r\ntemporal_num_pollers 1", True, id="the line is there"),
        pytest.param("HTTP/1.1 200 OK\r\n\r\nother 1", False, id="the line is not there yet"),
        pytest.param("HTTP/1.1 503 Busy\r\n\r\ntemporal_num_pollers 1", False, id="an error page"),
        pytest.param("", False, id="silence"),
    ],
)
async def test_a_page_works_when_it_answers_200_with_the_line(answer: str, works: bool) -> None:
    async with says(answer) as port:
        assert (await http_answers(port, "/metrics", containing="temporal_num_pollers")() is None) is works


@pytest.mark.parametrize(
    ("greeting", "works"),
    [
        pytest.param("220 localhost ESMTP\r\n", True, id="a greeting"),
        pytest.param("421 busy\r\n", False, id="a refusal"),
        pytest.param("HTTP/1.1 400 Bad Request\r\n", False, id="another kind of server"),
    ],
)
async def test_a_mail_server_works_when_it_greets(greeting: str, works: bool) -> None:
    async with says(greeting) as port:
        assert (await smtp_answers(port)() is None) is works


async def test_a_port_that_nobody_listens_on_is_told_in_words() -> None:
    port = free_port()
    assert str(port) in str(await http_answers(port, "/")())
    assert str(port) in str(await smtp_answers(port)())
    assert str(port) in str(await temporal_answers(port)())


async def test_processes_that_live_at_once_are_never_given_the_same_port() -> None:
    asking = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", ASKING, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    try:
        given = [port for process in asking if process.stdout for port in (await process.stdout.readline()).split()]
    finally:
        await asyncio.gather(*(process.communicate(b"") for process in asking))
    assert len(given) == 2 * SERVERS
    assert len(set(given)) == 2 * SERVERS
