"""Pictures as JPEG, the way they leave the child process: as good as the limit of a document allows."""

from collections.abc import Sequence
from typing import Final

import cv2

from letters.opening.upright import shrunk
from letters.picture_pdf import PAGE_BYTES, PagePicture, page_picture
from letters.pictures import LONG_SIDE_PIXELS, Image

_STEPS: Final = ((LONG_SIDE_PIXELS, 80), (LONG_SIDE_PIXELS, 65), (LONG_SIDE_PIXELS, 50), (1760, 50), (1400, 45))
"""Pixels of the longer side and JPEG quality, from the best down to what still can be read."""


def coded(picture: Image, quality: int) -> PagePicture:
    """Return a grey or a coloured picture as JPEG."""
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return page_picture(jpeg.tobytes())


def coded_within(pictures: Sequence[Image], limit_bytes: int) -> tuple[PagePicture, ...]:
    """Return pictures whose document keeps within the limit, or nothing when they would no longer be legible."""
    for long_side, quality in _STEPS:
        pages = tuple(coded(shrunk(picture, long_side), quality) for picture in pictures)
        if sum(len(page.jpeg) + PAGE_BYTES for page in pages) <= limit_bytes:
            return pages
    return ()
