"""What a machine reads on a page: the QR code's text and the corner markers.

The text stays within the QR alphanumeric set and version 4 at error correction Q, so that a module is 0.85 mm wide.
"""

import base64
import re
from typing import Final

import segno
from pydantic import BaseModel, ConfigDict

from domain.letter.content import LetterContent

Cells = tuple[tuple[bool, ...], ...]
"""Rows of a square symbol; True is dark."""

_PAYLOAD: Final = re.compile(r"ACT1/(AC(?:-[0-9A-Z]{4}){3})/(\d{1,2})-(\d{1,2})/([A-Z2-7]{26})", re.ASCII)

_MARKERS: Final = ("0100101011001101", "1111000001100101", "1100110011010010", "0110011010111001")
"""Inner 4 x 4 cells, dark is 1, of ids 0-3 of OpenCV's dictionary DICT_4X4_50."""


class PageCode(BaseModel):
    """What the code on one page says. Pages count from 1."""

    model_config = ConfigDict(frozen=True)

    folio: str
    page: int
    pages: int
    digest: str

    @property
    def text(self) -> str:
        """The text that the QR code carries."""
        return f"ACT1/{self.folio}/{self.page}-{self.pages}/{self.digest}"


def digest_prefix(content_sha256: str) -> str:
    """Return the part of a content's digest that the codes carry."""
    return base64.b32encode(bytes.fromhex(content_sha256)[:16]).decode().rstrip("=")


def page_code(content: LetterContent, page: int, pages: int) -> PageCode:
    """Return the code of a letter's page."""
    return PageCode(folio=content.folio, page=page, pages=pages, digest=digest_prefix(content.sha256))


def read_page_code(text: str) -> PageCode | None:
    """Return what a QR code says, or None when it is not one of ours."""
    match = _PAYLOAD.fullmatch(text)
    if match is None:
        return None
    folio, page, pages, digest = match.groups()
    return PageCode(folio=folio, page=int(page), pages=int(pages), digest=digest)


def qr_cells(code: PageCode) -> Cells:
    """Return the QR symbol without its quiet zone: 33 x 33 modules."""
    symbol = segno.make_qr(code.text, error="q", version=4, mode="alphanumeric", boost_error=False)
    return tuple(tuple(bool(cell) for cell in row) for row in symbol.matrix)


def marker_cells(marker_id: int) -> Cells:
    """Return a corner marker with its dark border: 6 x 6 cells."""
    bits = _MARKERS[marker_id]
    inner = [tuple(bit == "1" for bit in bits[row : row + 4]) for row in range(0, 16, 4)]
    border = (True,) * 6
    return (border, *((True, *row, True) for row in inner), border)
