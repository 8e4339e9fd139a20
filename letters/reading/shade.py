"""How bright each point of a patch is against its paper, and what of it is ink rather than a fold or a crease."""

from typing import Final

import cv2
import numpy as np

from letters.pictures import Floats, Image
from letters.reading.pieces import PIXELS_PER_MM
from letters.reading.ranks import median

_SMOOTHING_MM: Final = 0.14
_SAMPLE: Final = 2
"""Every second pixel of every second row tells the paper and its noise as well as all do."""
_MIN_DARKNESS: Final = 0.085
_NOISE_TIMES: Final = 4.5
_LONGEST_STRAIGHT_MM: Final = 14.0
"""A straight shade longer than this is a fold, or a line that is no signature."""
_THROUGH: Final = 0.9
"""Of the box's side: so much of a crease is seen at least as one line."""
_TO_THE_EDGE: Final = PIXELS_PER_MM
"""A crease goes on beyond the box; the tallest strokes of a signature end within it."""
_GAP: Final = 2 * PIXELS_PER_MM
"""What crosses a crease, or a fibre, interrupts it for less."""
_UNBROKEN: Final = 0.85
"""Share of a crease that is dark along its middle; of a line of words on the back, 0.77."""
_CREASE: Final = round(1.2 * PIXELS_PER_MM)
"""Its width, with the shade at either side."""


def shade_of(patch: Image) -> tuple[Floats, float]:
    """Return how bright each point is against the paper, and the noise of the paper."""
    smooth = cv2.GaussianBlur(patch.astype(np.float32), (0, 0), _SMOOTHING_MM * PIXELS_PER_MM)
    small = cv2.resize(smooth, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), (0, 0), 6)
    paper = cv2.resize(paper, (patch.shape[1], patch.shape[0]))
    shade = smooth / np.maximum(paper, 8)
    some = shade[::_SAMPLE, ::_SAMPLE]
    middle = median(some)
    noise = 1.4826 * median(np.abs(some - middle))
    return np.asarray(shade / max(middle, 0.1), np.float32), noise


def ink_mask(shade: Floats, noise: float) -> Image:
    """Return where a patch is darker than its paper ever is by itself."""
    return np.asarray(shade < 1 - max(_MIN_DARKNESS, _NOISE_TIMES * noise), np.uint8)


def without_creases(shade: Floats, noise: float) -> Floats:
    """Return the box without straight lines from one side to the other: a crease is as fine and dark as a pen's line.

    One that runs a little askew is no straight shade across or down, and joins whatever shows through.
    """
    ink = ink_mask(shade, noise)
    rows, columns = ink.shape
    lines = cv2.HoughLinesP(ink, 1, np.pi / 360, rows // 2, minLineLength=_THROUGH * rows, maxLineGap=_GAP)
    crease = np.zeros_like(ink)
    for found in [] if lines is None else lines.reshape(-1, 4):
        left, top, right, bottom = map(int, found)
        high, low = sorted((top, bottom))
        down = high <= _TO_THE_EDGE and low >= rows - 1 - _TO_THE_EDGE
        across = min(left, right) <= _TO_THE_EDGE and max(left, right) >= columns - 1 - _TO_THE_EDGE
        middle = cv2.line(np.zeros_like(ink), (left, top), (right, bottom), 1)
        if (down or across) and ink[middle > 0].mean() >= _UNBROKEN:
            cv2.line(crease, (left, top), (right, bottom), 1, _CREASE)
    return np.where(crease > 0, np.float32(1), shade)


def without_folds(shade: Floats) -> Floats:
    """Return a patch evened out against straight shades: folds, edges of shadows, the shade of a staple.

    A shade goes on for longer than any stroke of print, across or down the page; what is shorter stays.
    """
    longest = round(_LONGEST_STRAIGHT_MM * PIXELS_PER_MM)
    grey = np.minimum(shade * 255, 255).astype(np.uint8)
    across = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((1, longest), np.uint8))
    down = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((longest, 1), np.uint8))
    paper = np.minimum(across, down).astype(np.float32)
    evened = np.minimum(255.0, (shade * 255).astype(np.float32) * 255.0 / np.maximum(paper, 64.0))
    return np.asarray(evened / 255, np.float32)
