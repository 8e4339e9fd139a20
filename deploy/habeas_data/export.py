"""A company's data as one ZIP file: everything that is stored, as it is stored, with an index for whoever asked.

JSON is laid out for reading; the digests in the index are of the stored bytes. Of what names other companies too only
this one's part is given, and staff are named by their office, not by their names.
"""

import asyncio
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from deploy.habeas_data.ground import Ground, Json
from deploy.habeas_data.holdings import Held, holdings, trail_events
from deploy.habeas_data.index import Entry, index_html, index_json
from domain.kinds import KINDS, TRAIL, WRAPPED, Kind

CASE: Final = Kind(
    "case", "Estado del caso",
    "El caso como está hoy: pagos, certificado, préstamo, cartas, recordatorios y su línea de tiempo.",
    "The case as it stands: payments, certificate, loan, letters, reminders, and its timeline.",
    fate=KINDS[0].fate,
)  # fmt: skip
HISTORY: Final = Kind(
    "history", "Mensajes del caso",
    "Lo que Temporal, el sistema que lleva el caso, guarda de él: cada mensaje que le llegó, también los que no "
    "contaron, y cada paso que ordenó. Un archivo por cada tramo de su historia.",
    "What Temporal keeps of the case: each message that it was sent, those that did not count too, and each step that "
    "it ordered. A file for each run.",
    fate=KINDS[0].fate,
)  # fmt: skip
ELSEWHERE: Final = Kind(
    "elsewhere", "Otros sistemas", "Lo que está guardado por fuera del archivo principal.",
    "What is stored outside the bucket.", fate=KINDS[0].fate,
)  # fmt: skip
_STAFF: Final = re.compile(r"support:[\w.@+-]+")
_SUFFIXES: Final = {b"%PDF": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp"}


@dataclass(frozen=True)
class Export:
    """The ZIP file, and how many files it holds beside the index."""

    data: bytes
    files: int


async def export(ground: Ground, company_id: str) -> Export | None:
    """Return everything that is stored about a company; None when nothing is. It is on record first."""
    facts, is_open = await ground.facts(company_id)
    histories = await ground.histories.told(company_id)
    found = await asyncio.to_thread(_found, ground, company_id, facts)
    found += [
        _made(HISTORY, f"{events[0]['at'][:10]}-{run_id}.json", _pretty(_without_staff(events)), ground.now())
        for run_id, events in histories.items()
        if events
    ]
    if not found:
        return None
    await ground.trail.before("data_exported", company_id, None)
    return await asyncio.to_thread(_zipped, ground, company_id, found, facts if is_open else None, facts)


def _found(ground: Ground, company_id: str, facts: Json | None) -> list[tuple[Entry, bytes]]:
    found = [made for held in holdings(ground.store, company_id) if (made := _file(ground, company_id, held))]
    if facts is not None:
        found.append(_made(CASE, "estado.json", _pretty(_without_staff(facts)), ground.now()))
    events = [each for batch in trail_events(ground.store, company_id) for each in batch.events]
    if events:
        lines = [each.model_dump(mode="json", exclude_none=True) for each in events]
        found.append(_made(TRAIL, "eventos.json", _pretty(lines), ground.now()))
    for place in ground.elsewhere:
        for name, data in place.stored(company_id).items():
            found.append(_made(ELSEWHERE, f"{place.name}/{name}", data, ground.now()))
    return found


def _file(ground: Ground, company_id: str, held: Held) -> tuple[Entry, bytes] | None:
    stored = ground.store.get(held.version)
    if stored is None or held.kind is WRAPPED:
        return None
    data = _readable(stored, company_id, is_shared=held.kind.named_in)
    entry = Entry(
        kind=held.kind,
        path=_path(held, company_id, stored),
        key=held.key,
        stored_at=held.version.stored_at,
        is_current=held.version.is_latest,
        sha256=hashlib.sha256(stored).hexdigest(),
        size_bytes=len(stored),
    )
    return entry, data


def _made(kind: Kind, name: str, data: bytes, at: datetime) -> tuple[Entry, bytes]:
    sha256, size = hashlib.sha256(data).hexdigest(), len(data)
    return Entry(kind=kind, path=name, key="", stored_at=at, is_current=True, sha256=sha256, size_bytes=size), data


def _path(held: Held, company_id: str, data: bytes) -> str:
    """Return a name without what all have in common; a version of before says when it was stored."""
    rest = held.key.removeprefix(held.kind.prefix or held.key.partition("/")[0]).removeprefix(company_id)
    name = f"{held.kind.name}{rest}" if rest.startswith(".") else rest.strip("/-.").replace("/", "_") or held.kind.name
    stem, dot, suffix = name.rpartition(".")
    if not dot or "_" in suffix or len(suffix) > len("jsonl"):
        stem, suffix = name, ""
    known = next((ending for begins, ending in _SUFFIXES.items() if data.startswith(begins)), None)
    ending = known or (f".{suffix}" if suffix else ".bin")
    at = "" if held.version.is_latest else f"-version-{held.version.stored_at:%Y%m%dT%H%M%SZ}"
    return f"{stem or name}{at}{ending}"


def _readable(data: bytes, company_id: str, *, is_shared: bool) -> bytes:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if is_shared and isinstance(said, dict) and isinstance(said.get("company_ids"), list):
        said = {**said, "company_ids": [company_id], "other_companies": len(said["company_ids"]) - 1}
    return _pretty(_without_staff(said))


def _without_staff(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: "…" if name == "staff" else _without_staff(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_without_staff(each) for each in said]
    return _STAFF.sub("support", said) if isinstance(said, str) else said


def _pretty(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _zipped(
    ground: Ground, company_id: str, found: list[tuple[Entry, bytes]], living: Json | None, facts: Json | None
) -> Export:
    named = list(_with_folders(found))
    entries = [entry for entry, _ in named]
    shown = _without_staff(facts) if facts else None
    current = {entry.kind.name: data for entry, data in named if entry.is_newest_data}
    lender = ground.settings.lender
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        page = index_html(company_id, entries, shown, current, lender, ground.now(), is_open=living is not None)
        archive.writestr("INDICE.html", page)
        archive.writestr("indice.json", index_json(company_id, entries, ground.now()))
        for entry, data in named:
            archive.writestr(entry.path, data)
    return Export(buffer.getvalue(), len(named))


def _with_folders(found: list[tuple[Entry, bytes]]) -> Iterator[tuple[Entry, bytes]]:
    """Yield the files in the order of the kinds, each below the folder of its kind, no two under one name."""
    kinds = [CASE, *KINDS, HISTORY, ELSEWHERE]
    taken: set[str] = set()
    for number, kind in enumerate((each for each in kinds if any(e.kind is each for e, _ in found)), start=1):
        for entry, data in sorted((each for each in found if each[0].kind is kind), key=lambda each: each[0].key):
            path = f"{number:02d}-{kind.name}/{entry.path}"
            copies = sum(1 for each in taken if each == path or each.startswith(f"{path}."))
            stem, dot, suffix = path.rpartition(".")
            path = path if not copies and path not in taken else f"{stem}-{len(taken)}{dot}{suffix}"
            taken.add(path)
            yield entry.at(path), data
