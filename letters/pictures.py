"""Pages as pictures: what is read of an uploaded file, once it has been opened elsewhere."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.uint8]
"""Rows of grey values."""
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
IssuedPage: TypeAlias = Callable[[int, float], Image]
"""Gives the picture of a page of the letter as it was issued, by its index and the pixels per millimetre."""


class ScannedPage(NamedTuple):
    """One page of an upload."""

    picture: Image
    bilevel: bool
    """In black and white alone, without grey."""
