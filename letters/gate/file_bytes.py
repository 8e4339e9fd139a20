"""What the bytes alone tell, before any parser sees them: size, header, trailer, files within files."""

import re
from collections.abc import Iterator
from typing import Final

from domain.reason import Reason
from letters.reasons import because

_WHITE: Final = b"\0\t\n\f\r "
_HEADER: Final = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\s%]")
_OTHER_HEADER: Final = re.compile(rb"<\s*(!doctype|html|script|svg|\?php|body|iframe)", re.IGNORECASE)
_HEADER_BYTES: Final = 2048


def byte_faults(data: bytes, limit_bytes: int) -> tuple[Reason, ...]:
    """Return what is wrong with a file by its bytes; the limit is inclusive."""
    if not data:
        return (because("empty"),)
    if len(data) > limit_bytes:
        return (too_large(len(data), limit_bytes),)
    if not data.startswith(b"%PDF-"):
        return (because("not_pdf"),)
    return tuple(because(code) for code in dict.fromkeys(_faults(data)))


def _faults(data: bytes) -> Iterator[str]:
    if not _HEADER.match(data):
        yield "not_pdf"
    end = data.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in data:
        yield "unreadable"
    elif data[end + 5 :].strip(_WHITE):
        yield "disguised"
    if b"PK\x05\x06" in data and b"PK\x03\x04" in data:
        yield "disguised"
    if _OTHER_HEADER.search(data[:_HEADER_BYTES]):
        yield "disguised"


def too_large(size_bytes: int, limit_bytes: int) -> Reason:
    """Return the refusal of a file for its size; both sizes have as many decimals as it takes to tell them apart."""
    for digits in (2, 3, 6):
        found, limit = (f"{size / 1_048_576:.{digits}f}".replace(".", ",") for size in (size_bytes, limit_bytes))
        if found != limit:
            break
    return because("too_large", found=found, limit=limit)
