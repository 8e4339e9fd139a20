"""What people are shown of an upload: grey pictures of its pages in a new PDF, with nothing of the file itself."""

import io
from typing import Final

import cv2
import pikepdf
import pypdfium2

from letters.opening.raster import shown_page

_QUALITY: Final = 60
_POINTS_PER_PIXEL: Final = 0.36
"""2200 pixels are 11 inches."""


def flatten(data: bytes) -> bytes:
    """Return a PDF of one grey JPEG per page of a file that has passed the gate."""
    with pypdfium2.PdfDocument(data) as document, pikepdf.new() as pdf:
        for index in range(len(document)):
            picture = shown_page(document, index)
            _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            _add_page(pdf, coded.tobytes(), picture.shape[1], picture.shape[0])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _add_page(pdf: pikepdf.Pdf, jpeg: bytes, width: int, height: int) -> None:
    image = pdf.make_stream(
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    across, up = width * _POINTS_PER_PIXEL, height * _POINTS_PER_PIXEL
    page = pdf.add_blank_page(page_size=(across, up))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.obj.Contents = pdf.make_stream(f"q {across:.2f} 0 0 {up:.2f} 0 0 cm /Im0 Do Q".encode())
