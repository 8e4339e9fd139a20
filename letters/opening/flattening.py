"""What people are shown of an upload: grey pictures of its pages in a new PDF, with nothing of the file itself."""

from typing import Final

import pypdfium2

from letters.opening.picture_file import coded, picture_file
from letters.opening.raster import shown_page

_QUALITY: Final = 60


def flatten(data: bytes) -> bytes:
    """Return a PDF of one grey JPEG per page of a file that has passed the gate."""
    with pypdfium2.PdfDocument(data) as document:
        return picture_file([coded(shown_page(document, index), _QUALITY) for index in range(len(document))])
