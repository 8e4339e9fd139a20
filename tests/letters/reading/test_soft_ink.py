"""Ink in soft pictures, where edges say little: light pens, the back of used paper, stamps with folds over them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

import letters
from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from letters.geometry import SIGNATURE_BOX
from tests.letters.reading.test_scan_check import told
from tests.support.letters.scans import CAPTURES, CONTENTS, PENS, PX, capture, image_pdf, scan, sheet, stamp, stroke
from tests.support.letters.used_paper import STOCKS, STRENGTHS, scan_of_used, used

FONTS = Path(letters.__file__).parent / "issuing" / "fonts"


@pytest.mark.parametrize(
    ("condition", "seed"),
    [
        ("flatbed 100", 5004),
        ("flatbed 75", 5022),
        ("messenger", 5023),
        ("messenger", 90036),
        ("messenger", 92106),
        ("poor phone", 5004),
        ("poor phone", 5006),
    ],
)
def test_a_light_pen_is_a_signature_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    assert told(checker.check(scan(issued.pdf, "light pen", condition, seed), issued)) == ("accepted", [])


def drawn(issued: LetterOnRecord, condition: str, *lines: list[tuple[float, float]]) -> bytes:
    """Return a capture of lines drawn by pen through points, in millimetres from the box's corner."""
    rng, paper = np.random.default_rng(1), sheet(issued.pdf)
    for line in lines:
        corners = np.add(line, (SIGNATURE_BOX.x_mm, SIGNATURE_BOX.y_mm))
        at = np.linspace(0, len(corners) - 1, 40 * len(corners))
        points = np.stack([np.interp(at, range(len(corners)), side) for side in corners.T], axis=1)
        stroke(paper, points, 0.6, PENS["black"], 0.95)
    return image_pdf([capture(paper, CAPTURES[condition], rng)])


@pytest.mark.parametrize("condition", ["messenger", "poor phone"])
def test_tall_straight_strokes_are_no_crease(checker: LetterChecker, issued: LetterOnRecord, condition: str) -> None:
    an_m = [(20, 27.5), (26, 2.5), (34, 26), (42, 2.5), (48, 27.5)]

    assert told(checker.check(drawn(issued, condition, an_m), issued)) == ("accepted", [])


