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
from letters.reading.pieces import HAND_HEIGHT_MM, HAND_WIDTH_MM, PIXELS_PER_MM, are_typed, extent, pieces_of
from letters.reading.ranks import quantile
from letters.reading.shade import ink_mask, shade_of, without_creases, without_folds
from letters.reading.strokes import measure_strokes

_INSET_MM: Final = 1.6
"""Keeps the printed frame out."""
_AROUND_MM: Final = 3.0
"""Seen of the page around what lies within the frame, the frame itself included."""
_MARGIN: Final = round(_AROUND_MM * PIXELS_PER_MM)
_MIN_STROKE_MM: Final = 0.15
_DARKEST: Final = 0.9
_PALER: Final = 0.5
"""Of a piece's darkest points: what is paler is a fold, a shadow's edge or the back, and has only run into it."""
_EDGE: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
"""How far the edge of a stroke goes, in pixels to all sides: it is as pale as what runs into the stroke."""
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
_SHARP: Final = (0.88, 0.8)
"""How sharp the edges of pale ink are at least, against those of print: the paper blurs what shows through it. The
first where print itself is just crisp, which hides that blur, the second where it is very crisp."""
_CRISPER: Final = (0.265, 0.29)
"""Sharpness of print up to which the first holds, and from which on the second does."""
_SHARP_IN_SOFT: Final = 0.95
_SHARP_IF_LIGHT: Final = 0.93
"""In a soft picture, but in the softest: of ink as pale as counts in crisp ones, whose edges alone decide. Of the back
it is 0.91 at most."""
_FINE: Final = ((0.065, 0.36), (0.16, 0.38))
"""In a soft picture: how much wider than the frame's line a stroke may be, in square millimetres, and how dark its ink
is then at least. The ink of the back is seen at most 0.36 dark where it is spread by less than 0.1, and 0.33 where it
is by less than 0.065. A broad pen is dark all over besides."""
_FINE_IN_SOFTEST: Final = ((0.065, 0.45), (0.16, 0.52))
_SOFTEST: Final = 0.21
"""Where print is less sharp, strokes are mismeasured by a fifth."""
_BLACK: Final = 1.0
"""What seems darker was mismeasured."""
_NEVER_FRESH: Final = 0.31
"""A soft picture in which no stroke is so dark shows nothing but the back."""
_SURELY_FRESH: Final = 0.72
_SURE_MM2: Final = 6.0
"""Ink so dark needs no sharp edges: small initials have twice as much of it, the back 2 mm²."""
_SURE_IN_SOFT_MM2: Final = 20.0
_SURE_SHARE: Final = 0.5
"""In a soft picture it is this share of what is dark, too: a strong signature on the back has some dark spots."""
_LEAST_DARK: Final = 0.65
_LEAST_DARK_MM2: Final = 5.0
"""Ink so dark there is at least in a soft picture whose frame does not tell how lines look."""
_LEAST_PRINT: Final = 0.2

_AT_SIDE: Final = 4
"""Pixels from the sides of what is looked at, some 2 mm from the frame: what comes so near to its left or right is a
line of the back that goes on beyond it."""


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
class _Print:
    """The words around the box, which the capture has made paler and softer as it has the ink."""

    darkness: float
    sharpness: float
    """Of their edges, against their darkness, for each pixel."""


def measure_ink(picture: Image, transform: Floats, box: Box) -> Ink:
    """Return what is in a box of the page."""
    beyond = _AROUND_MM - _INSET_MM
    around = Box(
        x_mm=box.x_mm - beyond,
        y_mm=box.y_mm - beyond,
        width_mm=box.width_mm + 2 * beyond,
        height_mm=box.height_mm + 2 * beyond,
    )
    patch = warp(picture, transform, around, PIXELS_PER_MM)
    shade, noise = shade_of(patch[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN])
    mask = ink_mask(shade, noise)
    parts, arcs = pieces_of(mask)
    unfolded = without_folds(shade)
    words = _print_around(picture, transform, box)
    if words.sharpness >= _CRISP:
        fresh = _dark(unfolded, noise, words, _FRESH, float(np.interp(words.sharpness, _CRISPER, _SHARP)), _SURE_MM2)
    else:
        fresh = _fresh_in_soft(unfolded, noise, words, patch)
    # In `parts` a fold may be one piece with an outline, of which only the darker sides are in `drawn`.
    undivided, more_arcs = pieces_of(fresh)
    drawn, _ = pieces_of(np.asarray(_by_itself(fresh, unfolded) & ((arcs | more_arcs) == 0), np.uint8))
    stroke = max(_stroke_width(mask), _MIN_STROKE_MM)
    outlines = [part for part in (*parts, *undivided, *drawn) if part.is_outline]
    hand = [part for part in drawn if part.is_by_hand and not any(part.lies_in(outline) for outline in outlines)]
    hand = [] if are_typed(hand) else hand
    width, height = extent(parts)
    hand_width, hand_height = extent(hand)
    return Ink(
        length_mm=sum(part.area for part in parts) / stroke,
        width_mm=width,
        height_mm=height,
        parts=len(parts),
        outlines=len([part for part in parts if part.is_outline]),
        hand_length_mm=sum(part.area for part in hand) / stroke,
        hand_width_mm=hand_width,
        hand_height_mm=hand_height,
        noise=noise,
    )


