"""Pages as pictures, drawn by pdfium: what is judged here is what people are shown."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

import cv2
import numpy as np
import pypdfium2
from pypdfium2 import raw

from letters.gate.rewriting import Scan
from letters.geometry import PAGE_WIDTH_MM
from letters.pictures import LONG_SIDE_PIXELS, Drawing, Image, ScannedPage

_MAX_DEPTH: Final = 16


@contextmanager
def scanned_pages(scan: Scan) -> Iterator[list[ScannedPage]]:
    """Give the pages of a file that has passed the gate as a scan, to be drawn while it is open."""
    with ExitStack() as stack:
        shown = stack.enter_context(pypdfium2.PdfDocument(scan.shown))
        pictures = shown if scan.pictures is None else stack.enter_context(pypdfium2.PdfDocument(scan.pictures))
        yield [
            ScannedPage(partial(_drawing, pictures, shown, index), _is_bilevel(pictures[index]))
            for index in range(len(pictures))
        ]


def _drawing(pictures: pypdfium2.PdfDocument, shown: pypdfium2.PdfDocument, index: int, scale: float = 1.0) -> Drawing:
    pixels = LONG_SIDE_PIXELS * scale
    picture = _picture(pictures[index], pixels / max(pictures[index].get_size()))
    if shown is pictures:
        return Drawing(picture, None)
    return Drawing(picture, _picture(shown[index], pixels / max(shown[index].get_size()), annotations=True))


def shown_page(document: pypdfium2.PdfDocument, index: int) -> Image:
    """Return the grey picture of a page as a person sees it."""
    page = document[index]
    return _picture(page, LONG_SIDE_PIXELS / max(page.get_size()), annotations=True)


def issued_page(pdf: bytes, index: int, pixels_per_mm: float) -> Image:
    """Return the grey picture of a page of the letter as it was issued."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[index]
        return _picture(page, pixels_per_mm * PAGE_WIDTH_MM / page.get_width())


def _is_bilevel(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a page's pictures are in black and white alone, without grey."""
    pictures = [item for item in page.get_objects(max_depth=_MAX_DEPTH) if item.type == raw.FPDF_PAGEOBJ_IMAGE]
    return bool(pictures) and all(item.get_metadata().bits_per_pixel == 1 for item in pictures)


def _picture(page: pypdfium2.PdfPage, scale: float, *, annotations: bool = False) -> Image:
    # pdfium takes longer to draw in grey than in colour.
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=annotations)
    return np.asarray(cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_BGR2GRAY), np.uint8)
