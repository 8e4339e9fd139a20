"""Files as scanners, telephone applications and mail systems make them: each comes out as a person would expect."""

import csv
import json
from pathlib import Path

import pytest

from domain.letter.examination import LetterOnRecord, Verdict
from letters import LetterChecker, render_letter
from letters.issuing.letter_file import SAMPLE_LENDER, read_letter_file

FOLDER = Path(__file__).parent / "people"
with (FOLDER / "expected.tsv").open(encoding="utf-8") as table:
    EXPECTED = {row[0]: tuple(row[2].split()) for row in csv.reader(table, delimiter="\t")}
EXPECTED.pop("file")


@pytest.fixture(scope="module")
def carried() -> LetterOnRecord:
    """The letter that all of them carry."""
    content = read_letter_file(json.loads((FOLDER / "letter.json").read_text(encoding="utf-8")), SAMPLE_LENDER)
    assert not isinstance(content, tuple)
    return LetterOnRecord(content=content, pdf=render_letter(content))


def test_every_file_has_an_expectation() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in FOLDER.glob("*.pdf"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_as_people_send_it_comes_out_as_expected(
    checker: LetterChecker, carried: LetterOnRecord, name: str
) -> None:
    found = checker.check((FOLDER / name).read_bytes(), carried)

    codes = {reason.code for reason in found.reasons}
    outcome = codes if found.verdict is Verdict.REJECTED else {found.verdict.value}
    assert outcome <= set(EXPECTED[name]), (found.verdict, codes)
