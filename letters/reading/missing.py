"""How much of the issued print is missing on a scan, and how much has been written over it.

Wherever a word was changed, some of the issued one is missing. What shows through from the back, a fold or a shadow
makes a page darker, and a line beside it paler or a little higher all along. So the print that is expected is fitted to
the scan tile by tile, moved and blurred as the scan is, and what falls short of it is measured by itself: all of it,
and what is uneven along a line.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np

from letters.pictures import Floats, Image
from letters.reading.ranks import median
from letters.reading.windows import PIXELS_PER_MM, blurred, detail, half_window_mean

WINDOW_MM: Final = (2.4, 2.4)
_BLUR: Final = 1.0
_TILE_MM: Final = (44.0, 18.0)
"""Large enough that neither a changed word nor a line of print on the back can bend the fit to itself."""
_STEP: Final = 2
_ROUNDS: Final = 4
_LEAST_SPREAD: Final = 4.0
"""Grey levels."""
_DARKER: Final = 0.15
"""How much less of what is darker than expected is believed: the back shows through all over a page of used paper."""
_EDGE_MM: Final = 1.2
"""What lies so near the edge may have been cut off."""
_SPOT_MM2: Final = 4.0
_ALONG_MM: Final = 6.0
"""The width of some four letters, over which a line is taken to be even: other letters are not."""
_EVENLY: Final = 10.0
"""At most so many grey levels of something darker make up for what is missing beside it."""
_PALE: Final = 0.5
"""Of the print's darkness: what is added to a page on purpose is darker."""
_DARK_SHARE: Final = 0.02
_RIDGE: Final = 1e-3


class Departures(NamedTuple):
    """How far the worst spot departs from the issued page, against the contrast of print there: 1 is all of it."""

    missing: float
    uneven: float
    """What is missing here and there, without what the row around it lacks: beside a fold, or something dark of the
    back, a line is paler, or lies a little higher than the fit has it."""
    added: float


def departures(aligned: Floats, issued: Image, printed: Floats) -> Departures:
    """Return what is missing and what is added on a scan that was moved onto the issued page.

    `printed` tells of every second pixel of every second row whether the issued page has print there.
    """
    dark = np.asarray(255 - aligned, np.float32)
    expected = _fitted(dark, issued, printed)
    left = dark - expected
    mean = half_window_mean(detail(expected) ** 2, WINDOW_MM)
    edge = round(_EDGE_MM * PIXELS_PER_MM / _STEP)
    compared = np.zeros_like(printed)
    compared[edge:-edge, edge:-edge] = printed[edge:-edge, edge:-edge]
    contrast = mean + median(mean[compared])
    black = float(np.quantile(dark[:: _STEP * 2, :: _STEP * 2], 1 - _DARK_SHARE))

    def worst(amounts: Floats) -> float:
        values = (half_window_mean(np.maximum(amounts, 0) ** 2, WINDOW_MM) / contrast)[compared]
        spot = int(_SPOT_MM2 * PIXELS_PER_MM**2 / _STEP**2)
        return float(np.sqrt(np.partition(values, -spot)[-spot]))

    return Departures(worst(-left), worst(_along(left) - left), worst(left - _PALE * black))


def _along(left: Floats) -> Floats:
    """Return what is missing evenly along each row of pixels."""
    width = 2 * round(_ALONG_MM * PIXELS_PER_MM / 2) + 1
    return np.minimum(cv2.boxFilter(np.minimum(left, np.float32(_EVENLY)), -1, (width, 1)), np.float32(0))


def _fitted(dark: Floats, issued: Image, printed: Floats) -> Floats:
    """Return how dark the issued print would be on the scan, fitted tile by tile."""
    shapes = _shapes(issued)
    width, height = (round(side * PIXELS_PER_MM) for side in _TILE_MM)
    rows, columns = dark.shape
    fitted = np.zeros_like(dark)
    for top in np.linspace(0, rows - height, -(-rows // height)).astype(int):
        for left in np.linspace(0, columns - width, -(-columns // width)).astype(int):
            tile = slice(top, top + height), slice(left, left + width)
            if printed[top // _STEP : (top + height) // _STEP, left // _STEP : (left + width) // _STEP].any():
                some = shapes[tile][::_STEP, ::_STEP].reshape(-1, shapes.shape[-1])
                fitted[tile] = shapes[tile] @ _weights(some, dark[tile][::_STEP, ::_STEP].ravel())
    return fitted


def _shapes(issued: Image) -> Floats:
    """Return what the fit is mixed of: the print, and how it changes when it is moved or blurred a little."""
    ink = 255 - blurred(issued, _BLUR)
    x, y = _slope(ink, 1, 0), _slope(ink, 0, 1)
    return np.stack([ink, x, y, _slope(x, 1, 0), _slope(y, 0, 1), _slope(y, 1, 0)], axis=-1)


def _slope(picture: Floats, x: int, y: int) -> Floats:
    return np.asarray(cv2.Sobel(picture, -1, x, y, ksize=1, scale=0.5), np.float32)


def _weights(shapes: Floats, dark: Floats) -> Floats:
    """Return how much of each shape makes up the scan: least squares, in which what is far off counts little."""
    trust = np.ones_like(dark)
    weights: Floats = np.zeros(shapes.shape[1], np.float32)
    for _ in range(_ROUNDS):
        trusted = (shapes * trust[:, None]).T
        square = (trusted @ shapes).astype(np.float64) + _RIDGE * np.eye(shapes.shape[1])
        weights = np.linalg.solve(square, trusted @ dark).astype(np.float32)
        off = dark - shapes @ weights
        spread = np.float32(max(_LEAST_SPREAD, 2 * 1.4826 * median(np.abs(off))))
        trust = 1 / (1 + (off / np.where(off > 0, _DARKER * spread, spread)) ** 2)
    return weights
