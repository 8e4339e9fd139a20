"""Whether the words on a scan are the words that were issued.

The scan is laid flat, moved onto the issued page tile by tile (paper bends), and correlated with it in small windows.
A changed word shows as a spot of low correlation against the rest of the page; a changed digit does not at the
resolution of a telephone, which is why the letter says that the registered text prevails.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from letters.alignment import align
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, SIGNATURE_BOX, Box
from letters.landmarks import warp
from letters.raster import Floats, Image, issued_page

_PIXELS_PER_MM: Final = 5.0
_BLURS: Final = (0.35, 0.6, 1.0, 1.5, 2.2)
"""Pixels by which the issued page is blurred to look like the scan; the best one is taken."""
_ALIGNING_BLUR: Final = 1.0
_WINDOW_MM: Final = (4.6, 3.0)
_MIN_CONTRAST: Final = 30.0
"""Grey levels of deviation in a window that has enough print to be compared."""
_SPOT_MM2: Final = 4.0
_STEP: Final = 2
_OTHER: Final = 0.3
"""Correlation of windows with other words in them."""

AREA: Final = Box(x_mm=21.0, y_mm=20.0, width_mm=174.0, height_mm=SIGNATURE_BOX.y_mm - 5.5 - 20.0)
"""Below it people sign, and signatures reach beyond their box."""


@dataclass(frozen=True)
class Likeness:
    """How far a scan agrees with the issued page: correlation of the median window, and of the worst spot."""

    median: float
    worst: float
    other_text_mm2: float
    """Area of print that has nothing to do with the issued one."""

    @property
    def fall(self) -> float:
        """How far the worst spot lies below the rest."""
        return self.median - self.worst


def compare(picture: Image, transform: Floats, issued_pdf: bytes, page: int) -> Likeness:
    """Return how far a picture agrees with a page (from 1) of the issued letter."""
    whole = Box(x_mm=0, y_mm=0, width_mm=PAGE_WIDTH_MM, height_mm=PAGE_HEIGHT_MM)
    issued = _cut(issued_page(issued_pdf, page - 1, _PIXELS_PER_MM), AREA)
    # Without this, straightening would fold detail finer than the comparison into it.
    picture = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0.7), np.uint8)
    scan = _evenly_lit(_cut(warp(picture, transform, whole, _PIXELS_PER_MM), AREA))
    printed = _printed(issued, page)
    aligned = align(scan, _blurred(issued, _ALIGNING_BLUR), _PIXELS_PER_MM)
    part = slice(aligned.shape[0] // 3, aligned.shape[0] // 2)
    blur = max(_BLURS, key=lambda blur: _median(_scores(aligned[part], _blurred(issued[part], blur), printed[part])))
    scores = _scores(aligned, _blurred(issued, blur), printed)
    if not scores.size:
        return Likeness(0.0, 0.0, 0.0)
    spot = max(1, int(_SPOT_MM2 * _PIXELS_PER_MM**2 / _STEP**2))
    lowest = np.partition(scores, min(spot, scores.size - 1))[: spot + 1]
    other = float((scores < _OTHER).sum()) * _STEP**2 / _PIXELS_PER_MM**2
    return Likeness(float(np.median(scores)), float(lowest.max()), other)


def _blurred(issued: Image, blur: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(issued, (0, 0), blur), np.float32)


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else 0.0


def _cut(page: Image, box: Box) -> Image:
    top, left = round(box.y_mm * _PIXELS_PER_MM), round(box.x_mm * _PIXELS_PER_MM)
    return page[top : top + round(box.height_mm * _PIXELS_PER_MM), left : left + round(box.width_mm * _PIXELS_PER_MM)]


def _evenly_lit(scan: Image) -> Floats:
    """Return the scan with the paper at 255 everywhere."""
    small = cv2.resize(scan, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), (0, 0), 3)
    paper = cv2.resize(paper, (scan.shape[1], scan.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.minimum(255.0, scan.astype(np.float32) * 255.0 / np.maximum(paper.astype(np.float32), 24.0))


def _printed(issued: Image, page: int) -> Floats:
    """Return where the issued page has print to compare, without the codes."""
    data = issued.astype(np.float32)
    mean, square = _mean(data), _mean(data * data)
    found = np.sqrt(np.maximum(square - mean * mean, 0)) > _MIN_CONTRAST
    for code in GEOMETRY.pages[page - 1].codes:
        top, left = (code.y_mm - AREA.y_mm - 3), (code.x_mm - AREA.x_mm - 3)
        rows = slice(max(0, round(top * _PIXELS_PER_MM)), max(0, round((top + code.height_mm + 6) * _PIXELS_PER_MM)))
        found[rows, max(0, round(left * _PIXELS_PER_MM)) :] = False
    return np.asarray(found)


def _mean(data: Floats) -> Floats:
    return np.asarray(cv2.boxFilter(data, -1, tuple(round(side * _PIXELS_PER_MM) for side in _WINDOW_MM)))


def _scores(scan: Floats, issued: Floats, printed: Floats) -> Floats:
    """Return the correlation of every few windows that have print."""
    a, b = scan.astype(np.float32), issued
    mean_a, mean_b = _mean(a), _mean(b)
    covariance = _mean(a * b) - mean_a * mean_b
    variance = (_mean(a * a) - mean_a * mean_a) * (_mean(b * b) - mean_b * mean_b)
    scores = covariance / np.sqrt(np.maximum(variance, 25.0**2))
    return np.asarray(scores[::_STEP, ::_STEP][printed[::_STEP, ::_STEP]])
