"""Which files may be looked at: nothing hostile, nothing that is not the picture of a page."""

import io

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from letters.gate.file_bytes import byte_faults
from letters.gate.gate import read_scan
from letters.gate.rewriting import Scan
from letters.opening.raster import scanned_pages
from tests.support.letters.hostile import (
    DRAWN_OVER,
    HOSTILE,
    NOT_TO_BE_SEEN,
    harmless,
    of_wrong_lengths,
    with_invisible_text,
)
from tests.support.letters.scans import image_pdf, sheet

LIMIT = 1_048_576


def codes(checker: LetterChecker, data: bytes, limit_bytes: int = LIMIT) -> list[str]:
    return [reason.code for reason in checker.gate(data, limit_bytes)]


def test_a_scan_is_fit(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert codes(checker, harmless()) == []
    assert codes(checker, image_pdf([sheet(issued.pdf)])) == []


@pytest.mark.parametrize("name", [*NOT_TO_BE_SEEN, *DRAWN_OVER])
def test_whatever_stands_beside_the_pictures_a_safe_file_is_fit(checker: LetterChecker, name: str) -> None:
    assert codes(checker, {**NOT_TO_BE_SEEN, **DRAWN_OVER}[name]()) == []


@pytest.mark.parametrize("name", DRAWN_OVER)
def test_what_is_drawn_beside_the_pictures_is_seen(name: str) -> None:
    scan = read_scan(DRAWN_OVER[name](), LIMIT)
    assert isinstance(scan, Scan)
    with scanned_pages(scan) as [page]:
        picture, shown = page.draw(1.0)

    assert shown is not None
    assert int(np.abs(picture.astype(int) - shown).max()) > 100


@pytest.mark.parametrize("name", NOT_TO_BE_SEEN)
def test_what_can_not_be_seen_leaves_the_page_as_its_pictures_are(name: str) -> None:
    scan = read_scan(NOT_TO_BE_SEEN[name](), LIMIT)
    assert isinstance(scan, Scan)
    with scanned_pages(scan) as [page]:
        picture, shown = page.draw(1.0)

    assert shown is None or np.array_equal(picture, shown)


def test_nothing_that_acts_is_written_anew() -> None:
    scan = read_scan(NOT_TO_BE_SEEN["a page that is turned on opening"](), LIMIT)

    assert isinstance(scan, Scan)
    assert b"OpenAction" not in scan.shown


def test_a_scan_with_a_broken_table_of_contents_is_repaired(checker: LetterChecker) -> None:
    broken = harmless().replace(b"startxref\n", b"startxref\n1")

    assert codes(checker, broken) == []


def test_a_scan_of_wrong_lengths_is_repaired(checker: LetterChecker) -> None:
    assert codes(checker, of_wrong_lengths(harmless())) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_by_a_code(checker: LetterChecker, name: str) -> None:
    make, code = HOSTILE[name]

    data = make()

    assert len(data) <= 4 * LIMIT
    assert code in codes(checker, data, 4 * LIMIT)


def test_the_letter_itself_is_no_scan(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert codes(checker, issued.pdf) == ["not_a_scan"]


def test_the_limit_is_inclusive_and_the_message_says_size_limit_and_what_to_do(checker: LetterChecker) -> None:
    data = harmless()

    assert codes(checker, data, len(data)) == []
    (reason,) = checker.gate(data + b"\n" * 2_000_000, LIMIT)
    assert reason.code == "too_large"
    assert "1,00 MB" in reason.message
    assert "dpi" in reason.message


def test_one_byte_too_many_is_told_apart_from_the_limit() -> None:
    (reason,) = byte_faults(b"%PDF-1.4" + b"\n" * (LIMIT - 7), LIMIT)

    assert "1,000001 MB" in reason.message
    assert "1,000000 MB" in reason.message


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_refused_or_fit_but_never_raise(checker: LetterChecker, data: st.DataObject) -> None:
    whole = bytearray(harmless())
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(whole) // 2, len(whole)))

    assert all(isinstance(code, str) for code in codes(checker, bytes(whole[:cut])))


def test_flattening_gives_grey_pictures_and_nothing_of_the_file(checker: LetterChecker) -> None:
    flat = checker.flatten(with_invisible_text())

    assert flat is not None
    with pikepdf.open(io.BytesIO(flat)) as pdf:
        (page,) = pdf.pages
        (image,) = page.Resources.XObject.values()
        assert (str(image.Filter), str(image.ColorSpace)) == ("/DCTDecode", "/DeviceGray")
        assert b"hola" not in page.Contents.read_bytes()
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
    assert codes(checker, flat) == []
    assert checker.flatten(with_invisible_text()) == flat


@pytest.mark.parametrize("name", ["a script on opening", "a password", "a header alone", "forms ten to the eleventh"])
def test_what_may_not_be_opened_is_not_flattened(checker: LetterChecker, name: str) -> None:
    assert checker.flatten(HOSTILE[name][0]()) is None