def _fresh_in_soft(shade: Floats, noise: float, words: _Print, patch: Image) -> Image:
    """Return the fresh ink in a soft picture, where all edges are blurred and thin lines pale.

    Beside what is dark there counts what is fine and dark of itself, as the frame around the box tells. A picture
    without any such ink shows the back alone, however dark and wide its strokes are.
    """
    shade = without_creases(shade, noise)
    fresh = _dark(shade, noise, words, _FRESH_IN_SOFT, _SHARP_IN_SOFT, _SURE_IN_SOFT_MM2, _SURE_SHARE)
    limits = _FINE_IN_SOFTEST
    if words.sharpness >= _SOFTEST:
        fresh |= _dark(shade, noise, words, _FRESH, _SHARP_IF_LIGHT, np.inf)
        limits = _FINE
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink_mask(shade, noise), connectivity=8)
    large = (boxes[:, 2] >= HAND_WIDTH_MM * PIXELS_PER_MM) & (boxes[:, 3] >= HAND_HEIGHT_MM * PIXELS_PER_MM)
    large[0] = False
    pieces = np.where(large, np.arange(count), 0)[labels].astype(np.int32)
    whole, _ = shade_of(patch)
    strokes = measure_strokes(whole, pieces, _MARGIN, round((_AROUND_MM - _INSET_MM) * PIXELS_PER_MM), PIXELS_PER_MM)
    if not strokes:
        darkest = float((shade[fresh > 0] < 1 - _LEAST_DARK * words.darkness).sum()) / PIXELS_PER_MM**2
        return fresh if darkest >= _LEAST_DARK_MM2 else np.zeros_like(fresh)
    if max(stroke.darkness for stroke in strokes.values()) < _NEVER_FRESH:
        return np.zeros_like(fresh)
    columns = pieces.shape[1]
    fine = [
        label
        for label, stroke in strokes.items()
        if any(stroke.spread_mm2 <= most and least <= stroke.darkness <= _BLACK for most, least in limits)
        and boxes[label, 0] > _AT_SIDE
        and boxes[label, 0] + boxes[label, 2] < columns - _AT_SIDE
    ]
    return np.asarray(fresh | np.isin(pieces, fine), np.uint8)


def _by_itself(ink: Image, shade: Floats) -> Image:
    """Return ink without the paler things that have run into it."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    least = np.zeros(count, np.float32)
    for label, (x, y, width, height, _) in enumerate(boxes):
        if label and width >= HAND_WIDTH_MM * PIXELS_PER_MM and height >= HAND_HEIGHT_MM * PIXELS_PER_MM:
            own = labels[y : y + height, x : x + width] == label
            least[label] = _PALER * (1 - quantile(shade[y : y + height, x : x + width][own], 1 - _DARKEST))
    own = np.asarray(ink & (1 - shade > least[labels]), np.uint8)
    return np.asarray(np.bitwise_and(cv2.dilate(own, _EDGE), ink), np.uint8)


def _dark(
    shade: Floats, noise: float, words: _Print, fresh: float, sharp: float, sure_mm2: float, sure_share: float = 0.0
) -> Image:
    """Return the ink that lies on this side of the paper: what shows through is paler and softer than print.

    A piece counts by its dark cores; where it runs together with what shows through, its dark part alone does.
    """
    ink = ink_mask(shade, noise)
    dark = np.asarray(ink & (shade < 1 - fresh * words.darkness), np.uint8)
    surely = float((shade[ink > 0] < 1 - _SURELY_FRESH * words.darkness).sum()) / PIXELS_PER_MM**2
    enough = max(sure_mm2, sure_share * float(dark.sum()) / PIXELS_PER_MM**2)
    if surely < enough and _sharpness(shade, dark > 0) < sharp * words.sharpness:
        return np.zeros_like(ink)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    shares = np.bincount(labels[dark > 0], minlength=count) / np.maximum(boxes[:, cv2.CC_STAT_AREA], 1)
    whole = shares >= _CORE
    whole[0] = False
    return np.asarray(whole[labels] | (dark > 0), np.uint8)


def _print_around(picture: Image, transform: Floats, box: Box) -> _Print:
    found = []
    for top, height in _WORDS_MM:
        words = Box(x_mm=box.x_mm, y_mm=box.y_mm + top, width_mm=box.width_mm * 0.6, height_mm=height)
        shade, _ = shade_of(warp(picture, transform, words, PIXELS_PER_MM))
        darkness = max(_LEAST_PRINT, 1 - quantile(shade, _WORDS_CORE))
        found.append(_Print(darkness, _sharpness(shade, shade < 1 - _WORD * darkness)))
    return max(found, key=lambda words: words.darkness)


def _sharpness(shade: Floats, where: npt.NDArray[np.bool_]) -> float:
    """Return how steep the edges of some strokes are, against their darkness."""
    if not where.any():
        return 0.0
    around = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    down, across = (cv2.Sobel(shade, -1, x, y, ksize=1, scale=0.5)[around] for x, y in ((0, 1), (1, 0)))
    return quantile(np.hypot(down, across), _STEEP) / max(0.01, 1 - quantile(shade[where], _CORE))


def _stroke_width(mask: Image) -> float:
    """Return the mean width of the strokes, by their middle lines."""
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 0.01)
    return 2 * float(depth[ridge].mean()) / PIXELS_PER_MM if ridge.any() else 0.0
