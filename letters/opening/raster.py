"""Pages as pictures, drawn by pdfium: what is judged here is what people are shown."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import Final

import cv2
import numpy as np
import pypdfium2
from pypdfium2 import raw

from letters.gate.rewriting import Scan
from letters.geometry import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from letters.pictures import LONG_SIDE_PIXELS, Drawing, Image, ScannedPage

_MAX_DEPTH: Final = 16
_SAME_PLACE: Final = 0.1
"""Of a pixel: a picture whose edges lie nearer to those of its page fills it."""


@contextmanager
def scanned_pages(scan: Scan) -> Iterator[list[ScannedPage]]:
    """Give the pages of a file that has passed the gate as a scan, to be drawn while it is open."""
    with ExitStack() as stack:
        shown = stack.enter_context(pypdfium2.PdfDocument(scan.shown))
        if scan.pictures is None:
            draw = partial(_only_pictures, shown, scan.is_plain)
            pictures = shown
        else:
            pictures = stack.enter_context(pypdfium2.PdfDocument(scan.pictures))
            draw = partial(_drawn_twice, pictures, shown)
        yield [ScannedPage(partial(draw, index), _is_bilevel(pictures[index])) for index in range(len(pictures))]


def _only_pictures(document: pypdfium2.PdfDocument, is_plain: bool, index: int, scale: float = 1.0) -> Drawing:
    page = document[index]
    scale *= LONG_SIDE_PIXELS / max(page.get_size())
    own = _own_picture(page, scale) if is_plain else None
    return Drawing(_picture(page, scale) if own is None else own, None)


def _drawn_twice(
    pictures: pypdfium2.PdfDocument, shown: pypdfium2.PdfDocument, index: int, scale: float = 1.0
) -> Drawing:
    pixels = LONG_SIDE_PIXELS * scale
    return Drawing(
        _picture(pictures[index], pixels / max(pictures[index].get_size())),
        _picture(shown[index], pixels / max(shown[index].get_size()), annotations=True),
    )


def shown_page(document: pypdfium2.PdfDocument, index: int) -> Image:
    """Return the grey picture of a page as a person sees it."""
    page = document[index]
    return _picture(page, LONG_SIDE_PIXELS / max(page.get_size()), annotations=True)


def issued_page(pdf: bytes, index: int, pixels_per_mm: float, height_mm: float = PAGE_HEIGHT_MM) -> Image:
    """Return the grey picture of a page of the letter as it was issued, of so many millimetres from its top."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[index]
        below = page.get_height() * (1 - height_mm / PAGE_HEIGHT_MM)
        return _picture(page, pixels_per_mm * PAGE_WIDTH_MM / page.get_width(), below=below)


def _is_bilevel(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a page's pictures are in black and white alone, without grey."""
    pictures = [item for item in page.get_objects(max_depth=_MAX_DEPTH) if item.type == raw.FPDF_PAGEOBJ_IMAGE]
    return bool(pictures) and all(item.get_metadata().bits_per_pixel == 1 for item in pictures)


def _own_picture(page: pypdfium2.PdfPage, scale: float) -> Image | None:
    """Return the one picture that fills a page, as large as the page would be drawn; None of any other page.

    pdfium decodes it but does not draw it, which takes it as long again: what comes out differs by two grey levels at
    most. Made smaller, a picture takes as long either way.
    """
    items = list(islice(page.get_objects(max_depth=1), 2))
    if len(items) != 1 or not isinstance(items[0], pypdfium2.PdfImage) or not _fills(items[0], page, scale):
        return None
    size = math.ceil(page.get_width() * scale), math.ceil(page.get_height() * scale)
    if max(items[0].get_px_size()) > max(size):
        return None
    try:
        pixels = items[0].get_bitmap().to_numpy()
    except pypdfium2.PdfiumError:  # one that it can't decode leaves the page empty
        return None
    if pixels.ndim == 2:  # noqa: PLR2004  # grey
        grey = pixels
    elif pixels.shape[2] == 3:  # noqa: PLR2004  # blue, green, red
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    else:
        return None
    turned = np.rot90(grey, -(page.get_rotation() // 90))
    return np.asarray(cv2.resize(turned, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _fills(picture: pypdfium2.PdfImage, page: pypdfium2.PdfPage, scale: float) -> bool:
    """Tell whether a picture lies upright on all of its page, and nothing cuts it off."""
    matrix = picture.get_matrix()
    is_upright = matrix.a > 0 and matrix.d > 0 and matrix.b == matrix.c == 0
    is_whole = raw.FPDFClipPath_CountPaths(raw.FPDFPageObj_GetClipPath(picture)) <= 0
    sides = zip(picture.get_bounds(), page.get_bbox(), strict=True)
    return is_upright and is_whole and all(abs(own - its) * scale < _SAME_PLACE for own, its in sides)


def _picture(page: pypdfium2.PdfPage, scale: float, *, annotations: bool = False, below: float = 0.0) -> Image:
    # pdfium takes longer to draw in grey than in colour, and longer to fill three bytes than four.
    bitmap = page.render(
        scale=scale, may_draw_forms=False, draw_annots=annotations, prefer_bgrx=True, crop=(0, below, 0, 0)
    )
    return np.asarray(cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_BGRA2GRAY), np.uint8)
