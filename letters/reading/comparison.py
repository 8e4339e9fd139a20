"""Whether the words on a scan are the words that were issued.

The scan is laid flat, moved onto the issued page tile by tile (paper bends), and correlated with it in small windows.
A changed word shows as a spot of low correlation against the rest of the page; a changed digit does not at the
resolution of a telephone, which is why the letter says that the registered text prevails.

In a soft picture, where letters run into each other, one line of print looks like any other. There only what is
finer than a line is compared, in smaller windows. Where there is doubt, what is missing of the issued print decides,
but in black and white, where all strokes break.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np

from letters.geometry import GEOMETRY, SIGNATURE_BOX, Box
from letters.pictures import Floats, Image, IssuedPage
from letters.reading.alignment import align
from letters.reading.landmarks import warp
from letters.reading.missing import WINDOW_MM as DETAIL_WINDOW_MM
from letters.reading.missing import departures
from letters.reading.ranks import median
from letters.reading.windows import PIXELS_PER_MM, blurred, detail, half_window_mean

_SOFT_BLUR: Final = 1.5
_BLURS: Final = (0.35, 0.6, 1.0, _SOFT_BLUR)
"""Pixels by which the issued page is blurred to look like the scan; the best one is taken.

The last one stands for every softer picture too: blurred further, other words would look the same.
"""
_ALIGNING_BLUR: Final = 1.0
_WINDOW_MM: Final = (4.6, 3.0)
_MIN_CONTRAST: Final = 30.0
"""Grey levels of deviation in a window that has enough print to be compared."""
_SPOT_MM2: Final = 4.0
_STEP: Final = 2
_ALONG_MM: Final = 16.0
_PARTS: Final = 32.0
"""Of a grey level, when folds are averaged."""
_SAMPLE: Final = 7
_MIN_SPREAD: Final = 5.0
_LOOKS: Final = 8
_LOOK_MM: Final = (24.0, 9.0)
"""Large enough to take in unchanged lines around a changed word, which hold it where it is."""
_LOOK_AGAIN_MM: Final = 0.8
_SURE_FALL: Final = 0.07
"""A page whose worst spot lies this little below the median is in no doubt."""
_SURE_SOFT_FALL: Final = 0.15
"""The same in soft pictures."""
_WORTH_IT: Final = 0.6
"""Median below which a page is unclear, whatever is missing on it."""
_GOOD_FALL: Final = 0.14
"""A spot that lies this little below the median needs no second look."""
_OTHER: Final = 0.5
"""Correlation of windows with other words in them."""

AREA: Final = Box(x_mm=21.0, y_mm=20.0, width_mm=174.0, height_mm=SIGNATURE_BOX.y_mm - 5.5 - 20.0)
"""Below it people sign, and signatures reach beyond their box."""
_BEYOND_MM: Final = 15.0
"""Seen of the page to the left, above and to the right of the area while it is moved: a smooth surface runs wild where
it has nothing to hold on to, which should be in the margins rather than on the words at their edge."""
_BEYOND: Final = round(_BEYOND_MM * PIXELS_PER_MM)
_SMOOTHED: Final = 4
"""Pixels around what is seen, so that smoothing meets no edge."""
_SEEN: Final = Box(
    x_mm=AREA.x_mm - _BEYOND_MM,
    y_mm=AREA.y_mm - _BEYOND_MM,
    width_mm=AREA.width_mm + 2 * _BEYOND_MM,
    height_mm=AREA.height_mm + _BEYOND_MM,
)


@dataclass(frozen=True)
class Likeness:
    """How far a scan agrees with the issued page: correlation of the median window, and of the worst spot."""

    median: float
    worst: float
    other_text_mm2: float
    """Area of print that has nothing to do with the issued one."""
    soft: bool
    """Whether the picture is soft, so that details were compared: its figures have limits of their own."""
    missing: float = 0.0
    """Of the issued print at the worst spot, against the contrast of print; only measured where there is doubt."""
    uneven: float = 0.0
    """The same of what is missing here and there, without what the row around it lacks."""
    added: float = 0.0
    """The same of what is darker than the issued page allows."""

    @property
    def fall(self) -> float:
        """How far the worst spot lies below the rest."""
        return self.median - self.worst

    @property
    def in_doubt(self) -> bool:
        """Whether the worst spot lies lower than it does on a plain page."""
        return self.fall > (_SURE_SOFT_FALL if self.soft else _SURE_FALL)


def compare(picture: Image, transform: Floats, issued_page: IssuedPage, page: int) -> Likeness:
    """Return how far a picture agrees with a page (from 1) of the issued letter."""
    whole = issued_page(page - 1, PIXELS_PER_MM, _SEEN.y_mm + _SEEN.height_mm + 1.0)
    issued = _cut(whole, AREA)
    scan = _evenly_lit(_flat(picture, transform))
    printed = _printed(issued, page)
    moved = align(scan, blurred(_cut(whole, _SEEN), _ALIGNING_BLUR), PIXELS_PER_MM, (_BEYOND, issued.shape))
    aligned = moved.astype(np.float32)
    found = _likeness(aligned, issued, page, printed)
    if not found.in_doubt or found.median < _WORTH_IT:
        return found
    return replace(found, **departures(aligned, issued, _printed(issued, page, DETAIL_WINDOW_MM))._asdict())


def _flat(picture: Image, transform: Floats) -> Image:
    """Return the page as if it had been scanned straight, without detail finer than the comparison.

    Straightening would fold such detail into it; only the part of the picture that is wanted is smoothed.
    """
    sides = _SEEN.x_mm, _SEEN.y_mm, _SEEN.x_mm + _SEEN.width_mm, _SEEN.y_mm + _SEEN.height_mm
    corners = np.array([[(x, y) for x in sides[::2] for y in sides[1::2]]], np.float64)
    seen = cv2.perspectiveTransform(corners, transform)[0]
    left, top = (max(0, int(each) - _SMOOTHED) for each in seen.min(axis=0))
    right, bottom = (max(0, int(each) + _SMOOTHED) for each in seen.max(axis=0))
    part = picture[top:bottom, left:right]
    if not part.size:
        return np.full((round(_SEEN.height_mm * PIXELS_PER_MM), round(_SEEN.width_mm * PIXELS_PER_MM)), 255, np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(part, (5, 5), 1.0), np.uint8)
    moved = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64)
    return warp(smooth, moved @ transform, _SEEN, PIXELS_PER_MM)


def _likeness(aligned: Floats, issued: Image, page: int, printed: Floats) -> Likeness:
    part = slice(aligned.shape[0] // 3 // _STEP, aligned.shape[0] // 2 // _STEP)
    rows = slice(part.start * _STEP, part.stop * _STEP)
    some, of_some = aligned[rows], _moments(aligned[rows], _WINDOW_MM)

    def agreement(blur: float) -> float:
        scores = _scores(some, blurred(issued[rows], blur), of_scan=of_some)
        return _median(scores[printed[part]])

    blur = max(_BLURS, key=agreement)
    likeness_of = blurred(issued, blur)
    aligned = _unfolded(aligned, likeness_of, printed)
    soft = blur == _SOFT_BLUR
    if soft:
        aligned, likeness_of = detail(aligned), detail(likeness_of)
        printed = _printed(issued, page, DETAIL_WINDOW_MM)
    scores = _second_look(aligned, likeness_of, printed, DETAIL_WINDOW_MM if soft else _WINDOW_MM)
    values = scores[printed]
    if not values.size:
        return Likeness(0.0, 0.0, 0.0, soft)
    spot = int(_SPOT_MM2 * PIXELS_PER_MM**2 / _STEP**2)
    worst = np.partition(values, min(spot, values.size - 1))[min(spot, values.size - 1)]
    other = float((values < _OTHER).sum()) * _STEP**2 / PIXELS_PER_MM**2
    return Likeness(_median(values), float(worst), other, soft)


def _second_look(scan: Floats, issued: Floats, printed: Floats, window_mm: tuple[float, float]) -> Floats:
    """Return the scores of the page after the worst spots were looked at again, each moved by itself.

    A spot can score badly because the paper bends more sharply there than the surface does. Other words stay other
    words wherever they are moved.
    """
    scores = _scores(scan, issued, window_mm)
    pending = np.where(printed, scores, np.float32(1.0))
    enough = _median(scores[printed]) - _GOOD_FALL
    reach = round(_LOOK_AGAIN_MM * PIXELS_PER_MM)
    half_width, half_height = (round(side * PIXELS_PER_MM / 2 / _STEP) for side in _LOOK_MM)
    rows, columns = scores.shape
    edge = -(-reach // _STEP)
    for _ in range(_LOOKS):
        lowest, _, (x, y), _ = cv2.minMaxLoc(pending)
        if lowest >= enough:
            break
        top, left = max(edge, y - half_height), max(edge, x - half_width)
        bottom, right = min(rows - edge, y + half_height), min(columns - edge, x + half_width)
        pending[max(0, y - half_height) : y + half_height, max(0, x - half_width) : x + half_width] = 1.0
        if bottom - top < half_height or right - left < half_width:
            continue
        looked_at = scores[top:bottom, left:right]
        top, left, bottom, right = (side * _STEP for side in (top, left, bottom, right))
        tile = issued[top:bottom, left:right]
        match = cv2.matchTemplate(scan[top - reach : bottom + reach, left - reach : right + reach], tile, cv2.TM_CCOEFF)
        _, _, _, (across, down) = cv2.minMaxLoc(match)
        across, down = across - reach, down - reach
        moved = scan[top + down : bottom + down, left + across : right + across]
        np.maximum(looked_at, _scores(moved, tile, window_mm), out=looked_at)
    return scores


def _unfolded(scan: Floats, issued: Floats, printed: Floats) -> Floats:
    """Return the scan without the folds that run across or down it.

    What is left when the issued page is taken away is averaged along the page: a fold is dark all along, while other
    words are darker here and lighter there.
    """
    a, b = scan[::_STEP, ::_STEP][printed], issued[::_STEP, ::_STEP][printed]
    spread = float(b.var())
    gain = float(np.mean(a * b) - a.mean() * b.mean()) / spread if spread else 1.0
    offset = float(a.mean()) - gain * float(b.mean())
    # Whole numbers are averaged faster, and a small part of a grey level is fine enough.
    weights = _PARTS, -gain * _PARTS, -offset * _PARTS
    left = cv2.addWeighted(scan, weights[0], issued, weights[1], weights[2], dtype=cv2.CV_16S)
    along = round(_ALONG_MM * PIXELS_PER_MM)
    across = cv2.boxFilter(left, -1, (along, 1))
    down = cv2.boxFilter(cv2.subtract(left, across), -1, (1, along))
    folds = cv2.add(across, down)
    return np.asarray(cv2.addWeighted(scan, 1.0, folds, -1.0 / _PARTS, 0.0, dtype=cv2.CV_32F), np.float32)


def _median(values: Floats) -> float:
    """Return about the median of many values."""
    return median(values[::_SAMPLE]) if values.size else 0.0


def _cut(page: Image, box: Box) -> Image:
    top, left = round(box.y_mm * PIXELS_PER_MM), round(box.x_mm * PIXELS_PER_MM)
    return page[top : top + round(box.height_mm * PIXELS_PER_MM), left : left + round(box.width_mm * PIXELS_PER_MM)]


def _evenly_lit(scan: Image) -> Image:
    """Return the scan with the paper at 255 everywhere."""
    small = cv2.resize(scan, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), (0, 0), 3)
    paper = np.maximum(cv2.resize(paper, (scan.shape[1], scan.shape[0]), interpolation=cv2.INTER_LINEAR), 24)
    return np.asarray(cv2.divide(scan, paper, scale=255.0), np.uint8)


def _printed(issued: Image, page: int, window_mm: tuple[float, float] = _WINDOW_MM) -> Floats:
    """Return where the issued page has print to compare, without the codes, for every second pixel."""
    data = issued.astype(np.float32)
    found = _moments(data, window_mm).variance > _MIN_CONTRAST**2
    scale = PIXELS_PER_MM / _STEP
    for code in GEOMETRY.pages[page - 1].codes:
        top, left = (code.y_mm - AREA.y_mm - 3), (code.x_mm - AREA.x_mm - 3)
        rows = slice(max(0, round(top * scale)), max(0, round((top + code.height_mm + 6) * scale)))
        found[rows, max(0, round(left * scale)) :] = False
    return np.asarray(found)


class _Moments(NamedTuple):
    """Mean and variance of the window around every second pixel of every second row."""

    mean: Floats
    variance: Floats


def _moments(data: Floats, window_mm: tuple[float, float]) -> _Moments:
    mean = half_window_mean(data, window_mm)
    return _Moments(mean, half_window_mean(data * data, window_mm) - mean * mean)


def _scores(
    scan: Floats, issued: Floats, window_mm: tuple[float, float] = _WINDOW_MM, of_scan: _Moments | None = None
) -> Floats:
    """Return the correlation of the window around every second pixel of every second row."""
    of_scan, of_issued = of_scan or _moments(scan, window_mm), _moments(issued, window_mm)
    covariance = half_window_mean(scan * issued, window_mm) - of_scan.mean * of_issued.mean
    variance = of_scan.variance * of_issued.variance
    return np.asarray(covariance / np.sqrt(np.maximum(variance, _MIN_SPREAD**4)), np.float32)
