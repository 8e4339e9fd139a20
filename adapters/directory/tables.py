"""The directory's tables, in the embedded SQLite or in PostgreSQL, and what each needs to find a part of a text fast.

Names and NITs lie here. The embedded file is its owner's alone, and nothing of a removed row stays in it.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from domain.errors import ActivaError

SCHEMA: Final = "1"
"""Of another one everything is dropped, and built from the bucket again."""
CONNECTIONS: Final = 5
CONNECT_SECONDS: Final = 2
STATEMENT_SECONDS: Final = 5
LOCK_SECONDS: Final = 10
_LOCK: Final = 7_021_965_033
"""A number of ours for PostgreSQL's advisory lock: one process creates the tables."""
_SQLITE: Final = (3, 35, 0)

metadata: Final = sa.MetaData()
_TEXT: Final = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Compared by code points in both, so that both sort alike and a beginning is a range."""

COMPANIES: Final = sa.Table(
    "directory_companies",
    metadata,
    sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("company_id", _TEXT, nullable=False, unique=True),
    sa.Column("legal_name", _TEXT, nullable=False),
    sa.Column("nit", _TEXT, nullable=False),
    sa.Column("sort_name", _TEXT, nullable=False),
    sa.Column("searched", _TEXT, nullable=False),
    sa.Column("version", _TEXT, nullable=False),
)
BY_NAME: Final = sa.Index("directory_by_name", COMPANIES.c.sort_name, COMPANIES.c.company_id, COMPANIES.c.searched)
"""The way through the names, with what is looked for on it."""
WORDS: Final = sa.Table(
    "directory_words",
    metadata,
    sa.Column("word", _TEXT, primary_key=True),
    sa.Column("backwards", _TEXT, nullable=False, index=True),
)
STATE: Final = sa.Table(
    "directory_state",
    metadata,
    sa.Column("name", _TEXT, primary_key=True),
    sa.Column("value", _TEXT, nullable=False),
)
PARTS: Final = sa.table("directory_parts", sa.column("rowid"), sa.column("directory_parts"))
"""SQLite's index of every three letters that stand side by side."""

_FOR_SQLITE: Final = (
    (
        "CREATE VIRTUAL TABLE directory_parts USING fts5"
        "(searched, content='directory_companies', content_rowid='row', tokenize='trigram')"
    ),
    (
        "CREATE TRIGGER directory_in AFTER INSERT ON directory_companies BEGIN"
        " INSERT INTO directory_parts(rowid, searched) VALUES (new.row, new.searched); END"
    ),
    (
        "CREATE TRIGGER directory_out AFTER DELETE ON directory_companies BEGIN"
        " INSERT INTO directory_parts(directory_parts, rowid, searched) VALUES ('delete', old.row, old.searched); END"
    ),
    (
        "CREATE TRIGGER directory_changed AFTER UPDATE OF searched ON directory_companies"
        " WHEN old.searched IS NOT new.searched BEGIN"
        " INSERT INTO directory_parts(directory_parts, rowid, searched) VALUES ('delete', old.row, old.searched);"
        " INSERT INTO directory_parts(rowid, searched) VALUES (new.row, new.searched); END"
    ),
)
_FOR_POSTGRESQL: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX directory_parts ON directory_companies USING gin (searched gin_trgm_ops)",
)


class DirectoryFileError(ActivaError):
    """The embedded directory can't be kept here; the text says what to do."""


def embedded(file: Path) -> Engine:
    """Return the embedded database in a file that nobody else may read; raises DirectoryFileError where none can be."""
    if sqlite3.sqlite_version_info < _SQLITE:
        raise DirectoryFileError(
            f"this Python has SQLite {sqlite3.sqlite_version}; the directory needs 3.35, or ACTIVA_DIRECTORY__URL"
        )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        file.chmod(0o600)
    except OSError as error:
        raise DirectoryFileError(
            f"the directory can't be kept in {file}: {error.strerror}; set ACTIVA_DIRECTORY__FILE or __URL"
        ) from None
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"timeout": LOCK_SECONDS},
    )
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def shared(url: str) -> Engine:
    """Return the PostgreSQL database at an address; nothing is connected yet."""
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_timeout=STATEMENT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s",
        },
    )


def create(engine: Engine) -> None:
    """Create the tables where they are not there, or are of another schema."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if sa.inspect(connection).has_table(STATE.name):
            found = connection.scalar(sa.select(STATE.c.value).where(STATE.c.name == "schema"))
            if found == SCHEMA:
                return
        _drop(connection)
        metadata.create_all(connection)
        for statement in _FOR_SQLITE if connection.dialect.name == "sqlite" else _FOR_POSTGRESQL:
            connection.execute(sa.text(statement))
        connection.execute(STATE.insert(), {"name": "schema", "value": SCHEMA})


def _drop(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("DROP TABLE IF EXISTS directory_parts"))
    metadata.drop_all(connection)


def writing(engine: Engine) -> Any:
    """Return a transaction that may write."""
    return engine.execution_options(writes=True).begin()


def _connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver would begin a transaction by itself, and too late
    # A reader never waits for a writer; a power cut may lose the last rows, which the bucket has.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")


def _begun(connection: Connection) -> None:
    # One who has read may not write after another has written meanwhile: whoever will write, begins as a writer.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
