"""The desk's directory with hundreds of thousands of companies: its first page, its searches, its memory.

The peer of the portal's figures is the same portal with no company but one, on the same servers; of a search in a
database, the same question without the index of parts; of building the table, its reads of the bucket alone.
"""

import asyncio
import contextlib
import math
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import sqlalchemy as sa

from adapters.directory.companies import Companies, Stored
from adapters.directory.following import AT_ONCE, CHUNK, Following
from adapters.directory.opening import opened
from adapters.directory.search import PAGE
from adapters.directory.tables import COMPANIES
from adapters.directory.words import asked
from benchmarks.companies import companies, searches
from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack, program_of, running
from benchmarks.measured_worker import resident_bytes
from benchmarks.portal import FROM_OUR_PAGES, PATIENCE, enter
from benchmarks.ports import MemoryObject, MemoryObjects
from benchmarks.sizes import Size
from domain.bucket import company_key
from domain.model import canonical_bytes
from portal.auth.roles import Role
from stack.probes import LOOPBACK, free_port
from stack.stack_settings import StackSettings
from tests.support.postgresql_server import postgresql

CONFIGURATION: Final = (
    "product: the portal as shipped, over the local stack, its directory an SQLite file; PostgreSQL without fsync\n"
    "bare: the same with one company; in a database the question without its index of parts; the bucket's calls alone"
)
CALL_SECONDS: Final = 0.01
"""Of one call of a bucket that is not on this machine."""


class Seen(NamedTuple):
    """What one portal's desk came to: milliseconds, and bytes."""

    first_page: float
    search: float
    resident: int


async def measure(size: Size) -> list[Figure]:
    """Return the directory's figures."""
    texts = searches(size.listed, size.searches)
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        file = Path(folder) / "many.sqlite3"
        embedded = await asyncio.to_thread(_databases, file, None, size, texts)
        shared = await asyncio.to_thread(_databases, file, url, size, texts)
        with_many, with_none = await _portals(Path(folder), file, texts)
        built, reads = await asyncio.to_thread(_building, Path(folder) / "built.sqlite3", size)
    library = await _library()
    more = library + (with_many.resident - with_none.resident) / 1e6
    first = f"desk's first page after the start, {size.listed:,} companies"
    return [
        Figure(first, with_many.first_page, with_none.first_page, 300, " ms", 0, absolute=True),
        Figure("  search at the desk, 95 of 100", with_many.search, with_none.search, 100, " ms", 1, absolute=True),
        Figure("  memory of the portal for it, library and all", more, library, 50, " MB", 1, absolute=True),
        _alone("  search in SQLite alone, 95 of 100", [each.wall for each in embedded], 100),
        _alone("    its CPU, which other work does not change", [each.cpu for each in embedded], None),
        _alone("  search in PostgreSQL alone, 95 of 100", [each.wall for each in shared], 100),
        Figure(f"built from a bucket of {size.rebuilt:,}, 10 ms a call", built, reads, None, " s", 1),
    ]


def _alone(what: str, found: Sequence[float], goal: float | None) -> Figure:
    with_index, without = found
    return Figure(what, with_index, without, goal, " ms", 1, absolute=True)


class Took(NamedTuple):
    """Milliseconds within which all searches but one of twenty are answered, and of this process's CPU."""

    wall: float
    cpu: float


