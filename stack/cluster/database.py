"""PostgreSQL of the cluster: an empty data folder, the server, and what Temporal's SQL tool puts into it."""

import os
import pwd
import sys
from pathlib import Path
from typing import Final

import psycopg

from stack.cluster.binaries import Binaries
from stack.cluster.config import DATABASE_USER, MAIN_DATABASE, VISIBILITY_DATABASE
from stack.probes import LOOPBACK
from stack.process import Probe, Program
from stack.servers import inherited_environment

OWNER: Final = "nobody"
"""PostgreSQL refuses to be run by root."""
DIRECTORY_DATABASE: Final = "directory"
"""The desk's directory, which both portals share."""
_SCHEMAS: Final = {MAIN_DATABASE: "postgresql/v12/temporal", VISIBILITY_DATABASE: "postgresql/v12/visibility"}


def give_away(folder: Path) -> None:
    """Let PostgreSQL's account own the folder where this process is root's."""
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(OWNER).pw_uid, -1)


def database_programs(binaries: Binaries, data: Path, port: int) -> tuple[Program, ...]:
    """Return what makes the data folder, the server on it, and what makes each database with its schema.

    `data` must be in a folder that `give_away` was called for.
    """
    cluster = ("--pgdata", str(data), "--username", DATABASE_USER, "--auth", "trust", "--encoding", "UTF8")
    listens = ("-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories=", "-c", "max_connections=300")
    quiet = ("-c", "log_min_messages=fatal")
    return (
        _step("initdb", *_unprivileged(), str(binaries.initdb), *cluster, "--locale", "C"),
        Program(
            name="postgresql",
            command=(*_unprivileged(), str(binaries.postgres), "-D", str(data), "-p", str(port), *listens, *quiet),
            environment=inherited_environment(),
            ready=_answers(port),
        ),
        *(step for name, schema in _SCHEMAS.items() for step in _schema(binaries, port, name, schema)),
        _step("directory", *_sql(binaries, port, DIRECTORY_DATABASE), "create-database"),
    )


def _answers(port: int) -> Probe:
    async def probe() -> str | None:
        address = f"postgresql://{DATABASE_USER}@{LOOPBACK}:{port}/postgres"
        try:
            connection = await psycopg.AsyncConnection.connect(address, connect_timeout=5)
        except psycopg.OperationalError as error:
            return str(error)
        await connection.close()
        return None

    return probe


def _schema(binaries: Binaries, port: int, database: str, schema: str) -> tuple[Program, ...]:
    on = _sql(binaries, port, database)
    return (
        _step(f"{database}: database", *on, "create-database"),
        _step(f"{database}: versions", *on, "setup-schema", "-v", "0.0"),
        _step(f"{database}: schema", *on, "update-schema", "--schema-name", schema),
    )


def _sql(binaries: Binaries, port: int, database: str) -> tuple[str, ...]:
    at = ("--plugin", "postgres12", "--endpoint", LOOPBACK, "--port", str(port), "--user", DATABASE_USER)
    return (str(binaries.sql), *at, "--database", database)


def _step(name: str, *command: str) -> Program:
    quietly = (sys.executable, "-m", "stack.cluster.quiet", *command)
    return Program(name=name, command=quietly, environment=inherited_environment(), must_finish=True)


def _unprivileged() -> tuple[str, ...]:
    return ("setpriv", f"--reuid={OWNER}", "--clear-groups", "--") if os.geteuid() == 0 else ()
