"""Damaged files of our own: each ends in a verdict with a code, and none passes for a scan that is none."""

import pytest

from domain.letter.examination import LetterOnRecord, Verdict
from letters import LetterChecker
from letters.reasons import MESSAGES
from tests.support.letters.hostile import DRAWN_OVER, HOSTILE, harmless, with_invisible_text
from tests.support.letters.mutants import mutant, shows_pictures_alone
from tests.support.letters.scans import scan
from tests.support.letters.signing import sign

MUTANTS = 60


@pytest.fixture(scope="module")
def subjects(issued: LetterOnRecord) -> tuple[bytes, ...]:
    scans = (scan(issued.pdf, "pen", condition, 4) for condition in ("flatbed 100", "fax"))
    hostile = (DRAWN_OVER["visible text"](), DRAWN_OVER["a note"](), HOSTILE["a script on opening"][0]())
    return (issued.pdf, sign(issued.pdf), harmless(), with_invisible_text(), *scans, *hostile)


def test_damaged_files_end_in_a_verdict_with_a_code(
    checker: LetterChecker, issued: LetterOnRecord, subjects: tuple[bytes, ...]
) -> None:
    passed = 0
    for seed in range(MUTANTS):
        data = mutant(subjects, seed)
        faults = [reason.code for reason in checker.gate(data)]
        verdict = checker.check(data, issued)
        codes = [reason.code for reason in verdict.reasons]

        assert set(faults + codes) <= MESSAGES.keys(), seed
        assert bool(codes) == (verdict.verdict is not Verdict.ACCEPTED), seed
        if verdict.verdict is Verdict.ACCEPTED:
            assert data.startswith(issued.pdf) or shows_pictures_alone(data), seed
        if faults and verdict.verdict is not Verdict.REJECTED:
            assert data.startswith(issued.pdf), seed
        passed += not faults

    assert 0 < passed < MUTANTS
