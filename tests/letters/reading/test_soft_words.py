"""Words in soft and coarse pictures, where one line of print looks like another."""

import cv2
import numpy as np
import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from tests.letters.reading.test_scan_check import told
from tests.support.letters.forgeries import FORGERIES, any_word_changed
from tests.support.letters.scans import CAPTURES, PENS, PX, capture, image_pdf, pen, scan, sheet
from tests.support.letters.used_paper import scan_of_used


@pytest.mark.parametrize(
    ("condition", "seed"), [("flatbed 100", 5002), ("flatbed 100", 5018), ("poor phone", 5018), ("poor phone", 5000)]
)
def test_what_shows_through_between_the_words_changes_none_of_them(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    verdict = checker.check(scan_of_used(issued.pdf, "pen", condition, seed), issued)

    assert told(verdict) == ("accepted", [])
    assert 0 < verdict.measured["text_missing"] <= 0.5


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(22072, id="handwriting"),
        pytest.param(22000, id="paler"),
        pytest.param(63002, id="print"),
        pytest.param(20042, id="paler print"),
    ],
)
def test_lines_of_the_back_that_run_over_the_words_change_none_of_them(
    checker: LetterChecker, issued: LetterOnRecord, seed: int
) -> None:
    verdict = checker.check(scan_of_used(issued.pdf, "pen", "poor phone", seed, turn=seed // 2), issued)

    assert told(verdict) == ("accepted", [])


@pytest.mark.parametrize("condition", ["messenger", "poor phone"])
def test_words_written_in_by_pen_wait_for_a_person_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    rng, paper, time = np.random.default_rng(30000), sheet(issued.pdf), np.linspace(0, 1, 200)
    pen(paper, rng)
    stroke = np.stack([40 + 6 * time + 0.8 * np.cos(time * 40), 115 + 1.3 * np.sin(time * 40)], axis=1)
    cv2.polylines(paper, [np.round(stroke * PX).astype(np.int32)], isClosed=False, color=PENS["black"], thickness=4)
    verdict = checker.check(image_pdf([capture(paper, CAPTURES[condition], rng)]), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])
    assert verdict.measured["text_added"] > 1


@pytest.mark.parametrize(
    ("name", "seed", "lacks"),
    [
        ("month changed", 5019, 0.65),
        ("month changed", 5000, 0.65),
        ("only «no» inserted", 5020, 0.65),
        ("one word of the company", 60017, 0.5),
        ("one word of the company", 72057, 0.46),
    ],
)
def test_what_another_word_leaves_out_is_missed_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, name: str, seed: int, lacks: float
) -> None:
    verdict = checker.check(scan(FORGERIES[name](issued.content), "pen", "poor phone", seed), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])
    assert verdict.measured["text_missing"] > lacks


@pytest.mark.parametrize(
    ("condition", "seed"),
    [
        ("poor phone", 43000),
        ("poor phone", 43016),
        ("poor phone", 43022),
        ("flatbed 75", 43016),
        ("phone", 2),
        ("bilevel 200", 4),
        ("fax", 10),
    ],
)
def test_any_other_word_of_a_clause_waits_for_a_person(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    verdict = checker.check(scan(any_word_changed(issued.content, seed), "pen", condition, seed), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])


def test_a_word_that_was_wiped_away_waits_for_a_person(checker: LetterChecker, issued: LetterOnRecord) -> None:
    rng, paper = np.random.default_rng(85096), sheet(issued.pdf)
    pen(paper, rng)
    (x, y), (width, height) = (60, 130), (20, 3.4)
    paper[round((y - height / 2) * PX) : round((y + height / 2) * PX), round(x * PX) : round((x + width) * PX)] = 255
    verdict = checker.check(image_pdf([capture(paper, CAPTURES["poor phone"], rng)]), issued)

    assert told(verdict)[0] == "under_review"


@pytest.mark.parametrize(
    ("name", "condition", "seed"),
    [
        ("one word of the company", "fax", 43006),
        ("month changed", "fax", 43008),
        ("month changed", "bilevel 100", 94004),
        ("one word of the company", "bilevel 100", 94056),
    ],
)
def test_another_word_waits_for_a_person_in_black_and_white(
    checker: LetterChecker, issued: LetterOnRecord, name: str, condition: str, seed: int
) -> None:
    verdict = checker.check(scan(FORGERIES[name](issued.content), "pen", condition, seed), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])


@pytest.mark.parametrize("seed", [20004, 20010, 20044, 22036])
def test_words_at_the_edge_of_bent_paper_are_where_they_were_printed(
    checker: LetterChecker, issued: LetterOnRecord, seed: int
) -> None:
    content = "light pen" if seed % 8 == 2 else "pen"

    assert told(checker.check(scan(issued.pdf, content, "poor phone", seed), issued)) == ("accepted", [])
