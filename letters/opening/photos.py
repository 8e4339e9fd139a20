"""Photos as pictures, upright as the telephone held them. To be called in the child process only."""

import io
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pillow
from PIL import ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401  # before the fork

from domain.letter.examination import MOST_FILES
from domain.letter.file_kind import FileKind, begins_as_pdf, kind_of
from domain.reason import Reason
from letters.opening.upright import shrunk
from letters.pictures import Image
from letters.reasons import because, not_pdf

LONG_SIDE_PIXELS: Final = 4400
"""A photo of more is read at a smaller scale: a letter that fills half of it is still as sharp as a scan."""
_FORMATS: Final = {FileKind.JPEG: ("JPEG", "MPO"), FileKind.PNG: ("PNG",), FileKind.WEBP: ("WEBP",)}
_MOST_PIXELS: Final = {FileKind.JPEG: 220_000_000}
"""JPEG is read at a smaller scale from the start."""
_MOST_PIXELS_WHOLE: Final = 52_000_000
_WHITE: Final = (255, 255, 255)

Pillow.preinit()
Pillow.MAX_IMAGE_PIXELS = None  # our own limits are lower, and refuse rather than warn
pillow_heif.options.DECODE_THREADS = 1


def read_photos(files: Sequence[bytes]) -> list[Image] | tuple[Reason, ...]:
    """Return photos in colour, blue first, or why they can't be looked at."""
    if len(files) > MOST_FILES:
        return (because("too_many_photos", limit=MOST_FILES),)
    photos = []
    for data in files:
        if begins_as_pdf(data):  # what a reader of PDFs would open as one is two files at once
            return (because("disguised"),)
        try:
            photo = _read(data)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # decoders raise errors of every class on damaged files
            return (because("photo_unreadable"),)
        if isinstance(photo, Reason):
            return (photo,)
        photos.append(photo)
    return photos


def _read(data: bytes) -> Image | Reason:
    kind = kind_of(data)
    if kind is FileKind.HEIC:
        return _heic(data)
    return not_pdf(data) if kind not in _FORMATS else _other(data, kind)


def _heic(data: bytes) -> Image | Reason:
    # The library turns it upright itself.
    photo = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    if photo.size[0] * photo.size[1] > _MOST_PIXELS_WHOLE:
        return _too_many(photo.size)
    picture = np.asarray(photo)
    if photo.mode.startswith("RGB"):
        return shrunk(np.asarray(cv2.cvtColor(_on_white(picture), cv2.COLOR_RGB2BGR), np.uint8), LONG_SIDE_PIXELS)
    grey = picture if photo.mode == "L" else picture[..., 0]
    return shrunk(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8), LONG_SIDE_PIXELS)


def _on_white(picture: Image) -> Image:
    """Return a picture without its transparency."""
    if picture.shape[2] == 3:  # noqa: PLR2004  # red, green, blue
        return picture
    opaque = picture[..., 3:].astype(np.uint16)
    return ((picture[..., :3] * opaque + 255 * (255 - opaque)) // 255).astype(np.uint8)


def _other(data: bytes, kind: FileKind) -> Image | Reason:
    with Pillow.open(io.BytesIO(data), formats=_FORMATS[kind]) as photo:
        if photo.width * photo.height > _MOST_PIXELS.get(kind, _MOST_PIXELS_WHOLE):
            return _too_many(photo.size)
        photo.draft("RGB", (LONG_SIDE_PIXELS // 2, LONG_SIDE_PIXELS // 2))
        # Turned first: what is made of it afterwards has lost the note of which side is up.
        picture = np.asarray(_plain(ImageOps.exif_transpose(photo)))
        return shrunk(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), np.uint8), LONG_SIDE_PIXELS)


def _plain(photo: Pillow.Image) -> Pillow.Image:
    """Return a photo in eight bits a colour and without transparency."""
    if photo.mode.startswith("I"):  # sixteen bits of grey
        grey = np.asarray(photo, np.uint32) >> 8
        return Pillow.fromarray(np.minimum(grey, 255).astype(np.uint8)).convert("RGB")
    if photo.has_transparency_data:
        seen = photo.convert("RGBA")
        paper = Pillow.new("RGBA", seen.size, (*_WHITE, 255))
        return Pillow.alpha_composite(paper, seen).convert("RGB")
    return photo.convert("RGB")


def _too_many(size: tuple[int, int]) -> Reason:
    return because("too_many_pixels", found=round(size[0] * size[1] / 1_000_000))
