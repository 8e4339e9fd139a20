"""What the worker takes from a child's answer: what it can work out itself, it does; the rest keeps within bounds.

A child whose parser was taken over may answer anything. What it can still do is lie about its own upload within what an
honest child may say: which codes, and what the pictures show. Nothing here decodes a picture.
"""

import math
import re
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from domain.errors import ActivaError
from domain.letter.examination import MOST_FILES, MOST_PAGES, Conversion, Examination, Measured, Verdict
from domain.letter.file_kind import FileKind, kind_of
from domain.reason import Reason
from letters.confinement.wire import Answer, Request
from letters.gate.file_bytes import too_large
from letters.picture_pdf import NoPictureError, page_picture, picture_pdf
from letters.reasons import MAKERS, MESSAGES, because, made_by, not_pdf, outcome

_SIGNED_ONLY: Final = frozenset(("signature_broken", "signature_untrusted", "signer_differs", "signature_covers_text"))
_MEGAPIXELS: Final = re.compile("(.*?) [1-9][0-9]{1,18} (.*)", re.DOTALL)
_PAGE: Final = re.compile(r"página ([1-9][0-9]?)")
_SIZE_MM: Final = (0.0, 1_000_000.0)
_SHARE: Final = (-10.0, 10.0)
_FIGURES: Final[dict[str, tuple[float, float]]] = {
    "cpu_ms": (0, 30_000),
    "pages": (0, MOST_PAGES),
    "pages_of_letter": (0, MOST_PAGES),
    "markers": (0, 1_000),
    "signatures": (0, 10_000),
    "text": _SHARE,
    "text_worst": _SHARE,
    "text_missing": _SIZE_MM,
    "text_added": _SIZE_MM,
    "other_text_mm2": _SIZE_MM,
    "drawn_over_mm2": _SIZE_MM,
    "ink_parts": _SIZE_MM,
    "ink_outlines": _SIZE_MM,
    "ink_noise": _SIZE_MM,
    **{f"ink_{hand}{side}_mm": _SIZE_MM for hand in ("", "hand_") for side in ("length", "width", "height")},
}
"""The smallest and the largest value of each figure that the judges measure."""
_FLAGS: Final = frozenset(("bilevel", "text_soft"))
_WORDS: Final = {"route": ("scan", "digital"), "revocation": ("not_checked",)}


class AnswerError(ActivaError):
    """A child gave an answer that no honest one gives; the text names the field, never what stands in it."""


class Upload:
    """What the worker knows of an upload by its bytes alone, and so what may be answered."""

    def __init__(self, request: Request, files: Sequence[bytes], issued_pdf: bytes) -> None:
        self.request = request
        self.files = files
        self.bytes = sum(map(len, files))
        kinds = [kind_of(data) for data in files]
        self.kind = kinds[0] or FileKind.PDF
        self.is_gated = request.task == "gate"
        self.is_known = all(kind is not None for kind in kinds)
        self.are_photos = all(kind is not None and kind.is_picture for kind in kinds)
        self.is_mixed = not self.is_gated and len(files) > 1 and not self.are_photos
        begins = not self.is_gated and len(files) == 1 and bool(issued_pdf) and files[0].startswith(issued_pdf)
        self.is_unsigned = begins and files[0] == issued_pdf
        self.is_signed = begins and not self.is_unsigned

    @property
    def is_to_shrink(self) -> bool:
        """Whether it is one PDF that can't be kept as it is."""
        return not self.is_gated and not self.are_photos and self.bytes > self.request.limit_bytes


def believed(answer: Answer, upload: Upload) -> Examination:
    """Return what an answer says in the worker's own words, with the document made here; raises AnswerError."""
    try:
        told = Examination.model_validate_json(answer.finding)
    except ValidationError:
        raise AnswerError("the finding does not fit its schema") from None
    codes = [reason.code for reason in told.reasons]
    _require(told.verdict is outcome(codes), "the verdict is not the one of its codes")
    _require(told.converted is None and told.document is None, "the document is not the child's to tell of")
    _require_codes(codes, told.verdict, upload)
    _require_figures(told.measured, upload, accepted=told.verdict is Verdict.ACCEPTED)
    document = _document(answer.pictures, told.verdict, upload)
    return Examination(
        verdict=outcome(codes),
        reasons=tuple(_retold(reason, upload) for reason in told.reasons),
        measured=told.measured,
        converted=_conversion(document, upload) if document else None,
        document=document if told.verdict is not Verdict.REJECTED else None,
    )


