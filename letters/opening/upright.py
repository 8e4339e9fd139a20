"""The sheet on a photo: cut out of the table around it and turned, so that whoever looks at it can read it."""

from typing import Final

import cv2
import numpy as np

from letters.codes import PageCode
from letters.geometry import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from letters.pictures import LONG_SIDE_PIXELS, Floats, Image
from letters.reading.landmarks import find_letter

_CLOSER: Final = 1.3
"""How much larger a photo must be than what was looked at for a second look to be worth it."""
_AROUND: Final = 0.02
"""Of the sheet's size, that is left of what lies around it."""
_LEAST: Final = 300
"""Pixels: what is smaller can't be a legible sheet, and was found by mistake."""
_CORNERS_MM: Final = ((0.0, 0.0), (PAGE_WIDTH_MM, 0.0), (PAGE_WIDTH_MM, PAGE_HEIGHT_MM), (0.0, PAGE_HEIGHT_MM))


def upright(picture: Image, expected: tuple[PageCode, ...]) -> Image:
    """Return the letter's sheet on a picture, upright; a picture in which it is not found stays as it is.

    Nothing is straightened: the sheet keeps the perspective and the folds with which it was taken.
    """
    corners = _corners(picture, expected)
    if corners is None:
        return shrunk(picture, LONG_SIDE_PIXELS)
    margin = np.ptp(corners, axis=0) * _AROUND
    low = np.maximum(np.floor(corners.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0) + margin), picture.shape[1::-1]).astype(int)
    if (high - low).min() < _LEAST:
        return shrunk(picture, LONG_SIDE_PIXELS)
    down = corners[2:].mean(axis=0) - corners[:2].mean(axis=0)
    turns = -round(np.arctan2(down[0], down[1]) / (np.pi / 2))  # quarters, counterclockwise
    sheet = np.rot90(picture[low[1] : high[1], low[0] : high[0]], turns)
    return shrunk(np.ascontiguousarray(sheet), LONG_SIDE_PIXELS)


def shrunk(picture: Image, long_side: int) -> Image:
    """Return a picture of at most so many pixels along its longer side."""
    scale = long_side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _corners(picture: Image, expected: tuple[PageCode, ...]) -> Floats | None:
    """Return the sheet's corners, clockwise from its own top left, in pixels."""
    for long_side in (LONG_SIDE_PIXELS, max(picture.shape[:2])):
        looked_at = shrunk(picture, long_side)
        grey = looked_at if looked_at.ndim == 2 else cv2.cvtColor(looked_at, cv2.COLOR_BGR2GRAY)  # noqa: PLR2004
        transform = find_letter(np.asarray(grey, np.uint8), expected).transform
        if transform is not None:
            corners = cv2.perspectiveTransform(np.array([_CORNERS_MM], np.float64), transform)[0]
            return np.asarray(corners * (max(picture.shape[:2]) / max(looked_at.shape[:2])))
        if max(picture.shape[:2]) < _CLOSER * long_side:
            break
    return None
