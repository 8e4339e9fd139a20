"""Bare photos of a letter, as telephones write them, and files that only look like photos."""

import dataclasses
import functools
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image as Pillow

from tests.support.letters.scans import CONTENTS, Capture, capture, sheet

pillow_heif.register_heif_opener()

TELEPHONE = Capture(
    dpi=(250, 300), skew_degrees=5, perspective=0.05, shadow=0.4, blur=(0.5, 1.2), noise=5, grey=False, wave_mm=0.6
)
"""Eight to twelve million pixels, the sheet on a table."""
ORIENTATION = 0x0112
SIDEWAYS = 6
"""To be turned right by a quarter before it is shown."""


@functools.lru_cache(8)
def photo(pdf: bytes, content: str = "pen", seed: int = 7, how: Capture = TELEPHONE) -> Pillow.Image:
    """Return what a telephone's camera sees of the printed letter, turned in any of four ways."""
    rng = np.random.default_rng([seed, list(CONTENTS).index(content), 99])
    paper = sheet(pdf)
    CONTENTS[content](paper, rng)
    return Pillow.fromarray(np.ascontiguousarray(capture(paper, how, rng)[:, :, ::-1]))


def from_afar(pdf: bytes, content: str, seed: int) -> Pillow.Image:
    """Return a photo of the whole table, on which the sheet takes a third."""
    rng = np.random.default_rng([seed, 7])
    near = photo(pdf, content, seed, dataclasses.replace(TELEPHONE, dpi=(140, 160)))
    table = rng.integers(60, 120, (3000, 4000, 3)).astype(np.uint8)
    left, top = rng.integers(0, 4000 - near.width), rng.integers(0, 3000 - near.height)
    table[top : top + near.height, left : left + near.width] = np.asarray(near)
    return Pillow.fromarray(table)


def upright(picture: Pillow.Image) -> Pillow.Image:
    """Return a picture that is taller than wide."""
    return picture if picture.height > picture.width else picture.rotate(90, expand=True)


def signed(pdf: bytes, seed: int = 7) -> np.ndarray:
    """Return the printed letter, signed by hand."""
    paper = sheet(pdf)
    CONTENTS["pen"](paper, np.random.default_rng(seed))
    return paper


def written(picture: Pillow.Image, form: str, **options: object) -> bytes:
    """Return a picture as a file of a form that Pillow names, such as HEIF."""
    out = io.BytesIO()
    quickly = {"HEIF": {"enc_params": {"preset": "ultrafast"}}, "WEBP": {"method": 0}, "PNG": {"compress_level": 1}}
    picture.save(out, form, **{"quality": 88, **quickly.get(form, {}), **options})
    return out.getvalue()


def held_sideways(picture: Pillow.Image, form: str) -> bytes:
    """Return a picture as cameras store one that is held sideways: turned, with a note of which side is up."""
    exif = Pillow.Exif()
    exif[ORIENTATION] = SIDEWAYS
    return written(picture.rotate(90, expand=True), form, exif=exif.tobytes())


def _png_bomb() -> bytes:
    """Return a PNG of a billion pixels in a megabyte."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    side = 32_000
    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(side + 1)) for _ in range(side)]
    header = struct.pack("!IIBBBBB", side, side, 8, 0, 0, 0, 0)
    data = b"".join((*rows, packer.flush()))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _flat(form: str, width: int, height: int) -> Callable[[], bytes]:
    return lambda: written(Pillow.new("L", (width, height), 200).convert("RGB"), form, quality=1)


def _png_of_texts() -> bytes:
    """Return a small PNG whose comment unpacks to more memory than there is."""
    plain = written(Pillow.new("L", (8, 8)), "PNG")
    text = b"Comment\0\0" + zlib.compress(bytes(1 << 30), 9)
    chunk = struct.pack("!I", len(text)) + b"zTXt" + text + struct.pack("!I", zlib.crc32(b"zTXt" + text))
    return plain[:33] + chunk + plain[33:]


BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG": _png_bomb,
    "PNG of texts": _png_of_texts,
    "HEIC": _flat("HEIF", 8000, 6800),
    "WebP": _flat("WEBP", 8000, 6800),
    "JPEG": _flat("JPEG", 32_000, 16_000),
}
"""Small files that unpack to more than a child may use."""
