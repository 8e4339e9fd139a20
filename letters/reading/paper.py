"""What can be said of a page as a whole: whether it is empty, and whether an application made it black and white."""

from typing import Final

import cv2
import numpy as np

from letters.pictures import Image

_SCALE: Final = 0.5
_DARK: Final = 0.6
"""Of the paper's brightness. What shows through from the other side stays above it."""
_EMPTY_INK: Final = 0.002
"""Share of the page that dust and dots take."""
_LONG: Final = 81
"""Pixels, about 20 mm: a straight line so long is a fold, or the edge of the sheet or of the table."""
_MOST_FOLDS: Final = 8
_CUT: Final = 20
"""The edge that is left out: one part in so many."""
_EXTREMES: Final = (30, 225)
_EXTREME_SHARE: Final = 0.9
_LEAST_INK: Final = 0.005


def is_blank(picture: Image) -> bool:
    """Tell whether a page is empty, such as the back of a sheet that was folded, on a table."""
    small = cv2.resize(picture, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape[0] // _CUT, small.shape[1] // _CUT
    inner = np.asarray(small[rows:-rows, columns:-columns], np.uint8)
    coarse = cv2.resize(inner, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), (0, 0), 5)
    paper = cv2.resize(paper, (inner.shape[1], inner.shape[0]))
    dark = np.asarray(inner < _DARK * paper.astype(np.float32), np.uint8)
    return float(_without_lines(_without_what_comes_in(dark)).mean()) < _EMPTY_INK


def _without_lines(dark: Image) -> Image:
    """Return the dark points without straight lines across or down the page."""
    thick = cv2.dilate(dark, np.ones((3, 3), np.uint8))  # a line that is not quite level is one all the same
    across = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, _LONG), np.uint8))
    down = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((_LONG, 1), np.uint8))
    straight = np.asarray(cv2.bitwise_or(across, down), np.uint8)
    count, _ = cv2.connectedComponents(straight, connectivity=8)
    if count > _MOST_FOLDS + 1:
        return dark  # a ruled sheet, or a form
    lines = cv2.dilate(straight, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.bitwise_and(dark, 1 - np.asarray(lines, np.uint8)), np.uint8)


def _without_what_comes_in(dark: Image) -> Image:
    """Return the dark points without the pieces that reach in from the edge: a table, a shadow, a thumb."""
    _, labels = cv2.connectedComponents(dark, connectivity=8)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.asarray(dark & ~np.isin(labels, edge[edge > 0]), np.uint8)


def is_black_and_white(picture: Image) -> bool:
    """Tell whether a picture has hardly any grey, whatever its file says."""
    low, high = _EXTREMES
    dark = float((picture < low).mean())
    return dark > _LEAST_INK and dark + float((picture > high).mean()) > _EXTREME_SHARE
