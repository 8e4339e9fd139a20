"""A child that answers what no honest one does: nothing of it is taken, whichever field it forges."""

import base64
import io
import json
from collections.abc import Iterator

import cv2
import numpy as np
import pikepdf
import pytest

from domain.letter.examination import Conversion, Examination, LetterOnRecord
from domain.letter.file_kind import FileKind
from letters import LetterChecker
from letters.reasons import because, made_by, not_pdf

REASON = because("text_doubtful").model_dump()
MEASURED = {"route": "scan", "pages": 1, "text": 0.9, "text_soft": False, "ink_hand_length_mm": 60.0, "cpu_ms": 90.0}
SCAN = b"%PDF-1.7 "
PHOTO = b"\xff\xd8\xff "
LARGE = SCAN + b" " * (1 << 20)
"""The beginning of a scan that can't be kept as it is."""


class Forger(LetterChecker):
    """A checker whose children give the answer that stands in the upload."""

    _HELPER = ("-m", "tests.support.letters.taken_over", "own", "confined")


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    with Forger() as running:
        yield running


def jpeg(width: int = 1700, height: int = 2200, *, colours: int = 3, text: bytes = b"") -> bytes:
    picture = np.full((height, width, 3) if colours == 3 else (height, width), 200, np.uint8)
    coded = cv2.imencode(".jpg", picture)[1].tobytes()
    return coded[:2] + text + coded[2:]


