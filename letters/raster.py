"""Pages as pictures, drawn by pdfium: what is judged here is what people are shown."""

from typing import Any, Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2

from letters.geometry import PAGE_WIDTH_MM

Image: TypeAlias = npt.NDArray[np.uint8]
"""Rows of grey values."""
Floats: TypeAlias = npt.NDArray[np.floating[Any]]

LONG_SIDE_PIXELS: Final = 2200
"""Whatever size a file claims for its page, its picture has this many pixels along the longer side."""


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


def without_folds(picture: Floats, longest_stroke: int) -> Floats:
    """Return a picture evened out against straight shades: folds, edges of shadows, the shade of a staple.

    A shade goes on for longer than any stroke of print, across or down the page; what is shorter stays. The picture
    comes and goes as grey values with the paper at about 255.
    """
    grey = np.minimum(picture, 255).astype(np.uint8)
    across = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((1, longest_stroke), np.uint8))
    down = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((longest_stroke, 1), np.uint8))
    paper = np.minimum(across, down).astype(np.float32)
    return np.minimum(255.0, picture.astype(np.float32) * 255.0 / np.maximum(paper, 64.0))
