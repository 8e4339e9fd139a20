"""A PDF of pictures and nothing else: what is made of photos, and what people are shown of an upload."""

import io
from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import pikepdf

from letters.opening.upright import shrunk
from letters.pictures import LONG_SIDE_PIXELS, Image

_LONG_SIDE_POINTS: Final = 792.0
"""Eleven inches."""
_STEPS: Final = ((LONG_SIDE_PIXELS, 80), (LONG_SIDE_PIXELS, 65), (LONG_SIDE_PIXELS, 50), (1760, 50), (1400, 45))
"""Pixels of the longer side and JPEG quality, from the best down to what still can be read."""
_PAGE_BYTES: Final = 1200
"""What a page needs beside its picture."""


class CodedPicture(NamedTuple):
    """A picture as JPEG."""

    jpeg: bytes
    width: int
    height: int
    is_grey: bool


def coded(picture: Image, quality: int) -> CodedPicture:
    """Return a grey or a coloured picture as JPEG."""
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return CodedPicture(jpeg.tobytes(), picture.shape[1], picture.shape[0], picture.ndim == 2)  # noqa: PLR2004


def document_within(pictures: Sequence[Image], limit_bytes: int) -> bytes | None:
    """Return a PDF of pictures as good as the limit allows, or None when they would no longer be legible."""
    for long_side, quality in _STEPS:
        pages = [coded(shrunk(picture, long_side), quality) for picture in pictures]
        if sum(len(page.jpeg) + _PAGE_BYTES for page in pages) <= limit_bytes:
            return picture_file(pages)
    return None


def picture_file(pages: Sequence[CodedPicture]) -> bytes:
    """Return a PDF with a page for each picture."""
    with pikepdf.new() as pdf:
        for page in pages:
            _add(pdf, page)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _add(pdf: pikepdf.Pdf, picture: CodedPicture) -> None:
    image = pdf.make_stream(
        picture.jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray if picture.is_grey else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    points = _LONG_SIDE_POINTS / max(picture.width, picture.height)
    across, up = picture.width * points, picture.height * points
    page = pdf.add_blank_page(page_size=(across, up))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.obj.Contents = pdf.make_stream(f"q {across:.2f} 0 0 {up:.2f} 0 0 cm /Im0 Do Q".encode())
