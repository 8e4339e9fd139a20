"""What kind of file an upload is, by its first bytes: its name and what the browser says of it prove nothing."""

from enum import StrEnum
from typing import Final

HEADER_WITHIN_BYTES: Final = 1024
"""Mail systems and downloads leave something before the header of a PDF, and viewers look past it."""
_PDF: Final = b"%PDF-"
_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)

_STRANGERS: Final = (
    ((b"II*\0", b"MM\0*"), "una imagen TIFF"),
    ((b"GIF8",), "una imagen GIF"),
    ((b"BM",), "una imagen BMP"),
    ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), "un documento de Word o un archivo comprimido"),
    ((b"Rar!", b"7z\xbc\xaf"), "un archivo comprimido"),
    ((b"{\\rtf",), "un documento de Word"),
)
_VIDEO_BRANDS: Final = (b"qt  ", b"isom", b"iso2", b"mp4", b"3gp", b"M4V")


class FileKind(StrEnum):
    """The kinds that are taken; the value is the media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    WEBP = "image/webp"

    @property
    def is_picture(self) -> bool:
        """Whether it is a photo, to be made into a PDF."""
        return self is not FileKind.PDF


def kind_of(data: bytes) -> FileKind | None:
    """Return the kind of a file, or None of one that is not taken; the first kilobyte is enough."""
    if data.startswith(_JPEG):
        return FileKind.JPEG
    if data.startswith(_PNG):
        return FileKind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return FileKind.HEIC
    return FileKind.PDF if begins_as_pdf(data) else None


def begins_as_pdf(data: bytes) -> bool:
    """Tell whether a viewer would open a file as a PDF, whatever else it is."""
    return data.find(_PDF, 0, HEADER_WITHIN_BYTES) >= 0


def stranger(data: bytes) -> str | None:
    """Return the Spanish name of a kind that people send and that is not taken; None of any other."""
    if data[4:8] == b"ftyp":
        return "un video" if data[8:12].startswith(_VIDEO_BRANDS) else None
    return next((name for marks, name in _STRANGERS if data.startswith(marks)), None)
