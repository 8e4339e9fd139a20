"""Takes pictures of pages for the documents."""

import io
import sys
from typing import Final

from PIL import Image

from stack.process import ROOT
from tests.browser.visitor import Visitor

IMAGES: Final = ROOT / "docs" / "images"
HEIGHTS: Final = {1280: 800, 375: 700}
"""By width."""
COLOURS: Final = 128


async def picture(person: Visitor, name: str, *widths: int) -> None:
    """Take the page at each width, without a mark of the focus that a person did not put there."""
    await person.page.evaluate("document.activeElement.blur()")
    await person.page.wait_for_load_state("networkidle")
    for width in widths or HEIGHTS:
        await person.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        png = await person.page.screenshot(full_page=True, animations="disabled")
        path = IMAGES / f"{name}-{width}.png"
        path.write_bytes(smaller(png))
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


def smaller(png: bytes) -> bytes:
    """Return the picture with few colours: it is text on plain paper."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
