"""The index of an export: a page for the person, and the same as data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

from jinja2 import Environment, StrictUndefined

from domain.calendar import BOGOTA
from domain.kinds import COMPANY, REPRESENTATIVE, Kind
from domain.letter.content import Lender
from portal.words.actions import WORDS
from portal.words.notes import note

_PAGE: Final = Path(__file__).with_name("index.html")
_FIELDS: Final = {
    "company_id": "Código de la empresa", "legal_name": "Razón social", "nit": "NIT", "person_type": "Tipo de persona",
    "city": "Ciudad", "address": "Dirección", "email": "Correo", "phone": "Teléfono", "plan": "Plan",
    "full_name": "Nombre completo", "document_type": "Tipo de documento", "document_number": "Número de documento",
    "document_city": "Ciudad de expedición", "role": "Cargo",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One file of the export, and what it is a copy of; `key` is empty for what was made for the export."""

    kind: Kind
    path: str
    key: str
    stored_at: datetime
    is_current: bool
    sha256: str
    size_bytes: int

    def at(self, path: str) -> Self:
        """Return it under another path."""
        return replace(self, path=path)

    @property
    def is_newest_data(self) -> bool:
        """Tell whether these are the data that are used today."""
        return self.is_current and self.key.endswith((f"/{COMPANY.name}.json", f"/{REPRESENTATIVE.name}.json"))


def index_html(
    company_id: str,
    entries: list[Entry],
    facts: Mapping[str, Any] | None,
    current: Mapping[str, bytes],
    lender: Lender,
    now: datetime,
    *,
    is_open: bool,
) -> str:
    """Return the page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["bogota"] = _bogota
    return environment.from_string(_PAGE.read_text(encoding="utf-8")).render(
        company_id=company_id,
        groups=[(kind, list(files)) for kind, files in groupby(entries, key=lambda each: each.kind)],
        profiles=[
            (kind.title, _fields(current[kind.name])) for kind in (COMPANY, REPRESENTATIVE) if kind.name in current
        ],
        facts=facts,
        lines=_lines(facts["timeline"]) if facts else [],
        lender=lender,
        now=now,
        is_open=is_open,
    )


def index_json(company_id: str, entries: Iterable[Entry], now: datetime) -> str:
    """Return the same for a program."""
    files = [
        {
            "path": each.path,
            "kind": each.kind.name,
            "es": each.kind.es,
            "en": each.kind.en,
            "key": each.key or None,
            "stored_at": each.stored_at.isoformat(),
            "is_current": each.is_current,
            "sha256": each.sha256,
            "bytes": each.size_bytes,
        }
        for each in entries
    ]
    about = {"company_id": company_id, "exported_at": now.isoformat(), "files": files}
    return json.dumps(about, ensure_ascii=False, indent=2)


def _fields(data: bytes) -> list[tuple[str, str]]:
    values = json.loads(data)
    return [(_FIELDS.get(name, name), str(value)) for name, value in values.items() if value is not None]


def _lines(timeline: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "at": datetime.fromisoformat(each["at"]),
            "actor": each["actor"],
            "what": WORDS.get(each["action"], each["action"].replace("_", " ")),
            "note": ": ".join(
                filter(None, (note(each["action"], each.get("values") or {}), each.get("given") or each.get("reason")))
            ),
        }
        for each in timeline
    ]


def _bogota(at: datetime) -> str:
    return f"{at.astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}"
