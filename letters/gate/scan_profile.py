"""Whether a file is a scan: every page one picture of a sheet of paper, and nothing else that can be seen.

This is the list of what may pass, and it holds against what no list of bad things foresees: scripts hidden in fonts,
files that look different in every program, text under or over other text. Invisible text, as scanners put it under
the picture for searching, may stay.
"""

from typing import Final

import pypdfium2
from pypdfium2 import raw

_MIN_COVER: Final = 0.6
_MAX_SIDES: Final = 20.0
"""The longer side by the shorter one. What is cut to a thread can't be drawn."""
_MAX_POINTS: Final = 100
"""Twenty rectangles: frames and backgrounds."""
_MAX_OBJECTS: Final = 400
_MAX_DEPTH: Final = 3
_INVISIBLE: Final = raw.FPDF_TEXTRENDERMODE_INVISIBLE


def is_scan(document: pypdfium2.PdfDocument) -> bool:
    """Tell whether every page of a document is a scan."""
    return len(document) > 0 and all(_is_scanned_page(document[index]) for index in range(len(document)))


def is_bilevel(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a page's pictures are in black and white alone, without grey."""
    pictures = [item for item in page.get_objects(max_depth=_MAX_DEPTH) if item.type == raw.FPDF_PAGEOBJ_IMAGE]
    return bool(pictures) and all(item.get_metadata().bits_per_pixel == 1 for item in pictures)


def _is_scanned_page(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    if raw.FPDFPage_GetAnnotCount(page.raw) or not min(width, height) * _MAX_SIDES > max(width, height):
        return False
    cover, points = 0.0, 0
    for seen, item in enumerate(page.get_objects(max_depth=_MAX_DEPTH)):
        if seen >= _MAX_OBJECTS or _clip_points(item) > _MAX_POINTS:
            return False
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            across = max(0.0, min(right, width) - max(left, 0.0))
            cover += across * max(0.0, min(top, height) - max(bottom, 0.0)) / (width * height)
        elif item.type == raw.FPDF_PAGEOBJ_PATH:
            points += raw.FPDFPath_CountSegments(item.raw)
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item.raw) != _INVISIBLE:
                return False
        elif item.type != raw.FPDF_PAGEOBJ_FORM or _hides_objects(item):
            return False
    return cover >= _MIN_COVER and points <= _MAX_POINTS


def _clip_points(item: pypdfium2.PdfObject) -> int:
    """Return how many points an object's outline has: a black picture can be cut into the shape of words."""
    clip = raw.FPDFPageObj_GetClipPath(item.raw)
    return sum(raw.FPDFClipPath_CountPathSegments(clip, index) for index in range(raw.FPDFClipPath_CountPaths(clip)))


def _hides_objects(form: pypdfium2.PdfObject) -> bool:
    """Tell whether a form holds objects that lie too deep to be listed."""
    return bool(form.level >= _MAX_DEPTH - 1 and raw.FPDFFormObj_CountObjects(form.raw) > 0)
