"""What the confined child does with a file: the gate first, then the one of two roads that the file takes.

A file that begins with the issued bytes is a digitally signed letter or nothing; any other must be a scan.
"""

import time
from functools import partial

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from domain.reason import Reason
from letters.confinement.wire import Request
from letters.gate.gate import file_faults, read_scan
from letters.gate.rewriting import Scan, as_shown
from letters.opening.digital_signature import TrustRoots, judge_signed
from letters.opening.flattening import flatten
from letters.opening.raster import issued_page, scanned_pages
from letters.reading.scan_check import judge_scan
from letters.reasons import because


def answer(request: Request, data: bytes, issued_pdf: bytes, roots: TrustRoots) -> bytes:
    """Return a finding as JSON, or for a flattening the new PDF, empty when the file can't be drawn."""
    if request.task == "flatten":
        return b"" if file_faults(data, request.limit_bytes) else _flattened(data)
    if request.task == "gate" or request.content is None:
        scan = read_scan(data, request.limit_bytes)
        finding = Examination(verdict=Verdict.ACCEPTED) if isinstance(scan, Scan) else _refused(scan)
    else:
        issued = LetterOnRecord(
            content=request.content,
            pdf=issued_pdf,
            older_folios=request.older_folios,
            limit_bytes=request.limit_bytes,
        )
        finding = check(data, issued, roots)
    finding.measured["cpu_ms"] = round(time.process_time() * 1000, 1)
    return finding.model_dump_json().encode()


def _flattened(data: bytes) -> bytes:
    try:
        return flatten(as_shown(data))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pdfium opens pages that it can't draw: some have no size, some no object
        return b""


def check(data: bytes, issued: LetterOnRecord, roots: TrustRoots) -> Examination:
    """Return the verdict on an upload. To be called in the child process only."""
    if issued.pdf and data.startswith(issued.pdf):
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
    scan = read_scan(data, issued.limit_bytes)
    if not isinstance(scan, Scan):
        return _refused(scan)
    with scanned_pages(scan) as pages:
        return judge_scan(pages, issued, partial(issued_page, issued.pdf))


def _refused(reasons: tuple[Reason, ...]) -> Examination:
    return Examination(verdict=Verdict.REJECTED, reasons=reasons)
