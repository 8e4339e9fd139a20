"""The letter's page under comparison: its scale, and what small windows on it hold."""

from typing import Final

import cv2
import numpy as np

from letters.pictures import Floats, Image

PIXELS_PER_MM: Final = 5.0
_DETAIL: Final = 4.0
"""Pixels, about a quarter of the height of a line of print."""


def detail(picture: Floats) -> Floats:
    """Return a picture without what is coarser than letters, which all lines of print have in common."""
    return np.asarray(picture - cv2.GaussianBlur(picture, (0, 0), _DETAIL), np.float32)


def blurred(picture: Image, pixels: float) -> Floats:
    """Return a picture as softer optics see it."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.float32)


def halved(picture: Floats) -> Floats:
    """Return the means of two by two pixels: sums over windows need no more of them."""
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)


def half_window_mean(data: Floats, window_mm: tuple[float, float]) -> Floats:
    """Return the mean of the window around every second pixel of every second row."""
    return np.asarray(cv2.boxFilter(halved(data), -1, tuple(round(side * PIXELS_PER_MM / 2) for side in window_mm)))
