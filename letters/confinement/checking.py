"""What the confined child does with an upload: the gate first, then the one of three roads that it takes.

A file that begins with the issued bytes is a digitally signed letter or nothing; any other PDF must be a scan. Photos
are made into a document first, and a scan above the limit into a smaller one.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from domain.letter.file_kind import kind_of
from domain.reason import Reason
from letters.confinement.wire import Answer, Request
from letters.gate.file_bytes import too_large
from letters.gate.gate import file_faults, read_scan
from letters.gate.rewriting import Scan, as_shown
from letters.opening.coding import coded_within
from letters.opening.digital_signature import TrustRoots, judge_signed
from letters.opening.flattening import flatten
from letters.opening.photos import read_photos
from letters.opening.raster import issued_page, scanned_pages
from letters.opening.upright import upright
from letters.picture_pdf import PagePicture, picture_pdf
from letters.reading.scan_check import expected_codes, judge_scan
from letters.reasons import because

Pictures: TypeAlias = tuple[PagePicture, ...]
"""The pages of a document that is to be made."""


def answer(request: Request, files: Sequence[bytes], issued_pdf: bytes, roots: TrustRoots) -> Answer:
    """Return a finding, and a document's pages where one is to be made; for a flattening its pages, if drawn at all."""
    pictures: Pictures = ()
    if request.task == "flatten":
        (data,) = files
        return Answer(pictures=() if file_faults(data, request.limit_bytes) else _flattened(data))
    if request.task == "gate" or request.content is None:
        faults = _gate_faults(files, request.limit_bytes)
        finding = _refused(faults) if faults else Examination(verdict=Verdict.ACCEPTED)
    else:
        issued = LetterOnRecord(
            content=request.content,
            pdf=issued_pdf,
            older_folios=request.older_folios,
            limit_bytes=request.limit_bytes,
            intake_bytes=request.intake_bytes,
        )
        finding, pictures = check(files, issued, roots)
    finding.measured["cpu_ms"] = round(time.process_time() * 1000, 1)
    return Answer(finding.model_dump_json().encode(), tuple(page.jpeg for page in pictures))


def _gate_faults(files: Sequence[bytes], limit_bytes: int) -> tuple[Reason, ...]:
    if _are_photos(files):
        found = read_photos(files)
        return () if isinstance(found, list) else found
    scan = read_scan(files[0], limit_bytes)
    return () if isinstance(scan, Scan) else scan


def _flattened(data: bytes) -> tuple[bytes, ...]:
    try:
        return tuple(page.jpeg for page in flatten(as_shown(data)))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pdfium opens pages that it can't draw: some have no size, some no object
        return ()


def check(files: Sequence[bytes], issued: LetterOnRecord, roots: TrustRoots) -> tuple[Examination, Pictures]:
    """Return the verdict on an upload, and the pages that were made of it. To be called in the child process only."""
    if _are_photos(files):
        return _check_photos(files, issued)
    if len(files) > 1:
        return _refused((because("several_files"),)), ()
    (data,) = files
    if issued.pdf and data.startswith(issued.pdf):
        return _check_signed(data, issued, roots), ()
    scan = read_scan(data, issued.intake_bytes)
    if not isinstance(scan, Scan):
        return _refused(scan), ()
    found = _judged(scan, issued)
    if len(data) <= issued.limit_bytes or found.verdict is Verdict.REJECTED:
        return found, ()
    return _made_smaller(data, scan, found, issued)


def _are_photos(files: Sequence[bytes]) -> bool:
    kinds = [kind_of(data) for data in files]
    return all(kind is not None and kind.is_picture for kind in kinds)


def _check_signed(data: bytes, issued: LetterOnRecord, roots: TrustRoots) -> Examination:
    if data == issued.pdf:
        return _refused((because("unsigned_original"),))
    faults = file_faults(data, issued.limit_bytes)
    if faults:
        return _refused(faults)
    try:
        return judge_signed(data, issued.pdf, issued.content.representative, roots)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # a hostile signature raises errors of every class
        return _refused((because("signature_broken"),))


def _check_photos(files: Sequence[bytes], issued: LetterOnRecord) -> tuple[Examination, Pictures]:
    """Judge what will be kept, not what came: the document is what a loan rests on."""
    photos = read_photos(files)
    if not isinstance(photos, list):
        return _refused(photos), ()
    expected = expected_codes(issued)
    pictures = coded_within([upright(photo, expected) for photo in photos], issued.limit_bytes)
    if not pictures:
        return _refused((_too_large(files, issued),)), ()
    return _judged(Scan(picture_pdf(pictures), None, is_plain=True), issued), pictures


def _made_smaller(data: bytes, scan: Scan, found: Examination, issued: LetterOnRecord) -> tuple[Examination, Pictures]:
    """Return the finding with smaller pages, unless what was seen in the file is no longer seen in them."""
    with scanned_pages(scan) as pages:
        drawings = [page.draw(1.0) for page in pages]
    expected = expected_codes(issued)
    sheets = [upright(each.picture if each.shown is None else each.shown, expected) for each in drawings]
    pictures = coded_within(sheets, issued.limit_bytes)
    if not pictures:
        return _refused((_too_large((data,), issued),)), ()
    if found.verdict is Verdict.ACCEPTED:
        again = _judged(Scan(picture_pdf(pictures), None, is_plain=True), issued)
        if again.verdict is not Verdict.ACCEPTED:
            refused = {"verdict": Verdict.REJECTED, "reasons": (_too_large((data,), issued),)}
            return again.model_copy(update=refused), ()
    return found, pictures


def _judged(scan: Scan, issued: LetterOnRecord) -> Examination:
    with scanned_pages(scan) as pages:
        return judge_scan(pages, issued, partial(issued_page, issued.pdf), scan.maker)


def _too_large(files: Sequence[bytes], issued: LetterOnRecord) -> Reason:
    return too_large(sum(map(len, files)), issued.limit_bytes, "too_large_to_shrink")


def _refused(reasons: tuple[Reason, ...]) -> Examination:
    return Examination(verdict=Verdict.REJECTED, reasons=reasons)
