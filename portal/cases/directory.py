"""Who the companies are, to be found by id, NIT or name. Temporal knows no names, so this index lies beside it.

It is read from the stored profiles into memory and renewed while the desk is in use: a listing finds what is new or
changed, and only that is read. What was stored in the last seconds may be missing; a company id is found without it.
"""

import asyncio
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import ValidationError

from adapters.s3 import S3Object
from domain.bucket import PROFILES, company_key, company_of_key
from domain.profiles.company import Company

RENEWED_AFTER_SECONDS: Final = 20.0
AT_ONCE: Final = 20
MOST_FOUND: Final = 50


class Profiles(Protocol):
    """The store of the companies' data."""

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and version of every object below a prefix."""
        ...

    def get(self, key: str) -> S3Object | None:
        """Return an object."""
        ...


@dataclass(frozen=True)
class Entry:
    """One company, and the words it is found by."""

    company: Company
    version: str
    words: str


class Directory:
    """The companies that have a profile."""

    def __init__(self, profiles: Profiles, clock: Callable[[], float] = time.monotonic) -> None:
        """Hold the store; nothing is read yet."""
        self._profiles = profiles
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._renewed_at: float | None = None
        self._renewing = asyncio.Lock()

    def name(self, company_id: str) -> str | None:
        """Return a company's legal name, if it is known."""
        entry = self._entries.get(company_id)
        return None if entry is None else entry.company.legal_name

    async def search(self, text: str) -> list[Company]:
        """Return the companies whose id, NIT or name has every word of a text, by name, at most MOST_FOUND."""
        await self.renew()
        wanted = folded(text).split()
        found = (each.company for each in self._entries.values() if all(word in each.words for word in wanted))
        return sorted(found, key=lambda company: folded(company.legal_name))[:MOST_FOUND] if wanted else []

    async def renew(self) -> None:
        """Read what is new or changed, unless that was done a moment ago."""
        async with self._renewing:
            now = self._clock()
            if self._renewed_at is not None and now - self._renewed_at < RENEWED_AFTER_SECONDS:
                return
            listed = await asyncio.to_thread(self._listed)
            changed = [
                company_id
                for company_id, version in listed.items()
                if company_id not in self._entries or self._entries[company_id].version != version
            ]
            slots = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._read(company_id, listed[company_id], slots) for company_id in changed))
            self._renewed_at = now

    def _listed(self) -> dict[str, str]:
        found = ((company_of_key(key), version) for key, version in self._profiles.list(PROFILES))
        return {company_id: version for company_id, version in found if company_id is not None}

    async def _read(self, company_id: str, version: str, slots: asyncio.Semaphore) -> None:
        async with slots:
            stored = await asyncio.to_thread(self._profiles.get, company_key(company_id))
        if stored is None:
            return
        try:
            company = Company.model_validate_json(stored.data)
        except ValidationError:
            return  # the case itself lists it as something to look at
        words = folded(f"{company.company_id} {company.nit} {company.nit.replace('-', '')} {company.legal_name}")
        self._entries[company_id] = Entry(company, version, words)


def folded(text: str) -> str:
    """Return a text without accents, capitals and the points of thousands, to compare by."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    return "".join(character for character in plain if not unicodedata.combining(character))