def test_words_of_the_back_in_a_row_are_no_crease(checker: LetterChecker, issued: LetterOnRecord) -> None:
    upload = scan_of_used(issued.pdf, "pen", "flatbed 150", 62035, 62035 // 2)

    assert told(checker.check(upload, issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 150", "phone"])
def test_a_name_under_a_flourish_that_leaves_the_box_is_a_signature(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    turns = np.linspace(0, np.pi, 60)
    flourish = [(15 + 19 * turn, 36 - 30 * np.sin(turn)) for turn in turns]
    name = [(32 + 8 * turn, 20 + 4 * np.sin(12 * turn)) for turn in turns]

    assert told(checker.check(drawn(issued, condition, flourish, name), issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 75", "poor phone"])
def test_wide_strokes_of_the_back_are_no_signature_however_dark_they_seem(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    verdict, codes = told(checker.check(scan_of_used(issued.pdf, "blank", condition, 5020), issued))

    assert verdict == "under_review"
    assert "signature_doubtful" in codes


@pytest.mark.parametrize(
    ("condition", "seed"),
    [
        pytest.param("poor phone", 6000, id="a fold runs through the ring"),
        pytest.param("poor phone", 6123, id="a fold runs through the frame"),
        pytest.param("messenger", 90007, id="a fold runs through the frame, whose lines are as straight"),
        pytest.param("poor phone", 6115, id="the edge of the box cuts the ring"),
    ],
)
def test_a_stamp_is_no_signature_whatever_runs_into_it(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    verdict = checker.check(scan(issued.pdf, "stamp", condition, seed), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])


@pytest.mark.parametrize(
    ("x_mm", "y_mm"),
    [
        pytest.param(40.0, -4.5, id="above"),
        pytest.param(40.0, 31.0, id="below"),
        pytest.param(4.0, 15.0, id="at the left"),
        pytest.param(92.0, 15.0, id="at the right"),
        pytest.param(91.0, 3.0, id="over a corner"),
    ],
)
@pytest.mark.parametrize("condition", ["flatbed 150", "messenger", "bilevel 200"])
def test_a_stamp_over_the_edge_of_the_box_is_no_signature(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, x_mm: float, y_mm: float
) -> None:
    rng, paper = np.random.default_rng([4, 99]), sheet(issued.pdf)
    stamp(paper, rng, (SIGNATURE_BOX.x_mm + x_mm, SIGNATURE_BOX.y_mm + y_mm))

    verdict, codes = told(checker.check(image_pdf([capture(paper, CAPTURES[condition], rng)]), issued))

    assert (verdict, "signature_doubtful" in codes) == ("under_review", True)


def somewhere_over_the_edge(rng: np.random.Generator) -> tuple[float, float]:
    """Return the middle of a stamp, in millimetres from the page's corner."""
    side = rng.integers(0, 4)
    x = rng.uniform(0, 96) if side < 2 else (rng.uniform(-5, 5), rng.uniform(87, 101))[side - 2]
    y = (rng.uniform(-5, 6), rng.uniform(25, 35))[side] if side < 2 else rng.uniform(0, 30)
    return SIGNATURE_BOX.x_mm + x, SIGNATURE_BOX.y_mm + y


@pytest.mark.parametrize(
    ("condition", "seed"),
    [
        pytest.param("flatbed 150", 94100, id="with a frame along the upper edge"),
        pytest.param("messenger", 94104, id="with a word that has run into its inner ring"),
        pytest.param("messenger", 94102, id="with lines of words that have run into its inner ring"),
    ],
)
def test_a_stamp_is_no_signature_wherever_the_edge_of_the_box_cuts_it(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    rng, paper = np.random.default_rng([seed, 199]), sheet(issued.pdf)
    stamp(paper, rng, somewhere_over_the_edge(rng))

    verdict = checker.check(image_pdf([capture(paper, CAPTURES[condition], rng)]), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])


@pytest.mark.parametrize(
    ("condition", "seed", "turn"),
    [
        pytest.param("poor phone", 62029, 31014, id="a stamp that the edge of the box cuts"),
        pytest.param("poor phone", 64001, 32000, id="writing that a crease a little askew joins"),
        pytest.param("poor phone", 90066, 32, id="a line of writing that looks finer than it is"),
        pytest.param("poor phone", 72047, 36023, id="a strong signature"),
        pytest.param("poor phone", 72063, 36031, id="a signature that a fold has run into"),
        pytest.param("flatbed 150", 90094, 46, id="stamps that run into one another, nearly as sharp as print"),
    ],
)
def test_what_shows_through_is_no_signature_however_it_meets_the_box(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int, turn: int
) -> None:
    data = scan_of_used(issued.pdf, "blank", condition, seed, turn)

    verdict, codes = told(checker.check(data, issued))

    assert (verdict, "signature_doubtful" in codes) == ("under_review", True)


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


@pytest.mark.parametrize(
    ("condition", "seed"),
    [
        pytest.param("poor phone", 20038, id="soft"),
        pytest.param("phone", 90002, id="with a gap where the pen was quick"),
        pytest.param("messenger", 90050, id="low"),
        pytest.param("flatbed 300", 92064, id="narrow"),
    ],
)
def test_small_initials_are_a_signature(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    assert told(checker.check(scan(issued.pdf, "initials", condition, seed), issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 200", "phone", "messenger"])
@pytest.mark.parametrize(("name", "points"), [("MARIA MUÑOZ", 28), ("LUZ M. VEGA", 32), ("María Muñoz", 40)])
def test_a_name_in_large_type_is_no_signature(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, name: str, points: int
) -> None:
    rng, page = np.random.default_rng(points), Pillow.fromarray(sheet(issued.pdf))
    font = ImageFont.truetype(FONTS / "SourceSans3-SemiBold.ttf", points / 72 * 25.4 * PX)
    at = (SIGNATURE_BOX.x_mm + 8) * PX, (SIGNATURE_BOX.y_mm + 6) * PX
    ImageDraw.Draw(page).text(at, name, "black", font)

    verdict = checker.check(image_pdf([capture(np.array(page), CAPTURES[condition], rng)]), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])


def test_a_line_and_a_fold_are_no_signature(checker: LetterChecker, issued: LetterOnRecord) -> None:
    verdict = checker.check(scan(issued.pdf, "line", "poor phone", 72095), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])


def test_words_of_type_that_run_together_are_no_signature(checker: LetterChecker, issued: LetterOnRecord) -> None:
    verdict = checker.check(scan(issued.pdf, "typed", "phone", 92090), issued)

    assert told(verdict) == ("under_review", ["signature_doubtful"])