def _databases(file: Path, url: str | None, size: Size, texts: Sequence[str]) -> tuple[Took, Took]:
    """Fill a database and return how long searches take in it, and without its index of parts."""
    table = opened(file, url)
    waiting = companies(size.listed)
    while chunk := [Stored(each, "1") for each in islice(waiting, CHUNK)]:
        table.put(chunk)
    table.is_followed(datetime.now(UTC))  # so that a portal that finds it has nothing to build
    some = texts[: len(texts) // 4 or 1]
    found = _all_but_few(table.search, texts), _all_but_few(lambda text: _without_index(table, text), some)
    table.close()
    return found


def _without_index(table: Companies, text: str) -> None:
    parts = [(COMPANIES.c.searched + "").contains(word, autoescape=True) for word in asked(text)]
    wanted = sa.select(COMPANIES.c.legal_name).where(*parts).order_by(COMPANIES.c.sort_name).limit(PAGE)
    with table.engine.connect() as connection:
        connection.execute(wanted).all()


def _all_but_few(search: Callable[[str], object], texts: Sequence[str]) -> Took:
    took, spent = [], []
    for text in texts:
        began, before = time.perf_counter(), time.process_time()
        search(text)
        took.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - before) * 1000)
    return Took(_slowest_but_few(took), _slowest_but_few(spent))


def _slowest_but_few(took: Sequence[float]) -> float:
    return sorted(took)[math.ceil(0.95 * len(took)) - 1]


async def _portals(folder: Path, file: Path, texts: Sequence[str]) -> tuple[Seen, Seen]:
    """Return what a portal with many companies comes to, and one with none, on the same servers."""
    async with local_stack(worker=False) as (stack, _):
        return await _portal(stack, file, texts), await _portal(stack, folder / "none.sqlite3", texts)


async def _portal(stack: StackSettings, file: Path, texts: Sequence[str]) -> Seen:
    stack = stack.model_copy(update={"portal_port": free_port()})
    async with running(program_of(stack, "portal"), {"ACTIVA_DIRECTORY__FILE": str(file)}) as portal:
        async with contextlib.aclosing(await _at_desk(stack)) as desk:
            first = await _took(lambda: desk.get("/soporte/casos"))
            took = [await _took(partial(desk.post, "/soporte/buscar", data={"q": text})) for text in texts]
        return Seen(first, _slowest_but_few(took), resident_bytes(portal.pid))


async def _at_desk(stack: StackSettings) -> httpx.AsyncClient:
    """Return the browser of somebody of support."""
    browser = httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{stack.portal_port}",
        headers=FROM_OUR_PAGES,
        timeout=PATIENCE.total_seconds(),
        trust_env=False,
    )
    await enter(browser, rol=Role.SUPPORT.value)
    return browser


async def _took(ask: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Return the milliseconds of an answer; an exact id leads to its case, which nobody has, but by its name."""
    began = time.perf_counter()
    (await ask()).raise_for_status()
    return (time.perf_counter() - began) * 1000


class _FarBucket(MemoryObjects):
    """A bucket that takes its time for each call."""

    def get(self, key: str, limit_bytes: int | None = None) -> MemoryObject | None:
        time.sleep(CALL_SECONDS)
        return super().get(key, limit_bytes)

    def list(self, prefix: str, after: str = "") -> Iterator[tuple[str, str]]:
        """Yield keys and versions, a thousand for each call."""
        for number, (key, stored) in enumerate(self.kept.items()):
            if number % 1000 == 0:
                time.sleep(CALL_SECONDS)
            if key.startswith(prefix) and key > after:
                yield key, stored.etag


def _building(file: Path, size: Size) -> tuple[float, float]:
    """Return the seconds in which a table is built from a bucket, and those of the bucket's calls."""
    bucket = _FarBucket()
    for each in companies(size.rebuilt):
        bucket.put(company_key(each.company_id), canonical_bytes(each), "application/json")
    table = opened(file, None)
    began = time.perf_counter()
    Following(table, bucket).rebuild()
    took = time.perf_counter() - began
    table.close()
    return took, CALL_SECONDS * (size.rebuilt / AT_ONCE + math.ceil(size.rebuilt / 1000))


async def _library() -> float:
    """Return the megabytes that the database's library takes in a process that has the portal's others."""
    command = (
        "import fastapi, boto3, temporalio.client, pydantic_settings, joserfc; from benchmarks.measured_worker import "
        "resident_bytes as seen; before = seen(); import adapters.directory.opening; print((seen() - before) / 1e6)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, stdout=asyncio.subprocess.PIPE)
    return float((await process.communicate())[0])
