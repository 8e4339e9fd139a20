"""How dark and how fine strokes of ink are of themselves, whatever the capture has made of them.

Every capture widens lines and pales them by that. How much it does, the printed frame of the signature box shows,
whose width and darkness are known. What is left is the ink's own: a pen's line is fine and dark even where it is light,
while the paper spreads and pales what shows through from the back.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from letters.geometry import FRAME_DARKNESS, FRAME_LINE_MM
from letters.pictures import Floats

_SMOOTHING: Final = 1.14
"""Pixels, besides what the picture was smoothed by before: bends are measured on smooth pictures."""
_SEARCH: Final = 6
"""Pixels to either side of where a line of the frame should be."""
_CORNER: Final = 40
"""Pixels of the frame's lines at either end that are left out."""
_LEAST_DEPTH: Final = 0.03
_LEAST_BEND: Final = 1e-5
_LEAST_POINTS: Final = 40
_FRAME_INK: Final = (0.1, 0.3)
"""Darkness times millimetres of a frame that was found whole; printed well it is 0.21."""
_UNLIKE: Final = 2.2
"""How many times wider the frame's lines may look one way than the other."""
_CURVED_MM2: Final = 0.02
"""Strokes that bend and cross look so much wider than the straight lines of the frame."""
_THINNEST_MM2: Final = 0.002
_MISMEASURED_MM2: Final = -0.02


@dataclass(frozen=True)
class Stroke:
    """What was measured of a piece of ink, by the darker half of its middle line."""

    length_mm: float
    darkness: float
    """Of the ink on the paper, where a line as wide as it seems would be evenly dark."""
    spread_mm2: float
    """How much wider the piece is than the frame's line, as the variance of what crosses it."""


class _Lines(NamedTuple):
    """Of every pixel: how dark it is, how sharply that bends, and which way it bends most."""

    depth: Floats
    bend: Floats
    angle: Floats

    def part(self, rows: slice, columns: slice) -> "_Lines":
        return _Lines(*(each[rows, columns] for each in self))


def measure_strokes(
    shade: Floats, pieces: npt.NDArray[np.int32], margin: int, frame: int, pixels_per_mm: float
) -> dict[int, Stroke] | None:
    """Return the strokes of the pieces by their labels, or None where the frame does not tell how lines look.

    `pieces` lies `margin` pixels within `shade`, and the middle of the frame's line runs `frame` pixels within it.
    """
    lines = _lines(shade)
    rows, columns = shade.shape
    ends_x, ends_y = slice(_CORNER, columns - _CORNER), slice(_CORNER, rows - _CORNER)
    across = [_line(lines.part(_near(y), ends_x), 0) for y in (frame, rows - frame)]
    down = [_line(lines.part(ends_y, _near(x)), 1) for x in (frame, columns - frame)]
    # What crosses or shadows a line of the frame makes it look wider: the finer of two is believed.
    tall, wide = (min(spread for _, spread in pair) for pair in (across, down))
    ink = float(np.mean([ink for ink, _ in (*across, *down)]))
    low, high = (each * pixels_per_mm for each in _FRAME_INK)
    if not low < ink < high or max(tall, wide) > _UNLIKE * min(tall, wide):
        return None
    inner = lines.part(slice(margin, rows - margin), slice(margin, columns - margin))
    return _strokes(inner, pieces, (wide, tall), ink, pixels_per_mm)


def _near(at: int) -> slice:
    return slice(at - _SEARCH, at + _SEARCH + 1)


def _lines(shade: Floats) -> _Lines:
    depth: Floats = np.asarray(1 - cv2.GaussianBlur(shade.astype(np.float32), (0, 0), _SMOOTHING), np.float32)
    across, down, both = (np.asarray(cv2.filter2D(depth, -1, kernel)) for kernel in _SECOND_DERIVATIVES)
    half = np.hypot((across - down) / 2, both)
    angle = 0.5 * np.arctan2(2 * both, across - down) + np.pi / 2
    return _Lines(depth, np.asarray(half - (across + down) / 2), np.asarray(angle))


_SECOND_DERIVATIVES: Final = (
    np.array([[1, -2, 1]], np.float32),
    np.array([[1], [-2], [1]], np.float32),
    np.array([[0.25, 0, -0.25], [0, 0, 0], [-0.25, 0, 0.25]], np.float32),
)


def _line(band: _Lines, axis: int) -> tuple[float, float]:
    """Return the ink of a line of the frame, as its darkness times its width, and its spread."""
    middle = np.expand_dims(band.depth.argmax(axis=axis), axis)
    depth = np.take_along_axis(band.depth, middle, axis)
    spread = float(np.median(depth / np.maximum(np.take_along_axis(band.bend, middle, axis), _LEAST_BEND)))
    return float(np.median(depth)) * float(np.sqrt(2 * np.pi * max(spread, 0.0))), spread


def _strokes(
    lines: _Lines, pieces: npt.NDArray[np.int32], frame: tuple[float, float], ink: float, pixels_per_mm: float
) -> dict[int, Stroke]:
    rows, columns = np.nonzero(pieces)
    depth, bend, angle = (each[rows, columns] for each in lines)
    step_x, step_y = np.round(np.cos(angle)).astype(int), np.round(np.sin(angle)).astype(int)
    last_row, last_column = pieces.shape[0] - 1, pieces.shape[1] - 1
    ridge = (bend > 0) & (depth > _LEAST_DEPTH)
    for way in (1, -1):
        beside = np.clip(rows + way * step_y, 0, last_row), np.clip(columns + way * step_x, 0, last_column)
        ridge &= depth >= lines.depth[beside]
    labels, depth, bend, angle = pieces[rows, columns][ridge], depth[ridge], bend[ridge], angle[ridge]
    spread = depth / np.maximum(bend, _LEAST_BEND)
    wide, tall = frame
    beyond = (spread - wide * np.cos(angle) ** 2 - tall * np.sin(angle) ** 2) / pixels_per_mm**2
    amount = depth * np.sqrt(2 * np.pi * spread) / ink
    found = {}
    for label in np.unique(labels):
        own = labels == label
        if own.sum() < _LEAST_POINTS:
            continue
        dark = own & (depth >= np.median(depth[own]))
        wider = float(np.median(beyond[dark]))
        if wider > _MISMEASURED_MM2:
            width = np.sqrt(12 * max(wider - _CURVED_MM2, _THINNEST_MM2))
            darkness = FRAME_DARKNESS * FRAME_LINE_MM * float(np.median(amount[dark])) / width
            found[int(label)] = Stroke(float(own.sum()) / pixels_per_mm, float(darkness), wider)
    return found
