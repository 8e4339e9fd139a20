"""How a company is found: by parts of what it is found by, in the order of the names, a page at a time.

What few companies have is looked up in the index of parts and then sorted; what many have is met soon on the way
through the names. Where nobody has what was typed, words that are close to it are looked for as well.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.directory.tables import COMPANIES, PARTS, WORDS
from adapters.directory.words import asked, closest, ends, tolerance

PAGE: Final = 25
FEW: Final = 10_000
"""So many are sorted at once; what more companies have is met often enough on the way through the names."""
MOST_ALIKE: Final = 5
MOST_COMPARED: Final = 3_000
_INDEXED: Final = 3
"""Letters of a part that the index of parts knows."""

Columns = sa.sql.base.ReadOnlyColumnCollection[str, Any]
_COLUMNS: Final = tuple(COMPANIES.c[name] for name in ("company_id", "legal_name", "nit", "sort_name", "searched"))
Words = tuple[tuple[str, ...], ...]
"""Every group must be met, by one of its words."""


class Listed(NamedTuple):
    """A company as it is listed."""

    company_id: str
    legal_name: str
    nit: str


class Found(NamedTuple):
    """A page of companies, by name; whether others follow, and whether they only are close to what was typed."""

    companies: tuple[Listed, ...]
    more: bool = False
    near: bool = False


def find(connection: Connection, text: str, after: str | None, near: bool) -> Found:
    """Return the page of those that a text names, after a company; of all of them without a text.

    With `near`, which a first page has told, at once those that are close to it.
    """
    words: Words = tuple((word,) for word in asked(text))
    if not near:
        found = _page(connection, words, after)
        if found.companies or after is not None:
            return found
    typed = [word for word in asked(text) if tolerance(word)]
    known = set(connection.scalars(sa.select(WORDS.c.word).where(WORDS.c.word.in_(typed))))
    # Nobody's word is the likelier mistake; where all are somebody's, any may be.
    for suspected in (set(typed) - known, known):
        alike = tuple((*group, *_alike(connection, group[0])) if group[0] in suspected else group for group in words)
        if alike != words and (found := _page(connection, alike, after)).companies:
            return found._replace(near=True)
        words = alike
    return Found(())


def has_part(connection: Connection, part: str) -> bool:
    """Tell whether any company is found by a part that the index knows."""
    return connection.scalar(_matched(connection, ((part,),)).limit(1)) is not None


def _page(connection: Connection, words: Words, after: str | None) -> Found:
    indexed = tuple(group for group in words if min(map(len, group)) >= _INDEXED)
    if indexed:
        few = _matched(connection, indexed).cte("few").prefix_with("MATERIALIZED")
        number = sa.select(sa.func.count()).select_from(few).scalar_subquery()
        others = tuple(group for group in words if group not in indexed)
        rows = _listed(connection, sa.select(few, number.label("number")), few.c, others, after)
        if (rows[0].number if rows else connection.scalar(sa.select(number)) or 0) <= FEW:
            return _found(rows)
    return _found(_listed(connection, sa.select(*_COLUMNS), COMPANIES.c, words, after))


def _matched(connection: Connection, indexed: Words) -> sa.Select[Any]:
    """Return the query of those that have the words, by the index of parts; at most one more than few."""
    if connection.dialect.name == "sqlite":
        rows = sa.select(PARTS.c.rowid).where(_matching(indexed)).limit(FEW + 1)
        return sa.select(*_COLUMNS).where(COMPANIES.c.row.in_(rows))
    return sa.select(*_COLUMNS).where(*_containing(COMPANIES.c, indexed)).limit(FEW + 1)


def _listed(
    connection: Connection, wanted: sa.Select[Any], columns: Columns, words: Words, after: str | None
) -> Sequence[sa.Row[Any]]:
    """Return one row more than a page has."""
    wanted = wanted.where(*_containing(columns, words))
    order = (columns.sort_name, columns.company_id)
    if after is not None:
        last = sa.select(COMPANIES.c.sort_name).where(COMPANIES.c.company_id == after).scalar_subquery()
        wanted = wanted.where(sa.tuple_(*order) > sa.tuple_(sa.func.coalesce(last, ""), after))
    return connection.execute(wanted.order_by(*order).limit(PAGE + 1)).all()


def _found(rows: Sequence[sa.Row[Any]]) -> Found:
    listed = tuple(Listed(row.company_id, row.legal_name, row.nit) for row in rows[:PAGE])
    return Found(listed, more=len(rows) > PAGE)


def _alike(connection: Connection, word: str) -> tuple[str, ...]:
    """Return words of names that are close to one."""
    if not tolerance(word):
        return ()
    beginning, ending = ends(word)
    letters = sa.func.length(WORDS.c.word).between(len(word) - tolerance(word), len(word) + tolerance(word))
    either = (_begins(WORDS.c.word, beginning), _begins(WORDS.c.backwards, ending[::-1]))
    found: set[str] = set()
    for condition in either:
        found.update(connection.scalars(sa.select(WORDS.c.word).where(condition, letters).limit(MOST_COMPARED)))
    return closest(word, found, MOST_ALIKE)


def _begins(column: sa.Column[str], beginning: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= beginning, column < beginning + "\U0010ffff")


def _matching(words: Words) -> sa.ColumnElement[bool]:
    """Return the condition on the index of parts: each group, by one of its words, each in quotes."""
    groups = (" OR ".join('"' + word.replace('"', '""') + '"' for word in group) for group in words)
    return PARTS.c.directory_parts.op("MATCH", is_comparison=True)(" AND ".join(f"({group})" for group in groups))


def _containing(columns: Columns, words: Words) -> Iterator[sa.ColumnElement[bool]]:
    return (sa.or_(*(columns.searched.contains(word, autoescape=True) for word in group)) for group in words)
