"""Everything that the bucket holds about one company, every version of it, by the table of `domain.kinds`."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from adapters.s3_versions import S3Versions, Version
from audit_trail.chain import lines_of
from audit_trail.events import AuditEvent
from domain.bucket import AUDIT
from domain.contract import workflow_id
from domain.kinds import COMPANY, FIRST, KINDS, PREFIXES, REVOCATION, TRAIL, Kind, kind_of, upload_of

_OLD_LOAN: Final = re.compile(r"loans/[^/]+\.json")


@dataclass(frozen=True)
class Held:
    """One version of something. `upload_id` is of what belongs to a signed letter; `is_shared` names others too."""

    version: Version
    kind: Kind
    upload_id: str | None = None
    is_shared: bool = False

    @property
    def key(self) -> str:
        """Where it lies."""
        return self.version.key


@dataclass(frozen=True)
class TrailEvents:
    """What a batch of the trail tells of a company."""

    version: Version
    events: tuple[AuditEvent, ...]


def holdings(store: S3Versions, company_id: str) -> list[Held]:
    """Return every version of everything about a company but the trail. Blocks."""
    own = list(_own(store, company_id))
    return [*own, *_naming(store, company_id, _digests(store, own))]


def _own(store: S3Versions, company_id: str) -> Iterator[Held]:
    for prefix in PREFIXES:
        found = list(store.below(f"{prefix}{company_id}"))
        there = {each.key for each in found}
        for version in found:
            kind = kind_of(company_id, version.key, there)
            if kind is None or not _is_theirs(store, kind, version):
                continue
            upload_id = upload_of(company_id, version.key, there)
            yield Held(version, kind, upload_id)


def _is_theirs(store: S3Versions, kind: Kind, version: Version) -> bool:
    """Tell whether an old key of a loan is of this company: `A-revoked` and `A` shared theirs."""
    if not _OLD_LOAN.fullmatch(version.key) or kind not in {FIRST, REVOCATION}:
        return True
    other = "revoked_on" if kind is FIRST else "upload_id"
    said = _json(store.get(version))
    # A marker says nothing; it goes with whichever version lies below it.
    return other not in said if isinstance(said, dict) else kind is FIRST


def _digests(store: S3Versions, own: list[Held]) -> frozenset[str]:
    """Return the digests by which others know the company's data."""
    data = (store.get(each.version) for each in own if each.kind is COMPANY)
    return frozenset(hashlib.sha256(each).hexdigest() for each in data if each is not None)


def _naming(store: S3Versions, company_id: str, digests: frozenset[str]) -> Iterator[Held]:
    for kind in KINDS:
        if kind.company_in_key is not None:
            of_key = kind.company_in_key
            yield from (
                Held(each, kind, is_shared=True) for each in store.below(kind.prefix) if of_key(each.key) == company_id
            )
        if not kind.named_in or kind is TRAIL:
            continue
        for version in store.below(kind.prefix):
            said = _json(store.get(version))
            if names(said, company_id, digests):
                ids = said.get("company_ids", [company_id]) if isinstance(said, dict) else [company_id]
                yield Held(version, kind, is_shared=list(ids) != [company_id])


def names(said: Any, company_id: str, digests: frozenset[str] = frozenset()) -> bool:
    """Tell whether what was stored names a company, by its id or by the digest of its data."""
    if isinstance(said, list):
        return any(names(each, company_id, digests) for each in said)
    if not isinstance(said, dict):
        return False
    named = (
        said.get("company_id") == company_id,
        company_id in (said.get("company_ids") or ()),
        said.get("workflow_id") == workflow_id(company_id),
        said.get("sha256") in digests,
    )
    return any(named) or any(names(each, company_id, digests) for each in said.values())


def trail_events(store: S3Versions, company_id: str) -> Iterator[TrailEvents]:
    """Yield what the trail tells of a company, batch by batch; one that can't be read is for the trail's own check."""
    for version in store.below(AUDIT):
        try:
            _, events = lines_of(store.get(version) or b"")
        except ValueError:
            continue
        if found := tuple(each for each in events if each.company_id == company_id):
            yield TrailEvents(version, found)


def _json(data: bytes | None) -> Any:
    try:
        return None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return None