def flattened(answer: Answer) -> bytes | None:
    """Return the document of the pages that people are shown, or None where there are none; raises AnswerError."""
    _require(not answer.finding, "there is a finding where none was asked for")
    return _wrapped(answer.pictures)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AnswerError(otherwise)


def _require_codes(codes: Sequence[str], verdict: Verdict, upload: Upload) -> None:
    _require(len(set(codes)) == len(codes) and MESSAGES.keys() >= set(codes), "a code is unknown or said twice")
    for code, stands in (("several_files", upload.is_mixed), ("unsigned_original", upload.is_unsigned)):
        _require((codes == [code]) if stands else (code not in codes), f"{code} is the worker's to know")
    _require(upload.is_signed or not _SIGNED_ONLY.intersection(codes), "there is no signature to judge")
    if verdict is not Verdict.REJECTED:
        _require(upload.bytes > 0 and upload.is_known, "nothing or an unknown kind of file is not refused")
        _require(len(upload.files) <= MOST_FILES, "too many files are not refused")
        _require(not (upload.is_gated and codes), "the gate has no doubts")
        _require(not (upload.is_signed and upload.is_to_shrink), "a signed file that is too large is not refused")


def _require_figures(measured: Measured, upload: Upload, *, accepted: bool) -> None:
    for name, value in measured.items():
        if name in _FLAGS:
            known = isinstance(value, bool)
        elif name in _WORDS:
            known = value in _WORDS[name]
        else:
            low, high = _FIGURES.get(name, (math.inf, -math.inf))
            known = not isinstance(value, bool | str) and low <= value <= high
        _require(known, "a figure is unknown or out of bounds")
    route = measured.get("route")
    _require(not upload.is_gated or not measured.keys() - {"cpu_ms"}, "the gate measures nothing else")
    _require(route is not None or upload.is_gated or not accepted, "what was accepted was not measured")
    _require(route is None or (route == "digital") == upload.is_signed, "the route is another than the file's")


def _retold(reason: Reason, upload: Upload) -> Reason:
    """Return a reason whose sentence is the worker's own."""
    code, request = reason.code, upload.request
    own: set[Reason] = set()
    if code == "too_large":
        own = {too_large(len(upload.files[0]), limit) for limit in (request.limit_bytes, request.intake_bytes)}
    elif code == "too_large_to_shrink":
        own = {too_large(upload.bytes, request.limit_bytes, code)}
    elif code == "too_many_photos":
        own = {because(code, limit=MOST_FILES)}
    elif code == "too_many_pages":
        own = {because(code, limit=MOST_PAGES)}
    elif code == "not_pdf":
        own = {not_pdf(data) for data in upload.files}
    elif code in {"black_and_white", "signature_not_visible"}:
        own = {made_by(code, maker) for maker in (None, *MAKERS)}
    elif code == "extra_pages":
        pages = [int(number) for number in _PAGE.findall(reason.message)]
        if pages and pages == sorted({*pages} & {*range(1, MOST_PAGES + 1)}):
            own = {because(code, pages=", ".join(f"página {number}" for number in pages))}
    elif code == "too_many_pixels":
        found = _MEGAPIXELS.fullmatch(reason.message)
        own = {reason} if found and MESSAGES[code].split("{found}") == [f"{found[1]} ", f" {found[2]}"] else set()
    else:
        own = {because(code)}
    _require(reason in own, f"the sentence of {code} is another")
    return reason


def _document(pictures: tuple[bytes, ...], verdict: Verdict, upload: Upload) -> bytes | None:
    """Return the document made of an upload's pages, where one is to be made."""
    count = len(pictures)
    if upload.are_photos and not upload.is_gated:
        _require(count == len(upload.files) or (count == 0 and verdict is Verdict.REJECTED), "photos have other pages")
    elif upload.is_to_shrink and not upload.is_mixed and verdict is not Verdict.REJECTED:
        _require(count > 0, "a file that is too large has no pages")
    else:
        _require(count == 0, "there are pages where none are made")
    document = _wrapped(pictures)
    _require(document is None or len(document) <= upload.request.limit_bytes, "the document is too large")
    return document


def _wrapped(pictures: tuple[bytes, ...]) -> bytes | None:
    try:
        return picture_pdf([page_picture(jpeg) for jpeg in pictures]) if pictures else None
    except NoPictureError as error:
        raise AnswerError(str(error)) from None


def _conversion(document: bytes, upload: Upload) -> Conversion:
    return Conversion(made_from=upload.kind, files=len(upload.files), from_bytes=upload.bytes, to_bytes=len(document))
