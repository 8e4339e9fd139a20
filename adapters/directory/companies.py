"""The table of the companies: written, read and searched. Every call blocks; threads and processes may share it.

Invariant: no error that comes out carries what stands in a row; the driver's own texts may.
"""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from adapters.directory import tables
from adapters.directory.search import Found, find, has_part
from adapters.directory.tables import COMPANIES, STATE, WORDS, writing
from adapters.directory.words import folded, name_words, searched
from domain.errors import DirectoryUnavailableError
from domain.profiles.company import Company

_FOLLOWED: Final = "followed_until"


class Stored(NamedTuple):
    """A company's data, and the version of the object they were read from; empty when it is not known."""

    company: Company
    version: str = ""


class Companies:
    """The companies that have a profile. Nothing is opened before the first call."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self._is_ready = False
        self._readying = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether every process, on every machine, has this same table."""
        return self.engine.dialect.name == "postgresql"

    def prepare(self) -> None:
        """Create the tables where there are none."""
        with _translated("prepare"), self._readying:
            if not self._is_ready:
                tables.create(self.engine)
                self._is_ready = True

    def search(self, text: str, after: str | None = None, *, near: bool = False) -> Found:
        """Return one page of the companies that a text names, by name, after one; or `near` it, as a page told."""
        with self._reading("search") as connection:
            return find(connection, text, after, near)

    def names(self, company_ids: Collection[str]) -> dict[str, str]:
        """Return the legal names that are known."""
        wanted = sa.select(COMPANIES.c.company_id, COMPANIES.c.legal_name).where(
            COMPANIES.c.company_id.in_(company_ids)
        )
        with self._reading("names") as connection:
            return {row.company_id: row.legal_name for row in connection.execute(wanted)}

    def versions(self, company_ids: Collection[str]) -> dict[str, str]:
        """Return of which version each known company's row is."""
        wanted = sa.select(COMPANIES.c.company_id, COMPANIES.c.version).where(COMPANIES.c.company_id.in_(company_ids))
        with self._reading("versions") as connection:
            return {row.company_id: row.version for row in connection.execute(wanted)}

    def ids(self) -> set[str]:
        """Return every company that has a row."""
        with self._reading("ids") as connection:
            return set(connection.scalars(sa.select(COMPANIES.c.company_id)))

    def enter(self, company: Company) -> None:
        """Write a company. Its row is of no known version, so that a rebuilding reads it again."""
        self.put([Stored(company)])

    def put(self, stored: Sequence[Stored]) -> None:
        """Write companies, each in the place of what was there of it; the words of a name that it lost go, too."""
        if not stored:
            return
        latest = {each.company.company_id: each for each in stored}
        rows = [
            _row(latest[company_id]) for company_id in sorted(latest)
        ]  # in one order, so that no two wait in a circle
        with self._writing("put") as connection:
            lost = _words_of(connection, [row["company_id"] for row in rows])
            kept = frozenset().union(*(name_words(row["legal_name"]) for row in rows))
            insert = _insert(connection)(COMPANIES)
            changed = {name: insert.excluded[name] for name in rows[0] if name != "company_id"}
            connection.execute(insert.on_conflict_do_update(index_elements=["company_id"], set_=changed), rows)
            if new := [{"word": word, "backwards": word[::-1]} for word in sorted(kept)]:
                connection.execute(_insert(connection)(WORDS).on_conflict_do_nothing(), new)
            _drop_words(connection, lost - kept)

    def forget(self, company_ids: Collection[str]) -> int:
        """Remove companies, so that nothing of them stays in the embedded file either; return how many were there."""
        with self._writing("forget") as connection:
            lost = _words_of(connection, company_ids)
            gone = connection.execute(COMPANIES.delete().where(COMPANIES.c.company_id.in_(company_ids))).rowcount
            _drop_words(connection, lost)
            if gone and not self.is_shared:
                # The index would keep what was removed until it is merged.
                connection.exec_driver_sql("INSERT INTO directory_parts(directory_parts) VALUES ('optimize')")
        if gone and not self.is_shared:
            with _translated("forget"), self.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        return gone

    def followed_until(self) -> datetime | None:
        """Return until when the table is as the bucket; None while it was never built as a whole."""
        with self._reading("state") as connection:
            value = connection.scalar(sa.select(STATE.c.value).where(STATE.c.name == _FOLLOWED))
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)

    def is_followed(self, until: datetime) -> None:
        """Write down until when the table is as the bucket."""
        row = {"name": _FOLLOWED, "value": until.isoformat()}
        with self._writing("state") as connection:
            insert = _insert(connection)(STATE)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value}), row
            )

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def _reading(self, operation: str) -> Iterator[Connection]:
        self.prepare()
        with _translated(operation), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, operation: str) -> Iterator[Connection]:
        self.prepare()
        with _translated(operation), writing(self.engine) as connection:
            yield connection


def _row(stored: Stored) -> dict[str, str]:
    company = stored.company
    return {
        "company_id": company.company_id,
        "legal_name": company.legal_name,
        "nit": company.nit,
        "sort_name": folded(company.legal_name),
        "searched": searched(company),
        "version": stored.version,
    }


def _insert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def _words_of(connection: Connection, company_ids: Collection[str]) -> frozenset[str]:
    names = connection.scalars(sa.select(COMPANIES.c.legal_name).where(COMPANIES.c.company_id.in_(company_ids)))
    return frozenset().union(*map(name_words, names))


def _drop_words(connection: Connection, lost: Collection[str]) -> None:
    """Forget the words that no company has any more: a rare one may be a person's name."""
    gone = [word for word in sorted(lost) if not has_part(connection, word)]
    if gone:
        connection.execute(WORDS.delete().where(WORDS.c.word.in_(gone)))


@contextmanager
def _translated(operation: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise DirectoryUnavailableError(f"directory {operation}: {cause}") from None
