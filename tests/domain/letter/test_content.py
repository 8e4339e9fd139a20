"""The letter as data: digest and folio."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.letter.content import FOLIO_PATTERN, folio_for
from domain.model import canonical_bytes, canonical_sha256
from tests.support.builders import ISSUED_ON, company, letter

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.text("ABCabc019_-", min_size=1, max_size=64), st.integers(1, 10_000), st.dates(), DIGESTS, DIGESTS)
def test_a_folio_is_read_aloud_easily_and_made_the_same_again(
    company_id: str, number: int, issued_on: date, company_sha256: str, representative_sha256: str
) -> None:
    arguments = (company_id, number, issued_on, company_sha256, representative_sha256)

    assert re.fullmatch(FOLIO_PATTERN, folio_for(*arguments))
    assert folio_for(*arguments) == folio_for(*arguments)


def test_each_argument_of_a_folio_changes_it() -> None:
    a, b = "a" * 64, "b" * 64
    folios = {
        folio_for("C1", 1, ISSUED_ON, a, a),
        folio_for("C2", 1, ISSUED_ON, a, a),
        folio_for("C1", 2, ISSUED_ON, a, a),
        folio_for("C1", 1, date(2026, 11, 25), a, a),
        folio_for("C1", 1, ISSUED_ON, b, a),
        folio_for("C1", 1, ISSUED_ON, a, b),
    }

    assert len(folios) == 6


def test_a_folio_never_changes_between_versions_of_the_product() -> None:
    assert folio_for("C1001", 1, ISSUED_ON, "a" * 64, "b" * 64) == "AC-EXAD-RVCA-FR4M"


@pytest.mark.parametrize(
    "change",
    [
        {"loan_days": 31},
        {"issued_on": date(2026, 12, 24)},
        {"template_version": "2027-1"},
        {"folio": "AC-0000-0000-0000"},
        {"company": {"legal_name": "Panadería Ñáñez & Guiza S.A.S."}},
        {"representative": {"document_number": "52345679"}},
    ],
)
def test_the_digest_is_of_all_that_the_letter_says(change: dict[str, object]) -> None:
    assert letter(**change).sha256 != letter().sha256


def test_canonical_bytes_are_sorted_compact_utf8_without_what_is_unset() -> None:
    assert (
        canonical_bytes(company())
        == (
            '{"address":"Carrera 7 # 32-16, oficina 401","city":"Bogotá D.C.","company_id":"C1001",'
            '"email":"contacto@panaderia.example.co","legal_name":"Panadería Ñáñez & Güiza S.A.S.","nit":"900373115-3",'
            '"person_type":"juridica"}'
        ).encode()
    )
    assert len(canonical_sha256(company())) == 64
