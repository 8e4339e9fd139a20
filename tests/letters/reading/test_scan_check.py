"""A letter that proves itself: printed, signed, captured, and read back."""

import io

import cv2
import numpy as np
import pikepdf
import pytest

from domain.letter.examination import Examination, LetterOnRecord
from letters import LetterChecker, render_letter
from letters.geometry import GEOMETRY
from tests.support.builders import letter
from tests.support.letters.forgeries import FORGERIES
from tests.support.letters.scans import CAPTURES, PX, capture, image_pdf, pen, scan, sheet
from tests.support.letters.used_paper import scan_of_used

SEED = 4


def told(verdict: Examination) -> tuple[str, list[str]]:
    return str(verdict.verdict), [reason.code for reason in verdict.reasons]


def flat(paper: np.ndarray, seed: int = SEED) -> np.ndarray:
    """Return a sheet as a flatbed scanner sees it."""
    return capture(paper, CAPTURES["flatbed 150"], np.random.default_rng(seed))


def signed_sheet(pdf: bytes, seed: int = SEED) -> np.ndarray:
    paper = sheet(pdf)
    pen(paper, np.random.default_rng(seed))
    return paper


@pytest.mark.parametrize("condition", [name for name in CAPTURES if name not in {"bilevel 100", "flatbed 300"}])
def test_signed_by_pen_is_accepted_however_it_was_captured(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    assert told(checker.check(scan(issued.pdf, "pen", condition, SEED), issued)) == ("accepted", [])


@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_page_may_lie_any_way_round(checker: LetterChecker, issued: LetterOnRecord, quarter_turns: int) -> None:
    turned = np.rot90(flat(signed_sheet(issued.pdf)), quarter_turns)

    assert told(checker.check(image_pdf([np.ascontiguousarray(turned)]), issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 150", "phone"])
def test_an_empty_box_is_rejected_with_what_to_do(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    verdict = checker.check(scan(issued.pdf, "blank", condition, SEED), issued)

    assert told(verdict) == ("rejected", ["not_signed"])
    assert "Firma la carta a mano dentro del recuadro" in verdict.reasons[0].message


@pytest.mark.parametrize("condition", ["bilevel 200", "fax"])
def test_an_empty_box_in_black_and_white_waits_for_a_person(
    checker: LetterChecker, issued: LetterOnRecord, condition: str
) -> None:
    assert told(checker.check(scan(issued.pdf, "blank", condition, SEED), issued)) == (
        "under_review",
        ["signature_not_visible"],
    )


@pytest.mark.parametrize("content", ["line", "typed", "stamp"])
def test_what_may_be_no_signature_waits_for_a_person(
    checker: LetterChecker, issued: LetterOnRecord, content: str
) -> None:
    assert told(checker.check(scan(issued.pdf, content, "flatbed 200", SEED), issued)) == (
        "under_review",
        ["signature_doubtful"],
    )


def test_a_signature_over_a_stamp_is_accepted(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(scan(issued.pdf, "pen and stamp", "flatbed 200", SEED), issued)) == ("accepted", [])


@pytest.mark.parametrize("condition", ["flatbed 150", "messenger", "poor phone"])
@pytest.mark.parametrize("name", [name for name in FORGERIES if name != "days changed"])
def test_other_words_under_genuine_codes_are_never_accepted(
    checker: LetterChecker, issued: LetterOnRecord, name: str, condition: str
) -> None:
    verdict, codes = told(checker.check(scan(FORGERIES[name](issued.content), "pen", condition, SEED), issued))

    gone = name == "clause removed"
    assert (verdict, codes) == (("rejected", ["text_differs"]) if gone else ("under_review", ["text_doubtful"]))


@pytest.mark.parametrize(
    ("condition", "soft"), [("flatbed 300", False), ("phone", False), ("flatbed 75", True), ("poor phone", True)]
)
def test_another_month_waits_for_a_person_however_soft_the_picture(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, soft: bool
) -> None:
    forged = FORGERIES["month changed"](issued.content)

    for seed in (SEED, SEED + 2):
        verdict = checker.check(scan(forged, "pen", condition, seed), issued)
        assert told(verdict) == ("under_review", ["text_doubtful"])
        assert verdict.measured["text_soft"] is soft


def test_another_month_waits_for_a_person_even_where_words_are_smudges(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    forged = FORGERIES["month changed"](issued.content)

    verdict = checker.check(scan(forged, "pen", "poor phone", SEED, dpi=(60, 60)), issued)

    assert told(verdict) == ("under_review", ["text_doubtful"])


def test_another_company_s_letter_is_rejected_without_saying_whose(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    other = letter(folio="AC-1111-2222-3333", company={"legal_name": "Otra Empresa Secreta S.A.S."})

    verdict = checker.check(scan(render_letter(other), "pen", "flatbed 150", SEED), issued)

    assert told(verdict) == ("rejected", ["other_letter"])
    assert "Secreta" not in verdict.model_dump_json()
    assert "AC-1111" not in verdict.model_dump_json()


def test_an_older_version_of_our_letter_is_named_as_such(checker: LetterChecker, issued: LetterOnRecord) -> None:
    older = letter(folio="AC-1111-2222-3333")
    known = issued.model_copy(update={"older_folios": ("AC-1111-2222-3333",)})

    assert told(checker.check(scan(render_letter(older), "pen", "flatbed 150", SEED), known)) == (
        "rejected",
        ["older_letter"],
    )


def test_the_right_folio_over_other_data_is_rejected(checker: LetterChecker, issued: LetterOnRecord) -> None:
    other = letter(representative={"full_name": "Pedro Pérez"})

    assert other.folio == issued.content.folio
    assert told(checker.check(scan(render_letter(other), "pen", "flatbed 150", SEED), issued)) == (
        "rejected",
        ["digest_differs"],
    )


def test_pages_come_in_any_order_and_blank_backs_do_not_matter(checker: LetterChecker, issued: LetterOnRecord) -> None:
    back = np.full((1650, 1275), 246, np.uint8)
    own = flat(signed_sheet(issued.pdf))

    assert told(checker.check(image_pdf([back, own, back]), issued)) == ("accepted", [])


def test_the_back_of_a_folded_sheet_on_a_table_is_ignored(checker: LetterChecker, issued: LetterOnRecord) -> None:
    back = np.full((1650, 1275), 246, np.uint8)
    for fold in (550, 1100):
        back[fold : fold + 3] = 120
    back[:, :90] = 60  # the table
    through = cv2.GaussianBlur(cv2.flip(flat(sheet(issued.pdf)), 1), (0, 0), 2.0)
    shown = np.minimum(back, 255 - ((255 - cv2.resize(through, (1275, 1650))) * 0.3).astype(np.uint8))

    assert told(checker.check(image_pdf([flat(signed_sheet(issued.pdf)), shown]), issued)) == ("accepted", [])


def test_something_drawn_over_the_letter_waits_for_a_person_whatever_it_covers(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    def over(content: bytes) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(image_pdf([flat(sheet(issued.pdf))]))) as pdf:
            page = pdf.pages[0].obj
            page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + content)
            pdf.save(out)
        return out.getvalue()

    signed_by_program = over(b"2 w 90 150 m 120 190 150 110 200 180 c 220 120 260 190 300 140 c S")
    beside = over(b"0.5 g 250 12 100 8 re f")

    assert told(checker.check(signed_by_program, issued)) == ("under_review", ["drawn_over", "not_signed"])
    assert told(checker.check(beside, issued)) == ("rejected", ["not_signed"])


def test_the_letter_as_it_was_downloaded_with_a_picture_on_it_is_no_scan(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    out = io.BytesIO()
    scribble = image_pdf([np.full((300, 800), 90, np.uint8)])
    with pikepdf.open(io.BytesIO(issued.pdf)) as pdf, pikepdf.open(io.BytesIO(scribble)) as other:
        image = pdf.copy_foreign(other.pages[0].obj.Resources.XObject.Im0)
        pdf.pages[0].obj.Resources["/XObject"] = pikepdf.Dictionary(Im9=image)
        pdf.pages[0].contents_add(b"q 80 0 0 30 90 140 cm /Im9 Do Q")
        pdf.save(out)

    assert told(checker.check(out.getvalue(), issued)) == ("rejected", ["edited_original"])


def test_of_two_copies_the_signed_one_counts(checker: LetterChecker, issued: LetterOnRecord) -> None:
    pages = [flat(sheet(issued.pdf)), flat(signed_sheet(issued.pdf))]

    assert told(checker.check(image_pdf(pages), issued)) == ("accepted", [])


def test_pages_that_are_not_the_letter_s_wait_for_a_person(checker: LetterChecker, issued: LetterOnRecord) -> None:
    something = np.full((1650, 1275), 246, np.uint8)
    something[200:1400:25, 150:1100] = 40

    verdict = checker.check(image_pdf([flat(signed_sheet(issued.pdf)), something]), issued)

    assert told(verdict) == ("under_review", ["extra_pages"])


def test_a_picture_of_anything_else_is_rejected(checker: LetterChecker, issued: LetterOnRecord) -> None:
    something = np.full((1650, 1275), 246, np.uint8)
    something[200:1400:25, 150:1100] = 40

    assert told(checker.check(image_pdf([something]), issued)) == ("rejected", ["code_not_found"])


def test_a_letter_whose_codes_are_covered_waits_for_a_person(checker: LetterChecker, issued: LetterOnRecord) -> None:
    paper = signed_sheet(issued.pdf)
    for code in GEOMETRY.pages[0].codes:
        top, left, side = round(code.y_mm * PX), round(code.x_mm * PX), round(code.width_mm * PX)
        paper[top : top + side, left : left + side] = 120

    assert told(checker.check(image_pdf([flat(paper)]), issued)) == ("under_review", ["code_unreadable"])


def test_words_crossed_out_wait_for_a_person(checker: LetterChecker, issued: LetterOnRecord) -> None:
    paper = signed_sheet(issued.pdf)
    paper[round(115 * PX) : round(118.5 * PX), round(30 * PX) : round(60 * PX)] = 30

    assert told(checker.check(image_pdf([flat(paper)]), issued)) == ("under_review", ["text_doubtful"])


def test_dirt_over_the_words_waits_for_a_person(checker: LetterChecker, issued: LetterOnRecord) -> None:
    rng, paper = np.random.default_rng(3), signed_sheet(issued.pdf)
    for x_mm in (45, 118, 150):
        band = paper[:, round(x_mm * PX) : round((x_mm + 9) * PX)]
        blots = cv2.GaussianBlur(rng.standard_normal(band.shape[:2]).astype(np.float32), (0, 0), 0.5 * PX)
        grains = rng.random(band.shape[:2]) < np.clip(blots / blots.std(), 0, 1)
        band[grains] = 30

    assert told(checker.check(image_pdf([flat(paper)]), issued)) == ("under_review", ["text_doubtful"])


def test_the_unsigned_letter_as_a_picture_is_not_accepted(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(image_pdf([sheet(issued.pdf)]), issued))[0] != "accepted"


def test_the_size_limit_is_inclusive_and_counts_what_is_taken(checker: LetterChecker, issued: LetterOnRecord) -> None:
    data = scan(issued.pdf, "pen", "flatbed 150", SEED)
    narrow = issued.model_copy(update={"intake_bytes": len(data) - 1})

    assert told(checker.check(data, issued.model_copy(update={"intake_bytes": len(data)}))) == ("accepted", [])
    assert told(checker.check(data, narrow)) == ("rejected", ["too_large"])


def test_the_verdict_carries_figures_and_no_personal_data(checker: LetterChecker, issued: LetterOnRecord) -> None:
    verdict = checker.check(scan(issued.pdf, "pen", "flatbed 150", SEED), issued)

    assert {"text", "text_worst", "text_soft", "ink_length_mm", "markers", "pages", "cpu_ms"} <= set(verdict.measured)
    said = verdict.model_dump_json()
    assert not any(word in said for word in ("Peñaranda", "52345678", "Panadería", "900373115"))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("condition", ["flatbed 150", "phone", "messenger", "poor phone"])
def test_what_shows_through_used_paper_is_no_signature(
    checker: LetterChecker, issued: LetterOnRecord, condition: str, seed: int
) -> None:
    verdict, codes = told(checker.check(scan_of_used(issued.pdf, "blank", condition, seed), issued))

    assert verdict != "accepted"
    assert {"signature_doubtful", "not_signed", "signature_not_visible"} & set(codes)


@pytest.mark.parametrize("seed", range(4))
def test_a_pen_on_used_paper_is_a_signature(checker: LetterChecker, issued: LetterOnRecord, seed: int) -> None:
    assert told(checker.check(scan_of_used(issued.pdf, "pen", "flatbed 150", seed), issued)) == ("accepted", [])
