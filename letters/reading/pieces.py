"""The pieces that ink in the signature box falls into, and which of them may have been drawn by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from letters.pictures import Image

PIXELS_PER_MM: Final = 8
_SPECK_MM2: Final = 0.2
HAND_WIDTH_MM: Final = 6.0
HAND_HEIGHT_MM: Final = 5.0
_OUTLINE_MM: Final = 9.0
_RIM_MM: Final = 0.6
_INSIDE_MM: Final = 1.0
_LEAST_SEEN: Final = 0.7
"""Of a shape's edge, or a signature that goes beyond the box would be taken for a stamp that does."""
_RIM_SHARES: Final = ((14.0, 0.86), (_OUTLINE_MM, 0.96))
"""Smallest side, and the share of the edge that ink must follow: a small scribble fills its shape by chance."""

_LINE_MM: Final = 1.6
"""What the line of a stamp's frame is wide at most, from its outer side."""
_ARC_FOLLOWS: Final = 0.96
"""Of the edge that is seen of a cut-off shape, the share that ink follows."""
_ARC_LIES: Final = 0.9
"""Of the ink, the share that lies along that edge: a signature has more within."""

_TYPE_WIDTH_MM: Final = 20.0
_TYPE_SHARE: Final = 0.22
"""Of their width no letter of a typed name takes as much; the widest piece of a signature takes a quarter."""


@dataclass(frozen=True)
class Part:
    """One piece that touches no other, in millimetres from the corner of what is looked at."""

    x: float
    y: float
    width: float
    height: float
    area: float
    is_outline: bool
    is_cut_off: bool = False
    """An outline that goes on beyond what is looked at: what seems to lie within it may lie beside it."""
    is_arc: bool = False
    """Goes on beyond what is looked at and runs along its own edge, whatever else is in it: a ring within a ring."""

    @property
    def is_by_hand(self) -> bool:
        """Whether it is too large for a letter of print, and no outline."""
        return self.width >= HAND_WIDTH_MM and self.height >= HAND_HEIGHT_MM and not self.is_outline

    def lies_in(self, other: "Part") -> bool:
        """Tell whether this part lies within another, as the words of a stamp do within its frame."""
        return (
            (not other.is_cut_off or self.is_arc)
            and self.x >= other.x - _INSIDE_MM
            and self.y >= other.y - _INSIDE_MM
            and self.x + self.width <= other.x + other.width + _INSIDE_MM
            and self.y + self.height <= other.y + other.height + _INSIDE_MM
        )


def pieces_of(mask: Image) -> tuple[list[Part], Image]:
    """Return the pieces of ink without dust and what is left of the frame, and the ink of outlines that are cut off."""
    _, found_labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels = np.asarray(found_labels, np.int32)
    rows, columns = mask.shape
    found, arcs = [], np.zeros_like(mask)
    for index, (x, y, w, h, area) in enumerate(boxes):
        at_edge = x <= 1 or y <= 1 or x + w >= columns - 1 or y + h >= rows - 1
        is_frame = at_edge and min(w, h) < 1.2 * PIXELS_PER_MM and max(w, h) > 3 * min(w, h)
        if index and area >= _SPECK_MM2 * PIXELS_PER_MM**2 and not is_frame:
            box = x, y, w, h
            outline = min(w, h) >= _OUTLINE_MM * PIXELS_PER_MM and _is_outline(labels, index, box)
            large = w >= HAND_WIDTH_MM * PIXELS_PER_MM and h >= HAND_HEIGHT_MM * PIXELS_PER_MM
            follows, lies = _along_edge(labels, index, box) if at_edge and large and not outline else (0.0, 0.0)
            cut_off = follows >= _ARC_FOLLOWS and lies >= _ARC_LIES
            if cut_off:
                arcs[labels == index] = 1
            left, top, width, height, mm2 = (float(each) / PIXELS_PER_MM for each in (x, y, w, h, area / PIXELS_PER_MM))
            found.append(Part(left, top, width, height, mm2, outline or cut_off, cut_off, follows >= _ARC_FOLLOWS))
    return found, arcs


