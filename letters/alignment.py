"""Moving a scan onto the issued page: paper bends, so that one flat projection is not enough.

The distance of every other tile is measured, and a smooth surface through these distances moves the whole scan:
first roughly, then finely.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from letters.raster import Floats

_MIN_SCORE: Final = 0.4
_MIN_CONTRAST: Final = 14.0
_OUTLIER_PIXELS: Final = 1.0
_ROUNDS: Final = 4


@dataclass(frozen=True)
class _Pass:
    """How one look measures: the finer the tiles, the shorter the search, because lines of print repeat."""

    pixels_per_mm: float
    tile_mm: tuple[float, float]
    search_mm: float
    degree: int

    def min_tiles(self) -> int:
        """Return how many tiles it takes to trust the surface."""
        return 2 * (self.degree + 1) * (self.degree + 2) // 2


_COARSE: Final = _Pass(2.5, (26.0, 16.0), 3.0, 2)


def align(scan: Floats, issued: Floats, pixels_per_mm: float) -> Floats:
    """Return the scan moved onto the issued page, both grey and of one size."""
    scale = _COARSE.pixels_per_mm / pixels_per_mm
    surface = _surface(_resized(scan, scale), _resized(issued, scale), _COARSE)
    if surface is not None:
        scan = _moved(scan, surface / scale, _COARSE.degree)
    fine = _Pass(pixels_per_mm, (12.0, 8.0), 1.2, 4)
    surface = _surface(scan, issued, fine)
    return scan if surface is None else _moved(scan, surface, fine.degree)


def _resized(picture: Floats, scale: float) -> Floats:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _surface(scan: Floats, issued: Floats, how: _Pass) -> Floats | None:
    """Return the coefficients of the moves over the page, or None when too little of it was recognised."""
    places, moves = _tile_moves(scan, issued, how)
    if len(places) < how.min_tiles():
        return None
    terms = _terms(places[:, 0], places[:, 1], how.degree)
    kept = np.ones(len(places), bool)
    surface: Floats = np.zeros((terms.shape[1], 2))
    for _ in range(_ROUNDS):
        surface = np.linalg.lstsq(terms[kept], moves[kept], rcond=None)[0]
        off = np.abs(moves - terms @ surface).max(axis=1)
        kept = off <= max(_OUTLIER_PIXELS, 2.5 * float(np.median(off)))
        if kept.sum() < how.min_tiles():
            return None
    return surface


def _tile_moves(scan: Floats, issued: Floats, how: _Pass) -> tuple[Floats, Floats]:
    """Return the middle of each tile, from -1 to 1 across the page, and the pixels that it has to be moved by."""
    width, height = (round(side * how.pixels_per_mm) for side in how.tile_mm)
    reach = round(how.search_mm * how.pixels_per_mm)
    rows, columns = issued.shape
    places, moves = [], []
    for number, top in enumerate(range(reach, rows - height - reach, height)):
        for left in range(reach + number % 2 * width, columns - width - reach, 2 * width):
            tile = issued[top : top + height, left : left + width]
            if tile.std() < _MIN_CONTRAST:
                continue
            around = scan[top - reach : top + height + reach, left - reach : left + width + reach]
            match: Floats = np.asarray(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED), np.float32)
            _, score, _, (x, y) = cv2.minMaxLoc(match)
            if score >= _MIN_SCORE and 0 < x < 2 * reach and 0 < y < 2 * reach:
                moves.append((x - reach + _peak(match[y, x - 1 : x + 2]), y - reach + _peak(match[y - 1 : y + 2, x])))
                places.append((2 * (left + width / 2) / columns - 1, 2 * (top + height / 2) / rows - 1))
    return np.array(places).reshape(-1, 2), np.array(moves).reshape(-1, 2)


def _peak(around: Floats) -> float:
    """Return where the top of a parabola through three values lies, from the middle one."""
    before, middle, after = (float(value) for value in around)
    bend = before - 2 * middle + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, (before - after) / (2 * bend)))


def _terms(x: Floats, y: Floats, degree: int) -> Floats:
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack([x**i * y**j for i, j in powers], axis=-1)


def _moved(scan: Floats, surface: Floats, degree: int) -> Floats:
    rows, columns = scan.shape
    # The surface is smooth: a coarse grid of it, enlarged, is the same for a fraction of the work.
    grid_y, grid_x = np.mgrid[0 : rows + 31 : 32, 0 : columns + 31 : 32].astype(np.float64)
    field = (_terms(2 * grid_x / columns - 1, 2 * grid_y / rows - 1, degree) @ surface).astype(np.float32)
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    spread = cv2.remap(field, x / 32, y / 32, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    moved = cv2.remap(scan, x + spread[:, :, 0], y + spread[:, :, 1], cv2.INTER_LINEAR, borderValue=(255.0,))
    return np.asarray(moved, np.float32)
