"""What a person sees on a page beside its pictures: stamps of applications, recognised words, links, notes.

The page is drawn twice, and compared. In the margins it is nobody's business; over the letter's own words, codes or
signature box it is for a person to look at.
"""

from typing import Final

import cv2
import numpy as np

from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Box
from letters.pictures import Drawing, Floats
from letters.reading.comparison import AREA
from letters.reading.landmarks import warp

_VISIBLE: Final = 40
"""Grey levels: what changes a page less leaves no trace that anybody sees."""
_PIXELS_PER_MM: Final = 3.0


def drawn_over_mm2(drawing: Drawing, transform: Floats, page: int) -> float | None:
    """Return the area of what is drawn over a page (from 1) of the letter; None where nothing else is drawn."""
    if drawing.shown is None:
        return None
    changed = np.asarray(cv2.absdiff(drawing.picture, drawing.shown) > _VISIBLE, np.uint8)
    differs = np.asarray(cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    whole = Box(x_mm=0, y_mm=0, width_mm=PAGE_WIDTH_MM, height_mm=PAGE_HEIGHT_MM)
    # Beyond the picture there is no difference: what warp fills up with is white.
    marks = warp(np.asarray(255 - 255 * differs, np.uint8), transform, whole, _PIXELS_PER_MM) < 128  # noqa: PLR2004
    inside = np.zeros(marks.shape, bool)
    layout = GEOMETRY.pages[page - 1]
    for box in (AREA, *layout.signature_boxes, *layout.codes):
        left, top, right, bottom = (
            round(side * _PIXELS_PER_MM)
            for side in (box.x_mm, box.y_mm, box.x_mm + box.width_mm, box.y_mm + box.height_mm)
        )
        inside[top:bottom, left:right] = True
    return float((marks & inside).sum()) / _PIXELS_PER_MM**2
