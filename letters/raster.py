"""Pages as pictures, drawn by pdfium: what is judged here is what people are shown."""

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2

from letters.geometry import PAGE_WIDTH_MM

Image: TypeAlias = npt.NDArray[np.uint8]
"""Rows of grey values, or of blue, green and red ones."""
Floats: TypeAlias = npt.NDArray[np.floating[Any]]

LONG_SIDE_PIXELS: Final = 2200
"""Whatever size a file claims for its page, its picture has this many pixels along the longer side."""


def scanned_page(document: pypdfium2.PdfDocument, index: int, *, colour: bool = False) -> Image:
    """Return the picture of an uploaded page."""
    page = document[index]
    scale = LONG_SIDE_PIXELS / max(page.get_size())
    return _picture(page, scale, colour=colour)


def issued_page(pdf: bytes, index: int, pixels_per_mm: float) -> Image:
    """Return the grey picture of a page of the letter as it was issued."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[index]
        return _picture(page, pixels_per_mm * PAGE_WIDTH_MM / page.get_width(), colour=False)


def _picture(page: pypdfium2.PdfPage, scale: float, *, colour: bool) -> Image:
    # Forms and annotations are not drawn: a scan has none.
    bitmap = page.render(scale=scale, grayscale=not colour, may_draw_forms=False, draw_annots=False)
    pixels: Image = bitmap.to_numpy()
    flat = pixels[:, :, :3] if colour else pixels.reshape(pixels.shape[0], pixels.shape[1])
    return np.ascontiguousarray(flat)
