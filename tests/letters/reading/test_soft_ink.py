"""Ink in soft pictures, where edges say little: light pens, the back of used paper, stamps with folds over them."""

import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from tests.letters.reading.test_scan_check import told
from tests.support.letters.scans import scan
from tests.support.letters.used_paper import scan_of_used


@pytest.mark.parametrize(
    ("condition", "seed"),
    [("flatbed 100", 5004), ("flatbed 75", 5022), ("messenger", 5023), ("poor phone", 5004), ("poor phone", 5006)],
)
def test_a_light_pen_is_a_signature_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    assert told(checker.check(scan(issued.pdf, "light pen", condition, seed), issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 75", "poor phone"])
def test_wide_strokes_of_the_back_are_no_signature_however_dark_they_seem(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    verdict, codes = told(checker.check(scan_of_used(issued.pdf, "blank", condition, 5020), issued))

    assert verdict == "under_review"
    assert "signature_doubtful" in codes


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(6000, id="a fold runs through the ring"),
        pytest.param(6123, id="a fold runs through the frame"),
        pytest.param(6115, id="the edge of the box cuts the ring"),
    ],
)
def test_a_stamp_is_no_signature_whatever_runs_into_it(
    checker: LetterChecker, issued: LetterOnRecord, seed: int
) -> None:
    verdict = checker.check(scan(issued.pdf, "stamp", "poor phone", seed), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])


def test_a_signature_that_goes_beyond_the_box_is_no_stamp(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(scan(issued.pdf, "light pen", "flatbed 150", 7011), issued)) == ("accepted", [])
