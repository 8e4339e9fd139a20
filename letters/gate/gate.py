"""The gate: whether an uploaded file may be looked at. To be called in the child process only.

Bytes first, then every object as qpdf reads it, then pdfium; a file that either of them can't open is refused.
"""

import pypdfium2

from domain.reason import Reason
from letters.gate.file_bytes import byte_faults
from letters.gate.file_objects import object_faults, written_anew
from letters.gate.scan_profile import is_scan
from letters.reasons import because


def file_faults(data: bytes, limit_bytes: int, *, pictures_only: bool = False) -> tuple[Reason, ...]:
    """Return why a file may not be opened, or nothing; of pictures only, also what would draw anything else."""
    faults = byte_faults(data, limit_bytes)
    if faults:
        return faults
    try:
        return object_faults(data, pictures_only=pictures_only) or _page_faults(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # parsers raise errors of every class on hostile files
        return (because("unreadable"),)


def read_scan(data: bytes, limit_bytes: int) -> bytes | tuple[Reason, ...]:
    """Return a file as it may be looked at, written anew, or why it is not a scan."""
    faults = file_faults(data, limit_bytes, pictures_only=True)
    if faults:
        return faults
    try:
        scan = written_anew(data)
        with pypdfium2.PdfDocument(scan) as document:
            return scan if is_scan(document) else (because("not_a_scan"),)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # as above
        return (because("unreadable"),)


def _page_faults(data: bytes) -> tuple[Reason, ...]:
    with pypdfium2.PdfDocument(data) as document:
        return () if len(document) else (because("no_pages"),)
