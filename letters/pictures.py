"""Pages as pictures: what is read of an uploaded file, once it has been opened elsewhere."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.uint8]
"""Rows of grey values."""
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
IssuedPage: TypeAlias = Callable[[int, float, float], Image]
"""Gives the picture of a page of the letter as it was issued, by its index, the pixels per millimetre, and how many
millimetres of it are drawn, from its top."""

LONG_SIDE_PIXELS = 2200
"""Whatever size a file claims for its page, its picture has this many pixels along the longer side."""


class Drawing(NamedTuple):
    """A page drawn at one scale."""

    picture: Image
    """Of the page's pictures alone."""
    shown: Image | None
    """As a person sees the page; None where nothing else is drawn."""


class ScannedPage(NamedTuple):
    """One page of an upload."""

    draw: Callable[[float], Drawing]
    """Draws the page at a scale; at 1 its longer side has `LONG_SIDE_PIXELS`."""
    bilevel: bool
    """In black and white alone, without grey."""
