"""What somebody of support has rehearsed or proposed, kept until it is done: what exactly, who, and who confirmed it.

Each change is written with a condition on what was read, so that of two at a time one wins, on whatever replica. An id
begins with its instant, so that those that may still wait are found without reading all of them.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from adapters.case_list import Filter
from adapters.s3 import S3Objects
from domain.bucket import PROPOSALS, proposal_key
from domain.model import Model, canonical_bytes

JSON: Final = "application/json"
MOST_WAITING: Final = 100
_INSTANT_DIGITS: Final = 12
_PREFIX_DIGITS: Final = 6
_PREFIX_SPAN: Final = timedelta(milliseconds=16 ** (_INSTANT_DIGITS - _PREFIX_DIGITS))


class Refusal(StrEnum):
    """Why somebody may not confirm a proposal."""

    DONE = "done"
    LATE = "late"
    SAME_PERSON = "same_person"
    NOT_ASKED = "not_asked"
    NOT_YOURS = "not_yours"
    CHANGED = "changed"
    """Of a batch: its list is another one by now."""
    TOO_MANY = "too_many"
    """Of a batch: with those of the last hour it reaches more cases than one person may."""
    OVERTAKEN = "overtaken"
    """Somebody else did something with it at the same instant."""


class Proposal(Model):
    """Something to be done, exactly; `wanted` and what follows it are of a batch."""

    id: str
    action: str
    values: dict[str, str]
    """As they were typed, but for what identifies a person."""
    company_ids: tuple[str, ...]
    by: str
    at: datetime
    second: bool
    """Whether a second person must confirm it."""
    wanted: Filter | None = None
    chosen: dict[str, str] | None = None
    """The filter as it stands in an address."""
    rate: str = ""
    digest: str = ""
    asked_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    done_at: datetime | None = None

    def late(self, now: datetime, within: timedelta) -> bool:
        """Tell whether it is too old to be done."""
        return not timedelta(0) <= now - self.at <= within

    def refuses(self, by: str, now: datetime, within: timedelta) -> Refusal | None:
        """Return why this person may not confirm it now; None when they may.

        What was confirmed and could not be begun may be tried again.
        """
        if self.done_at is not None:
            return Refusal.DONE
        if self.late(now, within):
            return Refusal.LATE
        if not self.second:
            return None if by == self.by else Refusal.NOT_YOURS
        if by == self.by:
            return Refusal.SAME_PERSON
        return None if self.asked_at is not None else Refusal.NOT_ASKED


@dataclass(frozen=True)
class Kept:
    """A proposal as it was read."""

    value: Proposal
    etag: str


def new_id(now: datetime) -> str:
    """Return an id that nobody else has, and that begins with its instant."""
    return f"desk-{_instant(now)}{secrets.token_hex(10)}"


class Proposals:
    """The proposals in the store."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects

    async def add(self, proposal: Proposal) -> None:
        """Keep a new one."""
        key = proposal_key(proposal.id)
        await asyncio.to_thread(self._objects.put_new, key, canonical_bytes(proposal), JSON)

    async def get(self, proposal_id: str) -> Kept | None:
        """Return one, or None when there is none of this id."""
        return await asyncio.to_thread(self._read, proposal_key(proposal_id))

    async def change(self, kept: Kept, **changes: Any) -> bool:
        """Change one, unless somebody has changed it since it was read; tell whether it was changed."""
        changed = canonical_bytes(kept.value.model_copy(update=changes))
        return await asyncio.to_thread(self._objects.replace, proposal_key(kept.value.id), changed, JSON, kept.etag)

    async def waiting(self, now: datetime, within: timedelta) -> list[Proposal]:
        """Return those that wait for a second person, the oldest first."""
        found = await asyncio.to_thread(self._since, now, within)
        return [each for each in found if each.asked_at and not each.done_at and not each.late(now, within)]

    def _since(self, now: datetime, within: timedelta) -> list[Proposal]:
        first, prefixes, at = proposal_key(f"desk-{_instant(now - within)}"), dict[str, None](), now - within
        while at < now + _PREFIX_SPAN:
            prefixes[f"{PROPOSALS}desk-{_instant(at)[:_PREFIX_DIGITS]}"] = None
            at += _PREFIX_SPAN
        keys = sorted(key for prefix in prefixes for key, _ in self._objects.list(prefix) if key >= first[:-5])
        kept = [self._read(key) for key in keys[-MOST_WAITING:]]
        return [each.value for each in kept if each is not None]

    def _read(self, key: str) -> Kept | None:
        stored = self._objects.get(key)
        return None if stored is None else Kept(Proposal.model_validate_json(stored.data), stored.etag)


def _instant(at: datetime) -> str:
    return f"{int(at.astimezone(UTC).timestamp() * 1000):0{_INSTANT_DIGITS}x}"
