"""Pages as pictures, drawn by pdfium: what is judged here is what people are shown."""

from typing import Final

import cv2
import numpy as np
import pypdfium2

from letters.gate.scan_profile import is_bilevel
from letters.geometry import PAGE_WIDTH_MM
from letters.pictures import Image, ScannedPage

LONG_SIDE_PIXELS: Final = 2200
"""Whatever size a file claims for its page, its picture has this many pixels along the longer side."""


def scanned_pages(scan: bytes) -> list[ScannedPage]:
    """Return the pictures of a file that has passed the gate as a scan."""
    with pypdfium2.PdfDocument(scan) as document:
        return [
            ScannedPage(scanned_page(document, index), is_bilevel(document[index])) for index in range(len(document))
        ]


def scanned_page(document: pypdfium2.PdfDocument, index: int) -> Image:
    """Return the grey picture of an uploaded page."""
    page = document[index]
    scale = LONG_SIDE_PIXELS / max(page.get_size())
    return _picture(page, scale)


def issued_page(pdf: bytes, index: int, pixels_per_mm: float) -> Image:
    """Return the grey picture of a page of the letter as it was issued."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[index]
        return _picture(page, pixels_per_mm * PAGE_WIDTH_MM / page.get_width())


def _picture(page: pypdfium2.PdfPage, scale: float) -> Image:
    # Forms and annotations are not drawn: a scan has none. pdfium takes longer to draw in grey than in colour.
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    return np.asarray(cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_BGR2GRAY), np.uint8)
