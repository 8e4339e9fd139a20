"""A person with a pen and a scanner, for the demonstration: the letter signed in its box, as an image-only PDF."""

import io
import math
import random
import threading
from functools import cache

import pypdfium2
from PIL import Image, ImageDraw

from letters.geometry import GEOMETRY, Box

DPI = 200
FINER = 2
MM_PER_INCH = 25.4
_PDFIUM = threading.Lock()
"""It draws for one thread at a time; more would crash the process."""


def sign_and_scan(letter: bytes, seed: int = 7, *, signed: bool = True) -> bytes:
    """Return a grey scan of the letter, a signature drawn in each box; the same seed signs and scans the same way."""
    pen = random.Random(seed)  # noqa: S311  # a pen's shake, no secret
    pages = _drawn(letter)
    for image, layout in zip(pages, GEOMETRY.pages, strict=True):
        for box in layout.signature_boxes if signed else ():
            _sign(image, box, pen)
    pages = [_scanned(image, pen) for image in pages]
    pdf = io.BytesIO()
    pages[0].save(pdf, "PDF", resolution=DPI, save_all=True, append_images=pages[1:], quality=70)
    return pdf.getvalue()


def _drawn(letter: bytes) -> list[Image.Image]:
    # Drawn larger and reduced: paper does not move each character to a whole pixel, as drawing it small would.
    with _PDFIUM, pypdfium2.PdfDocument(letter) as document:
        return [page.render(scale=FINER * DPI / 72, grayscale=True).to_pil().reduce(FINER) for page in document]


def _sign(image: Image.Image, box: Box, pen: random.Random) -> None:
    left, top, width, height = (
        value * DPI / MM_PER_INCH for value in (box.x_mm, box.y_mm, box.width_mm, box.height_mm)
    )
    draw = ImageDraw.Draw(image)
    points = []
    for step in range(140):
        t = step / 139
        x = left + width * (0.14 + 0.68 * t) + width * 0.05 * math.sin(31 * t)
        y = top + height * (0.52 - 0.2 * t) + height * 0.26 * math.sin(23 * t + 1) * (1 - 0.5 * t)
        points.append((x + pen.gauss(0, 0.5), y + pen.gauss(0, 0.5)))
    draw.line(points, fill=35, width=4, joint="curve")
    draw.line([(left + width * 0.1, top + height * 0.84), (left + width * 0.8, top + height * 0.7)], fill=45, width=3)


def _scanned(image: Image.Image, pen: random.Random) -> Image.Image:
    """Return the page as a flatbed gives it back: a little askew, not quite white, slightly soft, with some noise."""
    # Between pixels a line is drawn straight, which is what makes it soft: a filter of its own takes twice the time.
    askew = image.rotate(pen.uniform(-0.7, 0.7), resample=Image.Resampling.BILINEAR, fillcolor=250)
    grey = askew.point([int(18 + value * 0.92) for value in range(256)])
    return Image.blend(grey, _noise(grey.size), 0.04)


@cache
def _noise(size: tuple[int, int]) -> Image.Image:
    """Return the scanner's noise, the same on each sheet: making it takes a third of the time of a scan."""
    return Image.effect_noise(size, 60)
