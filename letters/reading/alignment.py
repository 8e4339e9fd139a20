"""Moving a scan onto the issued page: paper bends, so that one flat projection is not enough.

The distance of every tile is measured, and a smooth surface through these distances moves the whole scan:
first roughly, by whole paragraphs, then ever more finely.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from letters.pictures import Floats, Image

_MIN_SCORE: Final = 0.4
_MIN_CONTRAST: Final = 14.0
_OUTLIER_PIXELS: Final = 1.0
_LEAST_BEND: Final = 1e-6
_RIDGE: Final = 1e-9
_ROUNDS: Final = 4
_PLENTY: Final = 1.4
"""How many times the tiles that the surface needs are enough."""
_COLOURS: Final = 2
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
_FINE: Final = _Pass(2.5, (12.0, 8.0), 1.5, 6)
"""At half the pixels: a tile's place is found to a tenth of one."""


@dataclass(frozen=True)
class _Surface:
    """Moves in millimetres as a polynomial over the page."""

    degree: int
    coefficients: Floats

    def at(self, x: Floats, y: Floats) -> Floats:
        """Return the moves at places from -1 to 1 across the page."""
        return np.asarray(_terms(x, y, self.degree) @ self.coefficients, np.float32)


_FLAT: Final = _Surface(0, np.zeros((1, 2)))


def align(scan: Image, issued: Floats, pixels_per_mm: float, wanted: tuple[int, tuple[int, ...]]) -> Image:
    """Return the scan moved onto the issued page, both grey and of one size, without their margins.

    `wanted` is the margin, the same on the left and above, and the rows and columns within it.
    """
    fine = [_resized(each, _FINE.pixels_per_mm / pixels_per_mm) for each in (scan, issued)]
    rough = [_resized(each, _WHOLE_PARAGRAPHS.pixels_per_mm / _FINE.pixels_per_mm) for each in fine]
    surface = _FLAT
    for how, (moving, fixed) in ((_WHOLE_PARAGRAPHS, rough), (_COARSE, fine), (_FINE, fine)):
        surface = _surface(moving, fixed, how, surface)
    return _moved(scan, surface, pixels_per_mm, wanted)


def _resized(picture: Image | Floats, scale: float) -> Floats:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _surface(scan: Floats, issued: Floats, how: _Pass, guess: _Surface) -> _Surface:
    """Return the moves over the page, or the guess when too little of it was recognised.

    Every second tile is enough where most of them are found; a page of which less is seen needs them all.
    """
    places, moves = np.zeros((0, 2)), np.zeros((0, 2))
    for colour in range(_COLOURS):
        others = _tile_moves(scan, issued, how, guess, colour)
        places, moves = np.concatenate([places, others[0]]), np.concatenate([moves, others[1]])
        if len(places) >= _PLENTY * how.min_tiles():
            break
    if len(places) < how.min_tiles():
        return guess
    terms = _terms(places[:, 0], places[:, 1], how.degree)
    kept = np.ones(len(places), bool)
    coefficients: Floats = np.zeros((terms.shape[1], 2))
    for _ in range(_ROUNDS):
        coefficients = _fitted(terms[kept], moves[kept])
        off = np.abs(moves - terms @ coefficients).max(axis=1)
        kept = off <= max(_OUTLIER_PIXELS / how.pixels_per_mm, 2.5 * float(np.median(off)))
        if kept.sum() < how.min_tiles():
            return guess
    return _Surface(how.degree, coefficients)


def _fitted(terms: Floats, moves: Floats) -> Floats:
    """Return the coefficients of least squares, by the normal equations: a tenth of the work of a decomposition."""
    square = terms.T @ terms
    square.flat[:: len(square) + 1] += _RIDGE * len(terms)  # solvable, however the tiles lie
    return np.asarray(np.linalg.solve(square, terms.T @ moves))


