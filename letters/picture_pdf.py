"""A PDF of pictures and nothing else: what is made of photos, and what people are shown of an upload.

Written here byte by byte, without a library and without decoding anything, so that the worker can wrap the pictures of
a child process that it does not trust: only a plain JPEG gets in, and its size is read from the picture itself.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.errors import ActivaError

LONG_SIDE_POINTS: Final = 792.0
"""Eleven inches."""
PAGE_BYTES: Final = 1200
"""What a page needs at most beside its picture."""
_MOST_SIDE_PIXELS: Final = 2300
"""A little more than any page that is drawn."""
_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_FRAME: Final = 0xC0
_SCAN: Final = 0xDA
_TABLES: Final = frozenset((0xE0, 0xDB, 0xC4))
"""JFIF's own header, and what the decoder needs: no colour profile, no note, no picture within the picture."""
_HEADER_BYTES: Final = 9
"""Of a frame, up to the number of its colours."""
_MARKER: Final = re.compile(rb"\xff[^\x00]")
"""Within a picture's data there is none."""
_EIGHT_BITS: Final = 8
_COLOURS: Final = {1: "DeviceGray", 3: "DeviceRGB"}


class NoPictureError(ActivaError):
    """The bytes are not a plain JPEG of a page's size; the text names what differs."""


class PagePicture(NamedTuple):
    """The picture of a page, as JPEG."""

    jpeg: bytes
    width: int
    height: int
    colours: int


def page_picture(jpeg: bytes) -> PagePicture:
    """Return a picture with its size, or raise NoPictureError; nothing of it is decoded."""
    if not jpeg.startswith(_START) or not jpeg.endswith(_END):
        raise NoPictureError("a picture does not begin or end as JPEG does")
    at, frame = len(_START), None
    while True:
        if len(jpeg) < at + 4 or jpeg[at] != 0xFF:  # noqa: PLR2004  # marker and length
            raise NoPictureError("a picture's segments end too early")
        kind, size = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if kind == _FRAME and frame is None:
            frame = _framed(jpeg, jpeg[at + 4 : at + 2 + size])
        elif kind not in _TABLES and (kind != _SCAN or frame is None):
            raise NoPictureError(f"a picture has a segment 0x{kind:02X}")
        at += 2 + size
        if kind == _SCAN and frame is not None:
            break
    if at > len(jpeg) - len(_END) or _MARKER.search(jpeg, at, len(jpeg) - len(_END)):
        raise NoPictureError("a picture holds more than one picture")
    return frame


def _framed(jpeg: bytes, header: bytes) -> PagePicture:
    if len(header) < _HEADER_BYTES or header[0] != _EIGHT_BITS:
        raise NoPictureError("a picture has no eight bits a colour")
    height, width = int.from_bytes(header[1:3], "big"), int.from_bytes(header[3:5], "big")
    if not 0 < min(width, height) <= max(width, height) <= _MOST_SIDE_PIXELS:
        raise NoPictureError(f"a picture has {width} by {height} pixels")
    if header[5] not in _COLOURS:
        raise NoPictureError(f"a picture has {header[5]} colours")
    return PagePicture(jpeg, width, height, header[5])


def picture_pdf(pages: Sequence[PagePicture]) -> bytes:
    """Return a PDF with a page for each picture; the same pictures give the same bytes."""
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode()]
    for index, page in enumerate(pages):
        objects += _page(page, 3 + 3 * index)
    out, offsets = bytearray(b"%PDF-1.4\n%\xbf\xf7\xa2\xfe\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start, size = len(out), len(offsets) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _page(page: PagePicture, number: int) -> tuple[bytes, bytes, bytes]:
    """Return a page, its content and its picture, which bear this number and the two that follow."""
    points = LONG_SIDE_POINTS / max(page.width, page.height)
    across, up = page.width * points, page.height * points
    drawn = f"q {across:.6f} 0 0 {up:.6f} 0 0 cm /Im0 Do Q".encode()
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across:.6f} {up:.6f}] /Contents {number + 1} 0 R "
        f"/Resources << /XObject << /Im0 {number + 2} 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        f"<< /Type /XObject /Subtype /Image /Width {page.width} /Height {page.height} /BitsPerComponent 8 "
        f"/ColorSpace /{_COLOURS[page.colours]} /Filter /DCTDecode /Length {len(page.jpeg)} >>\nstream\n".encode()
        + page.jpeg
        + b"\nendstream",
    )
