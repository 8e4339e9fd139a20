"""Moving a scan onto the issued page: paper bends, so that one flat projection is not enough.

The distance of every tile is measured, and a smooth surface through these distances moves the whole scan:
first roughly, by whole paragraphs, then ever more finely.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from letters.pictures import Floats

_MIN_SCORE: Final = 0.4
_MIN_CONTRAST: Final = 14.0
_OUTLIER_PIXELS: Final = 1.0
_ROUNDS: Final = 4
_PLENTY: Final = 1.4
"""How many times the tiles that the surface needs are enough."""
_GRID: Final = 32
_MARGIN_MM: Final = 6.0


@dataclass(frozen=True)
class _Pass:
    """How one look measures: the finer the tiles, the shorter the search, because lines of print repeat."""

    pixels_per_mm: float
    tile_mm: tuple[float, float]
    search_mm: float
    degree: int
    overlap: int = 1
    """How many tiles lie over each other, across and down."""

    def min_tiles(self) -> int:
        """Return how many tiles it takes to trust the surface."""
        return 2 * (self.degree + 1) * (self.degree + 2) // 2


_WHOLE_PARAGRAPHS: Final = _Pass(1.25, (56.0, 36.0), 7.0, 2, overlap=3)
"""A paragraph's outline is unlike any other, where one line is like the next."""
_COARSE: Final = _Pass(2.5, (26.0, 16.0), 3.0, 3)


@dataclass(frozen=True)
class _Surface:
    """Moves in millimetres as a polynomial over the page."""

    degree: int
    coefficients: Floats

    def at(self, x: Floats, y: Floats) -> Floats:
        """Return the moves at places from -1 to 1 across the page."""
        return np.asarray(_terms(x, y, self.degree) @ self.coefficients, np.float32)


_FLAT: Final = _Surface(0, np.zeros((1, 2)))


def align(scan: Floats, issued: Floats, pixels_per_mm: float) -> Floats:
    """Return the scan moved onto the issued page, both grey and of one size."""
    rough = _FLAT
    for how in (_WHOLE_PARAGRAPHS, _COARSE):
        scale = how.pixels_per_mm / pixels_per_mm
        rough = _surface(_resized(scan, scale), _resized(issued, scale), how, rough)
    fine = _surface(scan, issued, _Pass(pixels_per_mm, (12.0, 8.0), 1.5, 6), rough)
    return scan if fine is _FLAT else _moved(scan, fine, pixels_per_mm)


def _resized(picture: Floats, scale: float) -> Floats:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _surface(scan: Floats, issued: Floats, how: _Pass, guess: _Surface) -> _Surface:
    """Return the moves over the page, or the guess when too little of it was recognised.

    Every second tile is enough where most of them are found; a page of which less is seen needs them all.
    """
    places, moves = _tile_moves(scan, issued, how, guess, 0)
    if len(places) < _PLENTY * how.min_tiles():
        others = _tile_moves(scan, issued, how, guess, 1)
        places, moves = np.concatenate([places, others[0]]), np.concatenate([moves, others[1]])
    if len(places) < how.min_tiles():
        return guess
    terms = _terms(places[:, 0], places[:, 1], how.degree)
    kept = np.ones(len(places), bool)
    coefficients: Floats = np.zeros((terms.shape[1], 2))
    for _ in range(_ROUNDS):
        coefficients = np.linalg.lstsq(terms[kept], moves[kept], rcond=None)[0]
        off = np.abs(moves - terms @ coefficients).max(axis=1)
        kept = off <= max(_OUTLIER_PIXELS / how.pixels_per_mm, 2.5 * float(np.median(off)))
        if kept.sum() < how.min_tiles():
            return guess
    return _Surface(how.degree, coefficients)


def _tile_moves(scan: Floats, issued: Floats, how: _Pass, guess: _Surface, colour: int) -> tuple[Floats, Floats]:
    """Return the middle of each tile, from -1 to 1 across the page, and the millimetres that it has to be moved by.

    The tiles are those of one colour (0 or 1), as on a chequered board.
    """
    width, height = (round(side * how.pixels_per_mm) for side in how.tile_mm)
    reach = round(how.search_mm * how.pixels_per_mm)
    rows, columns = issued.shape
    tops = np.arange(reach, rows - height - reach, height // how.overlap)
    lefts = np.arange(reach, columns - width - reach, width // how.overlap)
    across, down = np.meshgrid(2 * (lefts + width / 2) / columns - 1, 2 * (tops + height / 2) / rows - 1)
    guessed = np.round(guess.at(across, down) * how.pixels_per_mm).astype(int)
    margin = round(_MARGIN_MM * how.pixels_per_mm)
    framed = cv2.copyMakeBorder(scan, *(margin,) * 4, cv2.BORDER_CONSTANT, value=(255.0,))
    places, moves = [], []
    for row, column in np.ndindex(len(tops), len(lefts)):
        if (row + column) % 2 != colour:
            continue
        top, left = int(tops[row]), int(lefts[column])
        shift_x, shift_y = (int(shift) for shift in guessed[row, column])
        tile = issued[top : top + height, left : left + width]
        first_row, first_column = margin + top + shift_y - reach, margin + left + shift_x - reach
        around = framed[first_row : first_row + height + 2 * reach, first_column : first_column + width + 2 * reach]
        if (
            around.shape != (height + 2 * reach, width + 2 * reach)
            or float(cv2.meanStdDev(tile)[1][0, 0]) < _MIN_CONTRAST
        ):
            continue
        match: Floats = np.asarray(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED), np.float32)
        _, score, _, (x, y) = cv2.minMaxLoc(match)
        if score >= _MIN_SCORE and 0 < x < 2 * reach and 0 < y < 2 * reach:
            fine_x, fine_y = _peak(match[y, x - 1 : x + 2]), _peak(match[y - 1 : y + 2, x])
            moves.append((shift_x + x - reach + fine_x, shift_y + y - reach + fine_y))
            places.append((across[row, column], down[row, column]))
    return np.array(places).reshape(-1, 2), np.array(moves).reshape(-1, 2) / how.pixels_per_mm


def _peak(around: Floats) -> float:
    """Return where the top of a parabola through three values lies, from the middle one."""
    before, middle, after = (float(value) for value in around)
    bend = before - 2 * middle + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, (before - after) / (2 * bend)))


def _terms(x: Floats, y: Floats, degree: int) -> Floats:
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack([x**i * y**j for i, j in powers], axis=-1)


def _moved(scan: Floats, surface: _Surface, pixels_per_mm: float) -> Floats:
    rows, columns = scan.shape
    # The surface is smooth: a coarse grid of it, enlarged, is the same for a fraction of the work.
    grid_y, grid_x = np.mgrid[0 : rows + _GRID : _GRID, 0 : columns + _GRID : _GRID].astype(np.float64)
    places = np.stack([grid_x, grid_y], axis=-1).astype(np.float32)
    places += surface.at(2 * grid_x / columns - 1, 2 * grid_y / rows - 1) * pixels_per_mm
    enlarged = np.array([[1 / _GRID, 0, 0], [0, 1 / _GRID, 0]], np.float32)
    spread = cv2.warpAffine(places, enlarged, (columns, rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(
        cv2.remap(scan, spread[:, :, 0], spread[:, :, 1], cv2.INTER_LINEAR, borderValue=(255.0,)), np.float32
    )
