"""What is in the signature box, measured: enough to tell an empty box from a signed one, not who signed.

The box is laid flat, evened out against shadows, and what is darker than the paper's own noise counts as ink.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from letters.geometry import Box
from letters.pictures import Floats, Image
from letters.reading.landmarks import warp

_PIXELS_PER_MM: Final = 8
_INSET_MM: Final = 1.6
"""Keeps the printed frame out."""
_SMOOTHING_MM: Final = 0.14
_SAMPLE: Final = 2
"""Every second pixel of every second row tells the paper and its noise as well as all do."""
_MIN_DARKNESS: Final = 0.085
_NOISE_TIMES: Final = 4.5
_SPECK_MM2: Final = 0.2
_LONGEST_STRAIGHT_MM: Final = 14.0
"""A straight shade longer than this is a fold, or a line that is no signature."""
_MIN_STROKE_MM: Final = 0.15
_HAND_WIDTH_MM: Final = 6.0
_HAND_HEIGHT_MM: Final = 5.0
_OUTLINE_MM: Final = 9.0
_RIM_MM: Final = 0.6
_INSIDE_MM: Final = 1.0
_CORE: Final = 0.2
"""Share of a stroke's points that are its core; the rest is the edge, which every capture blurs."""
_FRESH: Final = 0.45
"""Darkness of a core against the print around the box. The ink of the back is seen paler, or with softer edges."""
_FRESH_IN_SOFT: Final = 0.5
"""The same in a soft picture, whose edges tell less."""
_CRISP: Final = 0.24
_WORDS_CORE: Final = 0.02
_WORDS_MM: Final = ((-6.5, 5.5), (31.0, 13.0))
"""Where words stand above and below the box, from its top: top and height."""
_WORD: Final = 0.3
_STEEP: Final = 0.8
_SHARP: Final = 0.8
"""How sharp the edges of pale ink are at least, against those of print: the paper blurs what shows through it."""
_SHARP_IN_SOFT: Final = 0.95
_SURELY_FRESH: Final = 0.72
_SURE_MM2: Final = 20.0
"""Ink so dark needs no sharp edges."""
_LEAST_PRINT: Final = 0.2
_RIM_SHARES: Final = ((14.0, 0.86), (_OUTLINE_MM, 0.96))
"""Smallest side, and the share of the edge that ink must follow: a small scribble fills its shape by chance."""


@dataclass(frozen=True)
class Ink:
    """What was measured, in millimetres. `hand` is what may have been drawn by hand, without print and outlines."""

    length_mm: float
    """Of all strokes together, as area over stroke width."""
    width_mm: float
    height_mm: float
    """Extent of everything together."""
    parts: int
    """Pieces that do not touch."""
    outlines: int
    """Pieces that run along their own edge, as the ring or the frame of a rubber stamp does."""
    hand_length_mm: float
    hand_width_mm: float
    hand_height_mm: float
    noise: float
    """Of the paper around the ink; nothing in a picture that was made black and white."""


@dataclass(frozen=True)
class _Part:
    x: float
    y: float
    width: float
    height: float
    area: float
    is_outline: bool

    @property
    def is_by_hand(self) -> bool:
        """Whether it is too large for a letter of print, and no outline."""
        return self.width >= _HAND_WIDTH_MM and self.height >= _HAND_HEIGHT_MM and not self.is_outline

    def lies_in(self, other: "_Part") -> bool:
        """Tell whether this part lies within another, as the words of a stamp do within its frame."""
        return (
            self.x >= other.x - _INSIDE_MM
            and self.y >= other.y - _INSIDE_MM
            and self.x + self.width <= other.x + other.width + _INSIDE_MM
            and self.y + self.height <= other.y + other.height + _INSIDE_MM
        )


@dataclass(frozen=True)
class _Print:
    """The words around the box, which the capture has made paler and softer as it has the ink."""

    darkness: float
    sharpness: float
    """Of their edges, against their darkness, for each pixel."""


def measure_ink(picture: Image, transform: Floats, box: Box) -> Ink:
    """Return what is in a box of the page."""
    inner = Box(
        x_mm=box.x_mm + _INSET_MM,
        y_mm=box.y_mm + _INSET_MM,
        width_mm=box.width_mm - 2 * _INSET_MM,
        height_mm=box.height_mm - 2 * _INSET_MM,
    )
    shade, noise = _shade(warp(picture, transform, inner, _PIXELS_PER_MM))
    mask = _ink_mask(shade, noise)
    parts = _parts(mask)
    unfolded = np.asarray(_without_folds(shade * 255, round(_LONGEST_STRAIGHT_MM * _PIXELS_PER_MM)) / 255, np.float32)
    drawn = _fresh_parts(unfolded, noise, _print_around(picture, transform, box))
    stroke = max(_stroke_width(mask), _MIN_STROKE_MM)
    outlines = [part for part in parts if part.is_outline]
    hand = [part for part in drawn if part.is_by_hand and not any(part.lies_in(outline) for outline in outlines)]
    width, height = _extent(parts)
    hand_width, hand_height = _extent(hand)
    return Ink(
        length_mm=sum(part.area for part in parts) / stroke,
        width_mm=width,
        height_mm=height,
        parts=len(parts),
        outlines=len(outlines),
        hand_length_mm=sum(part.area for part in hand) / stroke,
        hand_width_mm=hand_width,
        hand_height_mm=hand_height,
        noise=noise,
    )


