"""Companies found by what people know of them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.s3 import S3Object
from domain.model import canonical_bytes
from portal.cases.directory import Directory
from tests.support import builders

COMPANIES = {
    "C1": {"legal_name": "Panadería Ñáñez & Güiza S.A.S.", "nit": "900373115-3"},
    "C2": {"legal_name": "Ferretería El Tornillo Ltda.", "nit": "900156264-2"},
    "OTHER-3": {"legal_name": "Zapatos Ñoño", "nit": "800197268-4"},
}


class Profiles:
    """Stored profiles in memory, and how often each was read."""

    def __init__(self) -> None:
        self.data = {
            f"profiles/{company_id}/company.json": canonical_bytes(builders.company(company_id=company_id, **fields))
            for company_id, fields in COMPANIES.items()
        }
        self.data["profiles/C1/representative.json"] = b"{}"
        self.data["profiles/BROKEN/company.json"] = b"not a company"
        self.reads: list[str] = []

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        yield from ((key, str(hash(data))) for key, data in sorted(self.data.items()) if key.startswith(prefix))

    def get(self, key: str) -> S3Object | None:
        self.reads.append(key)
        data = self.data.get(key)
        return None if data is None else S3Object(data, "", datetime.now(UTC), len(data))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("panaderia", ["C1"], id="without accents"),
        pytest.param("GUIZA panad", ["C1"], id="words in any order"),
        pytest.param("ñoño", ["OTHER-3"], id="with a tilde"),
        pytest.param("900156264", ["C2"], id="NIT without its check digit"),
        pytest.param("900.156.264-2", ["C2"], id="NIT with points"),
        pytest.param("9001562642", ["C2"], id="NIT in one piece"),
        pytest.param("other-3", ["OTHER-3"], id="company id"),
        pytest.param("s.a.s.", ["C1"], id="abbreviation with points"),
        pytest.param("nobody", [], id="nobody"),
        pytest.param("  ", [], id="nothing"),
    ],
)
async def test_a_company_is_found_by(text: str, found: list[str]) -> None:
    assert [company.company_id for company in await Directory(Profiles()).search(text)] == found


async def test_only_what_is_new_or_changed_is_read_again_and_not_before_its_time() -> None:
    now, profiles = 0.0, Profiles()
    directory = Directory(profiles, clock=lambda: now)
    await directory.renew()
    first = len(profiles.reads)
    profiles.data["profiles/C2/company.json"] = canonical_bytes(
        builders.company(company_id="C2", legal_name="Clavos y Tornillos", nit="900156264-2")
    )
    assert await directory.search("clavos") == []
    assert len(profiles.reads) == first
    now = 21.0
    assert [company.company_id for company in await directory.search("clavos")] == ["C2"]
    assert await directory.search("ferreteria") == []
    assert profiles.reads[first:].count("profiles/C2/company.json") == 1
    assert "profiles/C1/company.json" not in profiles.reads[first:]


async def test_the_list_knows_names_and_is_not_stopped_by_data_that_can_not_be_read() -> None:
    directory = Directory(Profiles())
    await directory.renew()
    assert directory.name("C2") == "Ferretería El Tornillo Ltda."
    assert directory.name("BROKEN") is None
