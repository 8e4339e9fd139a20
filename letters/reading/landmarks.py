"""Finding the letter on a picture: its codes, its corner markers, and where every millimetre of it lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import zxingcpp

from letters.codes import PageCode, qr_cells, read_page_code
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Box
from letters.pictures import Floats, Image

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MARKERS: Final = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
_DETECTOR: Final = cv2.aruco.ArucoDetector(_MARKERS)
_OUTLIER_PIXELS: Final = 16.0
"""Bent paper moves a corner by a millimetre or two; a wrong marker is off by much more."""
_MARKERS_PER_PAGE: Final = 4
_MIN_POINTS: Final = 4

_PATCH_PIXELS_PER_MM: Final = 14
_PATCH_MARGIN_MM: Final = 4.0
_SAME_CELLS: Final = 0.85
"""Two letters' codes agree in about two thirds of their cells, by the parts that every code has."""


@dataclass(frozen=True)
class Sighting:
    """What was found on one picture. `transform` takes millimetres on the page to pixels."""

    codes: tuple[PageCode, ...]
    transform: Floats | None
    markers: int


@dataclass(frozen=True)
class _Seen:
    """A code and its corners on the picture, clockwise from its own top left."""

    code: PageCode
    corners: Floats


def find_letter(picture: Image, expected: tuple[PageCode, ...]) -> Sighting:
    """Return what of a letter is on a grey picture; `expected` are the codes of the pages that it should be."""
    seen = _decode(picture)
    corners = _find_markers(picture)
    pairs = [*corners, *_code_points(seen)]
    transform = _transform(pairs, picture)
    codes = tuple(dict.fromkeys(item.code for item in seen))
    if not codes and transform is not None:
        codes = tuple(code for code in expected if _shows(picture, transform, code))
        if not codes:
            codes = _decode_patches(picture, transform)
    return Sighting(codes=codes, transform=transform, markers=len(corners) // _MARKERS_PER_PAGE)


def letter_height(sighting: Sighting) -> float | None:
    """Return how many pixels high the letter's page is on its picture, or None where it was not found."""
    if sighting.transform is None:
        return None
    ends = np.array([[[PAGE_WIDTH_MM / 2, 0.0]], [[PAGE_WIDTH_MM / 2, PAGE_HEIGHT_MM]]], np.float64)
    top, bottom = cv2.perspectiveTransform(ends, sighting.transform).reshape(2, 2)
    height = float(np.hypot(*(bottom - top)))
    return height if np.isfinite(height) and height > 1 else None


def warp(picture: Image, transform: Floats, box: Box, pixels_per_mm: float) -> Image:
    """Return a rectangle of the page as if it had been scanned straight."""
    to_page = np.array([[1 / pixels_per_mm, 0, box.x_mm], [0, 1 / pixels_per_mm, box.y_mm], [0, 0, 1]], np.float64)
    size = (round(box.width_mm * pixels_per_mm), round(box.height_mm * pixels_per_mm))
    flat = cv2.warpPerspective(
        picture,
        transform @ to_page,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    return np.asarray(flat, np.uint8)


def _decode(picture: Image) -> list[_Seen]:
    for number, (scale, change) in enumerate(_VERSIONS):
        found = [_Seen(code, corners / scale) for code, corners in _read(change(picture), quick=number == 0)]
        if found:
            return found
    return []


def _read(picture: Image, *, quick: bool = False) -> Iterator[tuple[PageCode, Floats]]:
    for barcode in zxingcpp.read_barcodes(picture, formats=_QR, try_invert=False, try_downscale=not quick):
        code = read_page_code(barcode.text)
        if code is not None:
            at = barcode.position
            points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            yield code, np.array([[point.x, point.y] for point in points], np.float32)


def _resized(scale: float) -> Callable[[Image], Image]:
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return lambda picture: np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def _sharpened(picture: Image) -> Image:
    return np.asarray(cv2.addWeighted(picture, 2.2, cv2.GaussianBlur(picture, (0, 0), 2.0), -1.2, 0), np.uint8)


def _equalised(picture: Image) -> Image:
    return np.asarray(cv2.createCLAHE(3, (8, 8)).apply(picture), np.uint8)


_VERSIONS: Final[tuple[tuple[float, Callable[[Image], Image]], ...]] = (
    (1.0, lambda picture: picture),
    (1.5, _resized(1.5)),
    (0.7, _resized(0.7)),
    (1.0, _sharpened),
    (1.0, _equalised),
)


def _quick_detector() -> cv2.aruco.ArucoDetector:
    """Return a detector that looks once, with the widest of the default windows, instead of three times.

    It looks at nothing smaller than the markers of a letter that fills two thirds of the picture's height.
    """
    look = cv2.aruco.DetectorParameters()
    look.adaptiveThreshWinSizeMin = look.adaptiveThreshWinSizeMax
    look.minMarkerPerimeterRate = 0.1
    return cv2.aruco.ArucoDetector(_MARKERS, look)


_QUICK: Final = _quick_detector()


def _find_markers(picture: Image) -> list[tuple[tuple[float, float], Floats]]:
    """Return pairs of a point on the page and its point on the picture, four for each marker."""
    # A quick look at half the size is enough for most pictures.
    small = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    pairs = _marker_points(_QUICK, small, 2.0)
    return pairs if len(pairs) == _MARKERS_PER_PAGE**2 else _marker_points(_DETECTOR, picture, 1.0)


def _marker_points(
    detector: cv2.aruco.ArucoDetector, picture: Image, scale: float
) -> list[tuple[tuple[float, float], Floats]]:
    found, ids, _ = detector.detectMarkers(picture)
    pairs: list[tuple[tuple[float, float], Floats]] = []
    for corners, marker_id in zip(found, [] if ids is None else ids.ravel(), strict=False):
        page, corner = divmod(int(marker_id), _MARKERS_PER_PAGE)
        if page < len(GEOMETRY.pages):
            box = GEOMETRY.pages[page].fiducials[corner]
            pairs += list(zip(box.corners_mm, corners.reshape(4, 2) * scale, strict=True))
    return pairs


def _code_points(seen: list[_Seen]) -> list[tuple[tuple[float, float], Floats]]:
    """Return the corners of the codes that were read, when it is clear which one of the page's codes each is."""
    pairs: list[tuple[tuple[float, float], Floats]] = []
    for item in seen:
        page = item.code.page - 1
        if page >= len(GEOMETRY.pages):
            continue
        boxes = GEOMETRY.pages[page].codes
        others = [other for other in seen if other is not item and other.code == item.code]
        if len(others) != 1:
            continue
        # The codes look alike; the one whose own "down" points to the other is the upper one.
        down = item.corners[3] - item.corners[0]
        away = others[0].corners.mean(axis=0) - item.corners.mean(axis=0)
        box = boxes[0] if float(down @ away) > 0 else boxes[1]
        pairs += list(zip(box.corners_mm, item.corners, strict=True))
    return pairs


def _transform(pairs: list[tuple[tuple[float, float], Floats]], picture: Image) -> Floats | None:
    if len(pairs) < _MIN_POINTS:
        return None
    on_page = np.array([pair[0] for pair in pairs], np.float32)
    on_picture = np.array([pair[1] for pair in pairs], np.float32)
    tolerance = _OUTLIER_PIXELS * max(picture.shape) / 2200
    matrix, _ = cv2.findHomography(on_page, on_picture, cv2.RANSAC, tolerance)
    return None if matrix is None or not np.isfinite(matrix).all() else np.asarray(matrix, np.float64)


def _patches(picture: Image, transform: Floats) -> Iterator[Image]:
    margin = _PATCH_MARGIN_MM
    for box in GEOMETRY.pages[0].codes:
        around = Box(
            x_mm=box.x_mm - margin,
            y_mm=box.y_mm - margin,
            width_mm=box.width_mm + 2 * margin,
            height_mm=box.height_mm + 2 * margin,
        )
        yield warp(picture, transform, around, _PATCH_PIXELS_PER_MM)


def _shows(picture: Image, transform: Floats, code: PageCode) -> bool:
    """Tell whether a picture shows a code where it should stand, cell by cell, even if it can't be decoded."""
    cells = np.array(qr_cells(code), np.float32)
    return any(_agreement(patch, cells) >= _SAME_CELLS for patch in _patches(picture, transform))


def _agreement(patch: Image, cells: Floats) -> float:
    count = cells.shape[0]
    side = (patch.shape[0] / _PATCH_PIXELS_PER_MM - 2 * _PATCH_MARGIN_MM) * _PATCH_PIXELS_PER_MM / count
    smooth = cv2.GaussianBlur(patch, (0, 0), side / 4).astype(np.float32)
    light = cv2.GaussianBlur(cv2.morphologyEx(patch, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8)), (0, 0), 20)
    grey = smooth / np.maximum(light.astype(np.float32), 20)
    start = _PATCH_MARGIN_MM * _PATCH_PIXELS_PER_MM
    best = 0.0
    for down in (-0.4, 0.0, 0.4):
        for across in (-0.4, 0.0, 0.4):
            rows = ((np.arange(count) + 0.5 + down) * side + start).astype(int)
            columns = ((np.arange(count) + 0.5 + across) * side + start).astype(int)
            sampled = grey[np.ix_(rows, columns)]
            dark = sampled < (sampled.min() + sampled.max()) / 2
            best = max(best, float((dark == (cells > 0)).mean()))
    return best


def _decode_patches(picture: Image, transform: Floats) -> tuple[PageCode, ...]:
    for patch in _patches(picture, transform):
        for smoothing in (0.0, 3.0):
            version = cv2.GaussianBlur(patch, (0, 0), smoothing) if smoothing else patch
            found = tuple(code for code, _ in _read(np.asarray(version, np.uint8)))
            if found:
                return found
    return ()
