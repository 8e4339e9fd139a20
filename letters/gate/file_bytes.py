"""What the bytes alone tell, before any parser sees them: size, header, trailer, files within files."""

import re
from collections.abc import Iterator
from typing import Final

from domain.letter.file_kind import HEADER_WITHIN_BYTES
from domain.reason import Reason
from letters.reasons import because, not_pdf

_WHITE: Final = b"\0\t\n\f\r "
_HEADER: Final = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\s%]")
_WEB_PAGE: Final = re.compile(rb"<\s*(!doctype|html|script|svg|\?php|body|iframe)", re.IGNORECASE)
_OTHER_FORMATS: Final = (
    *(b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"%!PS", b"{\\rtf"),
    *(b"MZ", b"\x7fELF", b"#!", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xca\xfe\xba\xbe", b"\xd0\xcf\x11\xe0"),
)
"""What a file of another kind begins with."""
_OBJECT: Final = re.compile(rb"\d \d+ obj\b")
_HEADER_BYTES: Final = 2048
_FORGIVEN_BYTES: Final = 1024
"""Behind the end, as before the header."""


def byte_faults(data: bytes, limit_bytes: int) -> tuple[Reason, ...]:
    """Return what is wrong with a file by its bytes; the limit is inclusive."""
    if not data:
        return (because("empty"),)
    if len(data) > limit_bytes:
        return (too_large(len(data), limit_bytes),)
    begins = data.find(b"%PDF-", 0, HEADER_WITHIN_BYTES)
    if begins < 0 or data.startswith(_OTHER_FORMATS) or not _HEADER.match(data, begins):
        return (not_pdf(data),)
    return tuple(because(code) for code in dict.fromkeys(_faults(data, begins)))


def _faults(data: bytes, begins: int) -> Iterator[str]:
    behind = _behind_the_end(data)
    if len(behind) > _FORGIVEN_BYTES or any(mark in behind for mark in _OTHER_FORMATS if len(mark) > 3):  # noqa: PLR2004
        yield "disguised"
    if b"PK\x05\x06" in data and b"PK\x03\x04" in data:
        yield "disguised"
    if _WEB_PAGE.search(data[: begins + _HEADER_BYTES]) or _WEB_PAGE.search(behind):
        yield "disguised"


def _behind_the_end(data: bytes) -> bytes:
    """Return what follows the mark that ends a file; nothing where that mark is cut off, which qpdf mends."""
    end = data.rfind(b"%%EOF")
    behind = b"" if end < 0 else data[end + 5 :].strip(_WHITE)
    return b"" if _OBJECT.search(behind) else behind


def too_large(size_bytes: int, limit_bytes: int, code: str = "too_large") -> Reason:
    """Return the refusal of a file for its size; both sizes have as many decimals as it takes to tell them apart."""
    for digits in (2, 3, 6):
        found, limit = (f"{size / 1_048_576:.{digits}f}".replace(".", ",") for size in (size_bytes, limit_bytes))
        if found != limit:
            break
    return because(code, found=found, limit=limit)
