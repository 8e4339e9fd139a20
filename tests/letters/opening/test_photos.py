"""A photo is enough: whatever a telephone writes becomes an upright document of at most a megabyte."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image as Pillow
from PIL import ImageFilter

from domain.letter.examination import Examination, LetterOnRecord
from domain.letter.file_kind import FileKind
from letters import LetterChecker
from letters.opening.photos import read_photos
from letters.reading.landmarks import find_letter
from letters.reading.scan_check import expected_codes
from tests.support.letters.photos import BOMBS, held_sideways, photo, signed, upright, written
from tests.support.letters.scans import CAPTURES, capture, image_pdf, sheet

LIMIT = 1_048_576


def told(found: Examination) -> tuple[str, list[str]]:
    return found.verdict.value, [reason.code for reason in found.reasons]


def shown(document: bytes | None) -> list[np.ndarray]:
    """Return the pages of a document as grey pictures."""
    assert document is not None
    with pypdfium2.PdfDocument(document) as pdf:
        return [np.asarray(page.render(scale=2.5).to_pil().convert("L")) for page in pdf]


def stands_upright(picture: np.ndarray, letter: LetterOnRecord) -> bool:
    """Tell whether the letter's top is at the picture's top."""
    transform = find_letter(picture, expected_codes(letter)).transform
    assert transform is not None
    top, bottom = (transform @ np.array([108.0, y_mm, 1.0]) for y_mm in (20.0, 260.0))
    down = bottom[:2] / bottom[2] - top[:2] / top[2]
    return bool(down[1] > 3 * abs(down[0]))


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("HEIF", "HEIC"), ("WEBP", "WEBP")])
def test_a_photo_of_the_signed_letter_is_accepted_and_becomes_an_upright_document(
    checker: LetterChecker, issued: LetterOnRecord, form: str, kind: str
) -> None:
    data = written(photo(issued.pdf), form)

    found = checker.check(data, issued)

    assert told(found) == ("accepted", [])
    assert found.document is not None
    assert len(found.document) <= LIMIT
    [page] = shown(found.document)
    assert stands_upright(page, issued)
    converted = found.converted
    assert converted is not None
    assert (converted.made_from, converted.files) == (FileKind[kind], 1)
    assert (converted.from_bytes, converted.to_bytes) == (len(data), len(found.document))


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("HEIF", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")])
def test_a_photo_is_turned_as_its_telephone_was_held(form: str, mode: str) -> None:
    table = Pillow.new(mode, (160, 120), (90, 90, 90))
    table.paste((250, 250, 250), (10, 10, 70, 50))

    photos = read_photos([held_sideways(table, form)])

    assert isinstance(photos, list)
    [seen] = photos
    assert seen.shape == (120, 160, 3)
    assert (seen[30, 40].min() > 200, seen[90, 120].max() < 150) == (True, True)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_photo_without_a_note_of_its_turn_is_turned_by_what_it_shows(
    checker: LetterChecker, issued: LetterOnRecord, turned: int
) -> None:
    found = checker.check(written(photo(issued.pdf).rotate(turned, expand=True), "JPEG"), issued)

    [page] = shown(found.document)
    assert stands_upright(page, issued)


def test_the_sheet_is_cut_out_of_a_large_photo_of_a_table(checker: LetterChecker, issued: LetterOnRecord) -> None:
    table = Pillow.new("RGB", (6000, 4500), (100, 95, 90))
    table.paste(upright(photo(issued.pdf)).reduce(2), (3600, 2300))

    found = checker.check(written(table, "JPEG"), issued)

    assert told(found) == ("accepted", [])
    [page] = shown(found.document)
    assert page.shape[0] > page.shape[1]


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("JPEG", "L")]
)
def test_every_way_of_writing_colours_is_read(
    checker: LetterChecker, issued: LetterOnRecord, form: str, mode: str
) -> None:
    picture = photo(issued.pdf).reduce(2)
    if mode == "I;16":
        picture = Pillow.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
    elif mode == "P":
        picture = picture.quantize(64)
    else:
        picture = picture.convert(mode)

    assert told(checker.check(written(picture, form), issued)) == ("accepted", [])


def test_what_is_transparent_is_paper(checker: LetterChecker, issued: LetterOnRecord) -> None:
    grey = np.asarray(photo(issued.pdf).convert("L"))
    black = np.zeros((*grey.shape, 4), np.uint8)
    black[..., 3] = 255 - grey

    assert told(checker.check(written(Pillow.fromarray(black, "RGBA"), "PNG"), issued)) == ("accepted", [])


def test_the_first_picture_of_a_file_of_several_counts(checker: LetterChecker, issued: LetterOnRecord) -> None:
    out = io.BytesIO()
    depth = Pillow.new("RGB", (400, 300))
    photo(issued.pdf).save(out, "MPO", save_all=True, append_images=[depth], quality=88)

    assert told(checker.check(out.getvalue(), issued)) == ("accepted", [])


def test_of_two_photos_of_the_page_the_better_one_counts(checker: LetterChecker, issued: LetterOnRecord) -> None:
    good = written(photo(issued.pdf), "JPEG")
    shaken = written(photo(issued.pdf).filter(ImageFilter.GaussianBlur(9)), "JPEG")
    assert told(checker.check(shaken, issued))[0] != "accepted"

    for files in ([good, shaken], [shaken, good]):
        found = checker.examine(files, sum(map(len, files)), issued)
        assert told(found) == ("accepted", [])
        assert found.converted is not None
        assert found.converted.files == len(shown(found.document)) == 2


def test_a_photo_of_an_unsigned_letter_is_refused_and_leaves_no_document(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    found = checker.check(written(photo(issued.pdf, "blank"), "JPEG"), issued)

    assert told(found) == ("rejected", ["not_signed"])
    assert found.document is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF", "WEBP"])
def test_a_photo_that_broke_off_is_told_apart_from_one_that_is_no_letter(
    checker: LetterChecker, issued: LetterOnRecord, form: str
) -> None:
    data = written(photo(issued.pdf), form)

    assert told(checker.check(data[: len(data) // 3], issued)) == ("rejected", ["photo_unreadable"])


@pytest.mark.parametrize("name", BOMBS)
def test_a_photo_that_unpacks_to_more_than_there_is_room_for_is_refused(checker: LetterChecker, name: str) -> None:
    data = BOMBS[name]()

    assert len(data) < 10_000_000
    (reason,) = checker.gate(data)
    assert reason.code in {"too_many_pixels", "photo_unreadable"}


def test_a_photo_that_is_a_document_too_is_refused(checker: LetterChecker, issued: LetterOnRecord) -> None:
    data = written(photo(issued.pdf), "JPEG")
    both = data[:2] + b"\xff\xfe\x00\x0b%PDF-1.7\n" + data[2:]

    assert told(checker.check(both, issued)) == ("rejected", ["disguised"])


def test_photos_and_a_document_do_not_go_together(checker: LetterChecker, issued: LetterOnRecord) -> None:
    picture = written(photo(issued.pdf), "JPEG")
    scan = image_pdf([signed(issued.pdf)])

    for files in ([picture, scan], [scan, scan]):
        assert told(checker.examine(files, sum(map(len, files)), issued)) == ("rejected", ["several_files"])
    many = [written(Pillow.new("L", (40, 40)), "PNG")] * 11
    assert told(checker.examine(many, sum(map(len, many)), issued)) == ("rejected", ["too_many_photos"])


def heavy(pdf: bytes, paper: np.ndarray | None = None) -> bytes:
    """Return a coloured scan of the signed letter at 300 dpi, hardly compressed."""
    rng = np.random.default_rng(3)
    how = CAPTURES["flatbed 300"]
    seen = capture(signed(pdf) if paper is None else paper, how, rng)
    return image_pdf([np.dstack([seen] * 3)], 95, 20 * LIMIT)


def test_a_scan_above_the_limit_is_made_smaller(checker: LetterChecker, issued: LetterOnRecord) -> None:
    data = heavy(issued.pdf)
    assert len(data) > 2 * LIMIT

    found = checker.check(data, issued)

    assert told(found) == ("accepted", [])
    assert found.converted is not None
    assert (found.converted.made_from, found.converted.from_bytes) == (FileKind.PDF, len(data))
    assert len(found.document or b"") == found.converted.to_bytes <= LIMIT
    assert told(checker.check(found.document or b"", issued)) == ("accepted", [])


def test_a_large_scan_without_a_signature_is_refused(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(heavy(issued.pdf, sheet(issued.pdf)), issued)) == ("rejected", ["not_signed"])


def test_what_can_not_be_made_smaller_and_stay_legible_says_so(checker: LetterChecker, issued: LetterOnRecord) -> None:
    narrow = issued.model_copy(update={"limit_bytes": 60_000})

    for data in (heavy(issued.pdf), written(photo(issued.pdf), "JPEG")):
        verdict, [code] = told(checker.check(data, narrow))
        assert (verdict, code) == ("rejected", "too_large_to_shrink")


def test_an_upload_above_what_is_taken_says_both_sizes(checker: LetterChecker, issued: LetterOnRecord) -> None:
    beginning = written(Pillow.new("L", (40, 40)), "PNG")

    (reason,) = checker.examine([beginning], 31 << 20, issued).reasons

    assert (reason.code, "31,00 MB" in reason.message, "20,00 MB" in reason.message) == ("too_large", True, True)
