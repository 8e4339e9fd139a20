"""Words in soft pictures, where one line of print looks like another: what decides is what is missing."""

import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from tests.letters.reading.test_scan_check import told
from tests.support.letters.forgeries import FORGERIES
from tests.support.letters.scans import scan
from tests.support.letters.used_paper import scan_of_used


@pytest.mark.parametrize(
    ("condition", "seed"), [("flatbed 100", 5002), ("flatbed 100", 5018), ("poor phone", 5018), ("poor phone", 5000)]
)
def test_what_shows_through_between_the_words_changes_none_of_them(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    verdict = checker.check(scan_of_used(issued.pdf, "pen", condition, seed), issued)

    assert told(verdict) == ("accepted", [])
    assert 0 < verdict.measured["text_missing"] < 0.65


@pytest.mark.parametrize(
    ("name", "seed"), [("month changed", 5019), ("month changed", 5000), ("only «no» inserted", 5020)]
)
def test_what_another_word_leaves_out_is_missed_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, name: str, seed: int
) -> None:
    verdict = checker.check(scan(FORGERIES[name](issued.content), "pen", "poor phone", seed), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])
    assert verdict.measured["text_missing"] > 0.65