def _fresh_parts(shade: Floats, noise: float, words: _Print) -> list[_Part]:
    """Return the pieces of ink that lie on this side of the paper: what shows through is paler and softer than print.

    A piece counts by its dark cores; where it runs together with what shows through, its dark part alone does.
    """
    ink = _ink_mask(shade, noise)
    fresh, sharp = (_FRESH, _SHARP) if words.sharpness >= _CRISP else (_FRESH_IN_SOFT, _SHARP_IN_SOFT)
    dark = np.asarray(ink & (shade < 1 - fresh * words.darkness), np.uint8)
    surely = float((shade[ink > 0] < 1 - _SURELY_FRESH * words.darkness).sum()) / _PIXELS_PER_MM**2
    if surely < _SURE_MM2 and _sharpness(shade, dark > 0) < sharp * words.sharpness:
        return []
    _, labels = cv2.connectedComponents(ink, connectivity=8)
    areas = np.bincount(labels.ravel())
    shares = np.bincount(labels.ravel(), weights=dark.ravel()) / np.maximum(areas, 1)
    whole = shares >= _CORE
    whole[0] = False
    return _parts(np.asarray(whole[labels] | (dark > 0), np.uint8))


def _print_around(picture: Image, transform: Floats, box: Box) -> _Print:
    found = []
    for top, height in _WORDS_MM:
        words = Box(x_mm=box.x_mm, y_mm=box.y_mm + top, width_mm=box.width_mm * 0.6, height_mm=height)
        shade, _ = _shade(warp(picture, transform, words, _PIXELS_PER_MM))
        darkness = max(_LEAST_PRINT, 1 - float(np.quantile(shade, _WORDS_CORE)))
        found.append(_Print(darkness, _sharpness(shade, shade < 1 - _WORD * darkness)))
    return max(found, key=lambda words: words.darkness)


def _sharpness(shade: Floats, where: npt.NDArray[np.bool_]) -> float:
    """Return how steep the edges of some strokes are, against their darkness."""
    if not where.any():
        return 0.0
    down, across = np.gradient(shade)
    around = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    steep = float(np.quantile(np.hypot(down, across)[around], _STEEP))
    return steep / max(0.01, 1 - float(np.quantile(shade[where], _CORE)))


def _shade(patch: Image) -> tuple[Floats, float]:
    """Return how bright each point is against the paper, and the noise of the paper."""
    smooth = cv2.GaussianBlur(patch.astype(np.float32), (0, 0), _SMOOTHING_MM * _PIXELS_PER_MM)
    small = cv2.resize(smooth, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), (0, 0), 6)
    paper = cv2.resize(paper, (patch.shape[1], patch.shape[0]))
    shade = smooth / np.maximum(paper, 8)
    some = shade[::_SAMPLE, ::_SAMPLE]
    middle = float(np.median(some))
    noise = 1.4826 * float(np.median(np.abs(some - middle)))
    return np.asarray(shade / max(middle, 0.1), np.float32), noise


def _ink_mask(shade: Floats, noise: float) -> Image:
    return np.asarray(shade < 1 - max(_MIN_DARKNESS, _NOISE_TIMES * noise), np.uint8)


def _parts(mask: Image) -> list[_Part]:
    """Return the pieces of ink without dust and without what is left of the frame."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows, columns = mask.shape
    found = []
    for index, (x, y, w, h, area) in enumerate(boxes):
        at_edge = x <= 1 or y <= 1 or x + w >= columns - 1 or y + h >= rows - 1
        is_frame = at_edge and min(w, h) < 1.2 * _PIXELS_PER_MM and max(w, h) > 3 * min(w, h)
        if index and area >= _SPECK_MM2 * _PIXELS_PER_MM**2 and not is_frame:
            outline = min(w, h) >= _OUTLINE_MM * _PIXELS_PER_MM and _is_outline(labels[y : y + h, x : x + w] == index)
            left, top, width, height = (float(side) / _PIXELS_PER_MM for side in (x, y, w, h))
            found.append(_Part(left, top, width, height, float(area) / _PIXELS_PER_MM**2, outline))
    return found


def _is_outline(piece: npt.NDArray[np.bool_]) -> bool:
    """Tell whether a piece runs all along the edge of the shape that it spans, whatever else is in it."""
    points = np.argwhere(piece)[:, ::-1].astype(np.int32)
    edge = np.zeros(piece.shape, np.uint8)
    cv2.polylines(edge, [cv2.convexHull(points)], isClosed=True, color=1)
    gap = cv2.distanceTransform((~piece).astype(np.uint8), cv2.DIST_L2, 3)
    share = float((gap[edge > 0] <= _RIM_MM * _PIXELS_PER_MM).mean())
    side_mm = min(piece.shape) / _PIXELS_PER_MM
    return any(side_mm >= smallest and share >= needed for smallest, needed in _RIM_SHARES)


def _extent(parts: list[_Part]) -> tuple[float, float]:
    if not parts:
        return 0.0, 0.0
    width = max(part.x + part.width for part in parts) - min(part.x for part in parts)
    height = max(part.y + part.height for part in parts) - min(part.y for part in parts)
    return width, height


def _stroke_width(mask: Image) -> float:
    """Return the mean width of the strokes, by their middle lines."""
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 0.01)
    return 2 * float(depth[ridge].mean()) / _PIXELS_PER_MM if ridge.any() else 0.0


def _without_folds(picture: Floats, longest_stroke: int) -> Floats:
    """Return a picture evened out against straight shades: folds, edges of shadows, the shade of a staple.

    A shade goes on for longer than any stroke of print, across or down the page; what is shorter stays. The picture
    comes and goes as grey values with the paper at about 255.
    """
    grey = np.minimum(picture, 255).astype(np.uint8)
    across = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((1, longest_stroke), np.uint8))
    down = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((longest_stroke, 1), np.uint8))
    paper = np.minimum(across, down).astype(np.float32)
    return np.minimum(255.0, picture.astype(np.float32) * 255.0 / np.maximum(paper, 64.0))
