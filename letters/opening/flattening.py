"""What people are shown of an upload: grey pictures of its pages, with nothing of the file itself."""

from typing import Final

import pypdfium2

from letters.opening.coding import coded
from letters.opening.raster import shown_page
from letters.picture_pdf import PagePicture

_QUALITY: Final = 60


def flatten(data: bytes) -> tuple[PagePicture, ...]:
    """Return one grey JPEG per page of a file that has passed the gate."""
    with pypdfium2.PdfDocument(data) as document:
        return tuple(coded(shown_page(document, index), _QUALITY) for index in range(len(document)))