def _is_outline(labels: npt.NDArray[np.int32], label: int, box: tuple[int, int, int, int]) -> bool:
    """Tell whether a piece runs all along the edge of the shape that it spans, whatever else is in it.

    Where the edge of what is looked at cuts a little of a piece off, it need not run.
    """
    x, y, width, height = box
    piece = labels[y : y + height, x : x + width] == label
    edge = np.zeros(piece.shape, np.uint8)
    cv2.polylines(edge, [_hull(piece)], isClosed=True, color=1)
    whole = edge > 0
    along = whole.copy()
    rows, columns = labels.shape
    along[0] &= y > 1
    along[-1] &= y + height < rows - 1
    along[:, 0] &= x > 1
    along[:, -1] &= x + width < columns - 1
    if along.sum() < _LEAST_SEEN * whole.sum():
        along = whole
    gap = cv2.distanceTransform((~piece).astype(np.uint8), cv2.DIST_L2, 3)
    share = float((gap[along] <= _RIM_MM * PIXELS_PER_MM).mean())
    side_mm = min(piece.shape) / PIXELS_PER_MM
    return any(side_mm >= smallest and share >= needed for smallest, needed in _RIM_SHARES)


def _along_edge(labels: npt.NDArray[np.int32], label: int, box: tuple[int, int, int, int]) -> tuple[float, float]:
    """Return how far a piece is an outline of which the edge of what is looked at leaves an arc only.

    The first is the share of the edge seen of the shape that it spans with the box's sides which its ink follows, the
    other the share of its ink that lies along the edge of that shape, where a signature has some within.
    """
    x, y, width, height = box
    rows, columns = labels.shape
    piece = labels[y : y + height, x : x + width] == label
    above, below, left, right = y <= 1, y + height >= rows - 1, x <= 1, x + width >= columns - 1
    corners = [
        (column, row)
        for column, at_side in ((0, left), (width - 1, right))
        for row, at_end in ((0, above), (height - 1, below))
        if at_side and at_end
    ]
    edge = np.zeros(piece.shape, np.uint8)
    cv2.polylines(edge, [_hull(piece, corners)], isClosed=True, color=1)
    to_edge = cv2.distanceTransform(1 - edge, cv2.DIST_L2, 3)
    edge[0] &= not above
    edge[-1] &= not below
    edge[:, 0] &= not left
    edge[:, -1] &= not right
    seen = edge > 0
    if not seen.any():
        return 0.0, 0.0
    to_ink = cv2.distanceTransform((~piece).astype(np.uint8), cv2.DIST_L2, 3)
    follows = float((to_ink[seen] <= _RIM_MM * PIXELS_PER_MM).mean())
    return follows, float((to_edge[piece] <= _LINE_MM * PIXELS_PER_MM).mean())


def _hull(piece: npt.NDArray[np.bool_], besides: Sequence[tuple[int, int]] = ()) -> npt.NDArray[np.int32]:
    """Return the corners of the shape that a piece spans with some points: of each row its ends alone can be any."""
    rows = np.flatnonzero(piece.any(axis=1))
    first = piece.argmax(axis=1)[rows]
    last = piece.shape[1] - 1 - piece[:, ::-1].argmax(axis=1)[rows]
    ends = np.concatenate([*(np.stack([side, rows], axis=-1) for side in (first, last)), *([each] for each in besides)])
    return np.asarray(cv2.convexHull(ends.astype(np.int32)), np.int32)


def extent(parts: list[Part]) -> tuple[float, float]:
    if not parts:
        return 0.0, 0.0
    width = max(part.x + part.width for part in parts) - min(part.x for part in parts)
    height = max(part.y + part.height for part in parts) - min(part.y for part in parts)
    return width, height


def are_typed(parts: list[Part]) -> bool:
    """Tell whether parts that are large enough to be drawn by hand are the letters of a name in large type."""
    width, _ = extent(parts)
    return width > _TYPE_WIDTH_MM and max(part.width for part in parts) < _TYPE_SHARE * width
