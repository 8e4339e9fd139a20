"""Where everything stands on the letter, in millimetres from the top left corner of the page.

The renderer draws by these numbers and the reader looks by them; there is no second copy.
The paper is the letter size that Colombia prints on ("carta").
"""

from typing import Final

from pydantic import BaseModel, ConfigDict

PAGE_WIDTH_MM: Final = 215.9
PAGE_HEIGHT_MM: Final = 279.4

FIDUCIAL_MM: Final = 11.0
FIDUCIAL_MARGIN_MM: Final = 9.0
CODE_MM: Final = 28.0
CODE_MARGIN_MM: Final = 24.0
"""Feeders cut a few millimetres off the sides; a code this far in survives."""
TEXT_MARGIN_MM: Final = 24.0


class Box(BaseModel):
    """A rectangle on the page."""

    model_config = ConfigDict(frozen=True)

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def corners_mm(self) -> tuple[tuple[float, float], ...]:
        """The corners, clockwise from the top left."""
        right, bottom = self.x_mm + self.width_mm, self.y_mm + self.height_mm
        return ((self.x_mm, self.y_mm), (right, self.y_mm), (right, bottom), (self.x_mm, bottom))


class PageLayout(BaseModel):
    """What the reader finds its way by on one page. Fiducials stand clockwise from the top left."""

    model_config = ConfigDict(frozen=True)

    signature_boxes: tuple[Box, ...]
    codes: tuple[Box, ...]
    fiducials: tuple[Box, ...]


class PageSize(BaseModel):
    """The size of every page."""

    width_mm: float = PAGE_WIDTH_MM
    height_mm: float = PAGE_HEIGHT_MM


class Geometry(BaseModel):
    """The whole letter."""

    page: PageSize
    pages: tuple[PageLayout, ...]


def _square(x_mm: float, y_mm: float, side_mm: float) -> Box:
    return Box(x_mm=x_mm, y_mm=y_mm, width_mm=side_mm, height_mm=side_mm)


_RIGHT: Final = PAGE_WIDTH_MM - FIDUCIAL_MARGIN_MM - FIDUCIAL_MM
_BOTTOM: Final = PAGE_HEIGHT_MM - FIDUCIAL_MARGIN_MM - FIDUCIAL_MM
_FIDUCIALS: Final = (
    _square(FIDUCIAL_MARGIN_MM, FIDUCIAL_MARGIN_MM, FIDUCIAL_MM),
    _square(_RIGHT, FIDUCIAL_MARGIN_MM, FIDUCIAL_MM),
    _square(_RIGHT, _BOTTOM, FIDUCIAL_MM),
    _square(FIDUCIAL_MARGIN_MM, _BOTTOM, FIDUCIAL_MM),
)
_CODE_X: Final = PAGE_WIDTH_MM - CODE_MARGIN_MM - CODE_MM
_CODES: Final = (
    _square(_CODE_X, 22.5, CODE_MM),
    _square(_CODE_X, 228.9, CODE_MM),
)

FRAME_LINE_MM: Final = 0.8 * 25.4 / 72
FRAME_DARKNESS: Final = 0.75
"""The line around the signature box: by its width and darkness the reader measures those of strokes in the box."""
SIGNATURE_BOX: Final = Box(x_mm=TEXT_MARGIN_MM, y_mm=210.0, width_mm=95.0, height_mm=30.0)

GEOMETRY: Final = Geometry(
    page=PageSize(),
    pages=(PageLayout(signature_boxes=(SIGNATURE_BOX,), codes=_CODES, fiducials=_FIDUCIALS),),
)


def fiducial_id(page: int, corner: int) -> int:
    """Return the marker's id of a corner (0-3, clockwise from the top left) of a page (from 0)."""
    return 4 * page + corner
