"""Which session of a person is alive: one at a time, on record in the store, so that it ends on every replica at once.

A cookie that was copied is worth nothing after its session has ended: every page asks the record first. Its key names
the person by a digest. It is needed as long as a session can live; without it the session is over.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final, Protocol

from domain.bucket import SESSIONS, session_key

JSON: Final = "application/json"
_ENDED: Final = ""


class Stored(Protocol):
    """An object as it was read."""

    @property
    def data(self) -> bytes:
        """What was read."""


class Records(Protocol):
    """The store of the records; its calls block."""

    def get(self, key: str) -> Stored | None:
        """Return the object, or None when there is none."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write the object, replacing what was there."""

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield the key and the version of every object below a prefix."""


class LiveSessions:
    """The record of whose session is alive."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def begin(self, person: str, session_id: str, about: dict[str, Any]) -> None:
        """Let a session live, and end the person's earlier one; `about` is for whoever ends sessions by hand."""
        await asyncio.to_thread(self._write, session_key(person), {**about, "id": session_id})

    async def is_live(self, person: str, session_id: str) -> bool:
        """Tell whether it is this session that lives."""
        found = await asyncio.to_thread(self._records.get, session_key(person))
        lives = _ENDED if found is None else json.loads(found.data)["id"]
        return bool(lives) and lives == session_id

    async def end(self, person: str, session_id: str) -> None:
        """End a session, unless another has taken its place."""
        if await self.is_live(person, session_id):
            await asyncio.to_thread(self._write, session_key(person), {"id": _ENDED})

    def end_all(self, *, company_id: str | None = None, staff: str | None = None) -> Iterator[dict[str, Any]]:
        """End the sessions of a company, of one of the staff, or, without either, of everybody; yield each. Blocks."""
        for key, _ in self._records.list(SESSIONS):
            found = self._records.get(key)
            about = {} if found is None else json.loads(found.data)
            wanted = (company_id, staff) == (None, None)
            wanted |= company_id is not None and about.get("company_id") == company_id
            wanted |= staff is not None and about.get("staff") == staff
            if about.get("id") and wanted:
                self._write(key, {"id": _ENDED})
                yield {name: value for name, value in about.items() if name != "id"}

    def _write(self, key: str, about: dict[str, Any]) -> None:
        self._records.put(key, json.dumps(about).encode(), JSON)