def resized(width: int, height: int) -> bytes:
    """Return a small picture that says that it has another size."""
    coded = jpeg(16, 16)
    at = coded.index(b"\xff\xc0") + 5
    return coded[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + coded[at + 4 :]


def upload(kind: bytes = SCAN, pictures: tuple[bytes, ...] = (), **finding: object) -> bytes:
    told = {"verdict": "accepted", "reasons": [], "measured": MEASURED, "converted": None, **finding}
    coded = [base64.b64encode(picture).decode() for picture in pictures]
    return kind + json.dumps({"finding": json.dumps(told), "pictures": coded}).encode()


def codes(found: Examination) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_what_an_honest_child_says_is_taken(forger: Forger, issued: LetterOnRecord) -> None:
    accepted = forger.check(upload(), issued)
    doubted = forger.check(upload(verdict="under_review", reasons=[REASON]), issued)
    photo = forger.check(upload(PHOTO, (jpeg(),)), issued)
    grey = forger.check(upload(PHOTO, (jpeg(colours=1),)), issued)

    assert (accepted.verdict, doubted.verdict, codes(doubted)) == ("accepted", "under_review", ["text_doubtful"])
    assert (photo.verdict, grey.verdict) == ("accepted", "accepted")
    assert photo.document is not None
    assert photo.converted is not None
    assert photo.converted.to_bytes == len(photo.document)


def test_the_worker_itself_tells_what_a_document_was_made_of(forger: Forger, issued: LetterOnRecord) -> None:
    large, photos = upload(LARGE, (jpeg(), jpeg())), [upload(PHOTO, (jpeg(), jpeg())), PHOTO]
    size = sum(map(len, photos))

    for found, told in (
        (forger.check(large, issued), Conversion(made_from=FileKind.PDF, files=1, from_bytes=len(large), to_bytes=0)),
        (
            forger.examine(photos, size, issued),
            Conversion(made_from=FileKind.JPEG, files=2, from_bytes=size, to_bytes=0),
        ),
    ):
        assert found.document is not None
        assert found.converted == told.model_copy(update={"to_bytes": len(found.document)})
        with pikepdf.open(io.BytesIO(found.document)) as pdf:
            assert len(pdf.pages) == 2


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_photo_is_one_page(forger: Forger, issued: LetterOnRecord, count: int) -> None:
    photos = [upload(PHOTO, (jpeg(16, 16),) * count), PHOTO]

    assert codes(forger.examine(photos, sum(map(len, photos)), issued)) == ["too_complex"]


FORGED = {
    "no JSON": SCAN + json.dumps({"finding": "accepted", "pictures": []}).encode(),
    "nothing": SCAN + json.dumps({"finding": "", "pictures": []}).encode(),
    "an unknown field": upload(document="JVBERi0="),
    "an unknown verdict": upload(verdict="certain"),
    "accepted, and nothing was measured": upload(measured={}),
    "accepted with a reason": upload(reasons=[REASON]),
    "accepted with a reason that rejects": upload(reasons=[because("not_signed").model_dump()]),
    "rejected without a reason": upload(verdict="rejected"),
    "in doubt without a reason": upload(verdict="under_review"),
    "in doubt with a reason that rejects": upload(verdict="under_review", reasons=[because("not_signed").model_dump()]),
    "rejected with a doubt": upload(verdict="rejected", reasons=[REASON]),
    "an unknown code": upload(verdict="rejected", reasons=[{"code": "your_account", "message": "Llama al 600."}]),
    "a code of the case's": upload(verdict="rejected", reasons=[{"code": "review", "message": "Llama al 600."}]),
    "a sentence of its own": upload(verdict="under_review", reasons=[{**REASON, "message": "Llama al 600 123 456."}]),
    "a sentence with more": upload(verdict="under_review", reasons=[{**REASON, "message": REASON["message"] + " Ya."}]),
    "a reason twice": upload(verdict="under_review", reasons=[REASON, REASON]),
    "other limits": upload(verdict="rejected", reasons=[because("too_large", found=9, limit=8).model_dump()]),
    "pages that are none": upload(
        verdict="under_review", reasons=[because("extra_pages", pages="Llama al 600").model_dump()]
    ),
    "more pages than there may be": upload(
        verdict="under_review", reasons=[because("extra_pages", pages="página 11").model_dump()]
    ),
    "pixels in words": upload(
        PHOTO, verdict="rejected", reasons=[because("too_many_pixels", found="Llama al 600").model_dump()]
    ),
    "a program that is none": upload(
        verdict="under_review", reasons=[made_by("signature_not_visible", "Llama al 600").model_dump()]
    ),
    "another kind of file than it is": upload(verdict="rejected", reasons=[not_pdf(b"GIF8").model_dump()]),
    "unsigned, which it is not": upload(verdict="rejected", reasons=[because("unsigned_original").model_dump()]),
    "several files, which it is not": upload(verdict="rejected", reasons=[because("several_files").model_dump()]),
    "a signature, where there is none": upload(
        verdict="under_review", reasons=[because("signer_differs").model_dump()]
    ),
    "the route of a signature": upload(measured={**MEASURED, "route": "digital"}),
    "an unknown route": upload(measured={**MEASURED, "route": "52345678"}),
    "an unknown figure": upload(measured={**MEASURED, "nit": 900123456}),
    "a figure in words": upload(measured={**MEASURED, "text": "Ana"}),
    "a figure beyond its bounds": upload(measured={**MEASURED, "text": 1e9}),
    "a figure that is no number": upload(measured={**MEASURED, "text": float("nan")}),
    "a figure without an end": upload(measured={**MEASURED, "other_text_mm2": float("inf")}),
    "a number of pages below none": upload(measured={**MEASURED, "pages": -1}),
    "a flag that is a number": upload(measured={**MEASURED, "text_soft": 52345678}),
    "revocation that was checked": upload(measured={**MEASURED, "revocation": "checked"}),
    "a conversion": upload(
        converted={"made_from": "image/jpeg", "files": 1, "from_bytes": 1, "to_bytes": 1},
    ),
    "pages for a scan that is kept": upload(pictures=(jpeg(),)),
    "pages for a scan that is refused": upload(
        LARGE, (jpeg(),), verdict="rejected", reasons=[because("not_signed").model_dump()]
    ),
    "no page for a scan that is too large to be kept": upload(LARGE),
    "pages above the limit for a scan that is too large": upload(
        LARGE, (jpeg()[:-2] + b"\x00" * 600_000 + b"\xff\xd9",) * 2
    ),
    "a photo without a page": upload(PHOTO),
    "a photo with two pages": upload(PHOTO, (jpeg(), jpeg())),
    "more pages than there may be at all": upload(PHOTO, (jpeg(16, 16),) * 11),
    "a page that is a document": upload(PHOTO, (b"%PDF-1.7",)),
    "a page that is a PNG": upload(PHOTO, (b"\x89PNG\r\n\x1a\n" + jpeg(),)),
    "a page that is cut off": upload(PHOTO, (jpeg()[:-2],)),
    "a page with something behind it": upload(PHOTO, (jpeg() + b"PK\x03\x04",)),
    "a page with two pictures": upload(PHOTO, (jpeg(16, 16) + jpeg(16, 16),)),
    "a page with a profile": upload(PHOTO, (jpeg(text=b"\xff\xe2\x00\x0cICC_PROFIL"),)),
    "a page with a note": upload(PHOTO, (jpeg(text=b"\xff\xfe\x00\x06Ana!"),)),
    "a page with a length that leads nowhere": upload(PHOTO, (jpeg(text=b"\xff\xdb\xff\xff"),)),
    "a page of no size": upload(PHOTO, (resized(0, 2200),)),
    "a page of a giant's size": upload(PHOTO, (resized(60_000, 60_000),)),
    "a page above the limit": upload(PHOTO, (jpeg()[:-2] + b"\x00" * 1_048_576 + b"\xff\xd9",)),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_not_taken(
    forger: Forger, issued: LetterOnRecord, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = forger.check(FORGED[name], issued)

    assert (found.verdict, codes(found), found.measured) == ("rejected", ["too_complex"], {})
    assert (found.document, found.converted) == (None, None)
    assert not {"Ana", "600", "52345678", "900123456"} & set(caplog.text.replace(":", " ").split())


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x00", id="of no part"),
        pytest.param(b"\x01\xff\xff\xff\xff", id="of four gigabytes"),
        pytest.param(b"\x02\x00\x00\x00\x02\xff\xff\xff\xff{}", id="with a page of four gigabytes"),
        pytest.param(b"\xff" + b"\x00\x00\x00\x00" * 255, id="of 255 parts"),
        pytest.param(b"s", id="in the helper's words"),
    ],
)
def test_an_answer_in_another_form_is_not_taken(forger: Forger, raw: bytes) -> None:
    told = json.dumps({"raw": base64.b64encode(raw).decode()}).encode()

    assert [reason.code for reason in forger.gate(SCAN + told)] == ["too_complex"]


def test_the_letter_as_it_was_issued_is_never_accepted(forger: Forger, issued: LetterOnRecord) -> None:
    """What the worker sees by the bytes alone, no child says otherwise."""
    unsigned = issued.model_copy(update={"pdf": upload()})

    assert codes(forger.check(upload(), unsigned)) == ["too_complex"]
    assert codes(forger.examine([upload(), upload()], 2 * len(upload()), issued)) == ["too_complex"]
    assert codes(forger.check(b"GIF89a" + upload()[9:], issued)) == ["too_complex"]


def test_people_are_shown_pictures_that_the_worker_wrapped(forger: Forger) -> None:
    def shown(*pictures: bytes, finding: str = "") -> bytes | None:
        coded = [base64.b64encode(picture).decode() for picture in pictures]
        return forger.flatten(SCAN + json.dumps({"finding": finding, "pictures": coded}).encode())

    document = shown(jpeg(), jpeg(colours=1))

    assert document is not None
    with pikepdf.open(io.BytesIO(document)) as pdf:
        assert [pdf.check_pdf_syntax(), len(pdf.pages)] == [[], 2]
    assert [shown(), shown(b"%PDF-1.7"), shown(jpeg(), b""), shown(jpeg(), finding="{}")] == [None] * 4
