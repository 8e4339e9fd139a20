"""Ink in soft pictures, where edges say little: light pens, the back of used paper, stamps with folds over them."""

import numpy as np
import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from tests.letters.reading.test_scan_check import told
from tests.support.letters.scans import CAPTURES, CONTENTS, capture, image_pdf, scan, sheet
from tests.support.letters.used_paper import STOCKS, STRENGTHS, scan_of_used, used


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


@pytest.mark.parametrize("seed", [26020, 26050, 26084])
def test_a_strong_signature_right_behind_the_box_is_none(
    checker: LetterChecker, issued: LetterOnRecord, seed: int
) -> None:
    rng = np.random.default_rng([seed, list(CAPTURES).index("poor phone"), list(CONTENTS).index("blank"), 77])
    stock = list(STOCKS)[seed // 2 % len(STOCKS)]
    paper = used(sheet(issued.pdf), "signature", stock, rng.uniform(*STRENGTHS), rng)
    data = image_pdf([capture(paper, CAPTURES["poor phone"], rng)], int(rng.integers(30, 50)))
    verdict, codes = told(checker.check(data, issued))

    assert verdict == "under_review"
    assert "signature_doubtful" in codes


def test_small_initials_are_a_signature(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(scan(issued.pdf, "initials", "poor phone", 20038), issued)) == ("accepted", [])
