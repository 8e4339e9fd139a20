"""The local mail server: keeps every mail as one `.eml` file instead of delivering it.

Invariants: a file in the folder is whole, for it is written beside it and renamed; a mail that could not be kept is
refused with 451, so that the sender tries again; nothing personal is printed or stands in a file's name.
"""

import argparse
import asyncio
import errno
import itertools
import os
import re
import signal
import sys
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST: Final = "127.0.0.1"
LARGEST_MAIL_BYTES: Final = 10_000_000
UNNAMED: Final = "mail"


class MailSink:
    """A mail server on loopback over a folder, running within `async with MailSink(folder) as sink`."""

    def __init__(self, folder: Path, port: int = 0, report: Callable[[str], None] = lambda _: None) -> None:
        """Hold where mails go; port 0 takes a free one; `report` is told the reference of each mail kept."""
        self.folder = folder
        self.port = port
        self._keeper = _Keeper(folder, report)
        self._connections: weakref.WeakSet[SMTP] = weakref.WeakSet()

    async def __aenter__(self) -> "MailSink":
        """Listen; raises OSError when the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = await asyncio.get_running_loop().create_server(self._connection, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, and cut off who is still talking: such a mail was not answered, so its sender tries again."""
        self._server.close()
        for connection in list(self._connections):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        await self._server.wait_closed()

    def _connection(self) -> SMTP:
        connection = SMTP(
            self._keeper, data_size_limit=LARGEST_MAIL_BYTES, enable_SMTPUTF8=True, hostname="localhost", ident="sink"
        )
        self._connections.add(connection)
        return connection

    def mails(self) -> list[Path]:
        """Return the files of the mails kept, oldest first."""
        return sorted(self.folder.glob("*.eml"))


class _Keeper:
    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self._folder = folder
        self._report = report
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        content = envelope.content
        data = content if isinstance(content, bytes) else str(content).encode()
        reference = str(BytesHeaderParser().parsebytes(data).get("X-Entity-Ref-ID", UNNAMED))
        try:
            # In a thread, so that a slow disk does not hold up the other senders.
            await asyncio.to_thread(self._keep, self._name(reference), data)
        except OSError as error:
            self._report(f"refused: {errno.errorcode.get(error.errno or 0, 'disk error')}")
            return "451 the mail could not be kept; try again"
        self._report(_printable(reference))
        return "250 kept"

    def _name(self, reference: str) -> str:
        # The process number keeps two runs within one second apart.
        slug = re.sub(r"[^A-Za-z0-9]+", "-", reference).strip("-")[:80] or UNNAMED
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}-{next(self._numbers):04d}-{slug}.eml"

    def _keep(self, name: str, data: bytes) -> None:
        unfinished = self._folder / f".{name}.part"
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._folder / name)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


def _printable(reference: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./-]", "?", reference)[:200]


async def run(folder: Path, port: int) -> None:
    """Run until SIGTERM or Ctrl-C."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with MailSink(folder, port, report=lambda text: _say(f"mail {text}")) as sink:
        _say(f"mail sink ready on {HOST}:{sink.port}")
        await stopped.wait()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    arguments = argparse.ArgumentParser(prog="python -m stack.mail_sink", description="Keeps every mail as a file.")
    arguments.add_argument("--port", type=int, default=1025, help="on 127.0.0.1; 0 takes a free one")
    arguments.add_argument("--folder", type=Path, required=True, help="where the .eml files go; made if need be")
    chosen = arguments.parse_args()
    asyncio.run(run(chosen.folder, chosen.port))


if __name__ == "__main__":
    main()