def _tile_moves(scan: Floats, issued: Floats, how: _Pass, guess: _Surface, colour: int) -> tuple[Floats, Floats]:
    """Return the middle of each tile, from -1 to 1 across the page, and the millimetres that it has to be moved by.

    The tiles are those of one colour, as on a chequered board.
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
    of_colour = np.add.outer(np.arange(len(tops)), np.arange(len(lefts))) % _COLOURS == colour
    at = np.nonzero(of_colour & (_contrasts(issued, tops, lefts, height, width) >= _MIN_CONTRAST))
    found, whole, peaks = [], [], []
    for row, column, top, left, (shift_x, shift_y) in zip(
        *(each.tolist() for each in (*at, tops[at[0]], lefts[at[1]], guessed[at])), strict=True
    ):
        tile = issued[top : top + height, left : left + width]
        first_row, first_column = margin + top + shift_y - reach, margin + left + shift_x - reach
        around = framed[first_row : first_row + height + 2 * reach, first_column : first_column + width + 2 * reach]
        if around.shape != (height + 2 * reach, width + 2 * reach):
            continue
        match: Floats = np.asarray(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED), np.float32)
        _, score, _, (x, y) = cv2.minMaxLoc(match)
        if score >= _MIN_SCORE and 0 < x < 2 * reach and 0 < y < 2 * reach:
            found.append((row, column))
            whole.append((shift_x + x - reach, shift_y + y - reach))
            peaks.append((match[y, x - 1 : x + 2], match[y - 1 : y + 2, x]))
    if not found:
        return np.zeros((0, 2)), np.zeros((0, 2))
    at = tuple(np.array(found).T)
    return np.stack([across[at], down[at]], axis=-1), (np.array(whole) + _tops(np.array(peaks))) / how.pixels_per_mm


def _contrasts(issued: Floats, tops: Floats, lefts: Floats, height: int, width: int) -> Floats:
    """Return the deviation of grey levels in every tile."""
    corners = np.ix_(np.concatenate([tops, tops + height]), np.concatenate([lefts, lefts + width]))
    rows, columns = len(tops), len(lefts)

    def means(sums: Floats) -> Floats:
        at = sums[corners]
        whole = at[rows:, columns:] - at[:rows, columns:] - at[rows:, :columns] + at[:rows, :columns]
        return np.asarray(whole / (height * width))

    mean, square = (means(np.asarray(sums)) for sums in cv2.integral2(issued))
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0)))


def _tops(values: Floats) -> Floats:
    """Return where the top of a parabola through each three values lies, from the middle one."""
    before, middle, after = np.moveaxis(values, -1, 0)
    bend = np.minimum(before - 2 * middle + after, -_LEAST_BEND)
    return np.asarray(np.clip((before - after) / (2 * bend), -0.5, 0.5))


def _terms(x: Floats, y: Floats, degree: int) -> Floats:
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack([x**i * y**j for i, j in powers], axis=-1)


def _moved(scan: Image, surface: _Surface, pixels_per_mm: float, wanted: tuple[int, tuple[int, ...]]) -> Image:
    margin, (rows, columns) = wanted
    # The surface is smooth: a coarse grid of it, enlarged, is the same for a fraction of the work. Points of the grid
    # stand in the middle of their squares, and those on the rim half a square outside.
    across, down = (margin + _GRID * (np.arange(-1, -(-side // _GRID) + 1) + 0.5) - 0.5 for side in (columns, rows))
    grid_x, grid_y = np.meshgrid(across, down)
    moves = surface.at(2 * grid_x / scan.shape[1] - 1, 2 * grid_y / scan.shape[0] - 1) * pixels_per_mm
    places = np.stack([grid_x, grid_y], axis=-1) + moves
    spread = cv2.resize(places.astype(np.float32), None, fx=_GRID, fy=_GRID, interpolation=cv2.INTER_LINEAR)
    spread = spread[_GRID : _GRID + rows, _GRID : _GRID + columns]
    moved = cv2.remap(scan, spread, None, cv2.INTER_LINEAR, borderValue=(255.0,))  # type: ignore[call-overload]
    return np.asarray(moved, np.uint8)
