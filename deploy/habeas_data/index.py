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
from domain.kinds import COMPANY, ERASURE, KINDS, REPRESENTATIVE, Kind
from domain.letter.content import Lender
from domain.letter.examination import Verdict
from portal.desk.words import ACTIONS, STAGES
from portal.words.notes import note

_PAGE: Final = Path(__file__).with_name("index.html")
_FIELDS: Final = {
    "company_id": "Código de la empresa", "legal_name": "Razón social", "nit": "NIT", "person_type": "Tipo de persona",
    "city": "Ciudad", "address": "Dirección", "email": "Correo", "phone": "Teléfono", "plan": "Plan",
    "full_name": "Nombre completo", "document_type": "Tipo de documento", "document_number": "Número de documento",
    "document_city": "Ciudad de expedición", "role": "Cargo",
}  # fmt: skip


_ACTORS: Final = {
    "activa": "Activa", "billing": "Facturación", "operator": "Protección de datos", "representative": "Representante",
    "support": "Soporte",
}  # fmt: skip
_VERDICTS: Final = {
    Verdict.ACCEPTED: "aceptada", Verdict.REJECTED: "no aceptada", Verdict.UNDER_REVIEW: "en revisión",
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
    def age(self) -> str:
        """Tell whether it is what counts today. A copy under its digest may be of data that were replaced."""
        if self.kind in {COMPANY, REPRESENTATIVE} and self.is_current and not self.is_newest_data:
            return "copia"
        return "actual" if self.is_current else "anterior"

    @property
    def is_newest_data(self) -> bool:
        """Tell whether these are the data that are used today, or the record of the latest erasure."""
        newest = (f"/{COMPANY.name}.json", f"/{REPRESENTATIVE.name}.json")
        return self.is_current and (self.key.endswith(newest) or self.kind is ERASURE)


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
    """Return the page; `current` has the data used today and the record of an erasure, each by the name of its kind."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["bogota"] = _bogota
    return environment.from_string(_PAGE.read_text(encoding="utf-8")).render(
        company_id=company_id,
        groups=[(kind, list(files)) for kind, files in groupby(entries, key=lambda each: each.kind)],
        profiles=[
            (kind.title, _fields(current[kind.name])) for kind in (COMPANY, REPRESENTATIVE) if kind.name in current
        ],
        facts=facts,
        stage=STAGES.get(facts["stage"], facts["stage"]) if facts else None,
        lines=_lines(facts) if facts else [],
        letters=_letters(facts) if facts else [],
        erased=_erased(current[ERASURE.name]) if ERASURE.name in current else None,
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


def _lines(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    sentences = {each["code"]: each["message"] for letter in facts["letter"]["versions"] for each in letter["reasons"]}
    return [
        {
            "at": datetime.fromisoformat(each["at"]),
            "actor": _ACTORS.get(each["actor"], each["actor"]),
            "what": ACTIONS.get(each["action"], each["action"].replace("_", " ")),
            "note": _note(each, sentences),
        }
        for each in facts["timeline"]
    ]


def _note(event: Mapping[str, Any], sentences: Mapping[str, str]) -> str:
    """Return what stands beside an event: its values spelled out, and a person's words as they are."""
    values = event.get("values") or {}
    noted = note(event["action"], values)
    if "codes" in values:
        noted = " ".join(sentences.get(each, each) for each in str(values["codes"]).split(", "))
    return ": ".join(filter(None, (noted, event.get("given")))) or event.get("reason") or ""


def _letters(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "at": datetime.fromisoformat(each["received_at"]),
            "folio": each["folio"] or "–",
            "verdict": _VERDICTS[Verdict(each["verdict"])],
            "upload_id": each["upload_id"],
        }
        for each in facts["letter"]["versions"]
    ]


def _erased(record: bytes) -> dict[str, Any]:
    """Return when data were erased, and until when what was left is kept, the kinds by their titles."""
    said = json.loads(record)
    titles = {each.name: each.title for each in KINDS}
    kept = {(titles.get(each["kind"], each["kind"]), each["until"]) for each in said["kept"]}
    return {"at": datetime.fromisoformat(said["erased_at"]), "kept": sorted(kept)}


def _bogota(at: datetime) -> str:
    return f"{at.astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}"
