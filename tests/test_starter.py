"""The files of the billing backend, as editors and spreadsheets leave them."""

import json
from pathlib import Path

import pytest

from adapters.given_files import WrongInputError, read_batch
from domain.profiles.json_file import NotJsonError, read_json
from tests.support.builders import COMPANY


def line(**changes: object) -> str:
    return json.dumps(COMPANY | changes, ensure_ascii=False)


def refused(file: Path) -> str:
    with pytest.raises(WrongInputError) as raised:
        read_batch(file)
    return str(raised.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_batch_of_windows_is_read(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "companies.jsonl"
    file.write_bytes(("\ufeff" + ending.join([line(), "", line(company_id="C2")]) + ending).encode())

    assert [company.company_id for company in read_batch(file)] == ["C1001", "C2"]


@pytest.mark.parametrize("sign", ["\u2028", "\x85"])
def test_a_sign_within_a_text_does_not_end_its_line(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "companies.jsonl"
    file.write_text(line(legal_name=f"La{sign}Espiga"), encoding="utf-8", newline="")

    assert [company.legal_name for company in read_batch(file)] == ["La Espiga"]


def test_a_batch_in_another_encoding_is_told_so_by_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "companies.jsonl"
    plain, accented = line(legal_name="La Espiga", city="Cali"), line(legal_name="La Espiga", city="Bogotá")
    file.write_bytes(f"{plain}\n{accented}\n".encode("cp1252"))

    assert refused(file) == "line 2: is not in UTF-8; save it in that encoding"


def test_a_batch_with_an_address_in_a_name_is_told_its_line_and_not_the_address(tmp_path: Path) -> None:
    file = tmp_path / "companies.jsonl"
    lines = [line(legal_name="Café.com S.A.S."), line(company_id="C2", legal_name="visita banco.example.co")]
    file.write_text("\n".join(lines), encoding="utf-8")

    said = refused(file)

    assert said.startswith("line 2: legal_name: has an address of the internet or of mail; take it out.")
    assert "banco" not in said


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b" {} "])
def test_a_file_of_an_editor_is_read(data: bytes) -> None:
    assert read_json(data) == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"city": "Bogotá"}'.encode("cp1252"), "is not in UTF-8"),
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"9" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_why(data: bytes, said: str) -> None:
    with pytest.raises(NotJsonError, match=said):
        read_json(data)
