"""The gate: whether an uploaded file may be looked at. To be called in the child process only.

Bytes first, then every object as qpdf reads it, then pdfium; a file that either of them can't open is refused. How a
file is built says whether it is safe; whether it is the letter is for the pictures to say.
"""

from typing import Final

import pypdfium2

from domain.reason import Reason
from letters.gate.errors import TooComplexError
from letters.gate.file_bytes import byte_faults
from letters.gate.file_objects import object_faults
from letters.gate.rewriting import Scan, rewritten
from letters.reasons import because

_MAX_SIDES: Final = 20.0
"""The longer side by the shorter one. What is cut to a thread can't be drawn."""


def file_faults(data: bytes, limit_bytes: int) -> tuple[Reason, ...]:
    """Return why a file may not be opened, or nothing."""
    faults = byte_faults(data, limit_bytes)
    if faults:
        return faults
    try:
        return object_faults(data) or _page_faults(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # parsers raise errors of every class on hostile files
        return (because("unreadable"),)


def read_scan(data: bytes, limit_bytes: int) -> Scan | tuple[Reason, ...]:
    """Return a file as it may be looked at, or why it may not, or why there is nothing to look at."""
    faults = byte_faults(data, limit_bytes)
    if faults:
        return faults
    try:
        faults = object_faults(data)
        if faults:
            return faults
        scan = rewritten(data)
        return (because("not_a_scan"),) if scan is None else _page_faults(scan.shown) or scan
    except MemoryError:
        raise
    except TooComplexError:
        return (because("too_complex"),)
    except Exception:  # noqa: BLE001  # as above
        return (because("unreadable"),)


def _page_faults(data: bytes) -> tuple[Reason, ...]:
    with pypdfium2.PdfDocument(data) as document:
        if not len(document):
            return (because("no_pages"),)
        sides = [document[index].get_size() for index in range(len(document))]
    return () if all(min(side) * _MAX_SIDES > max(side) for side in sides) else (because("page_size"),)
