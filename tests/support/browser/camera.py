"""Takes pictures of pages for the documents."""

import io
import sys
from typing import Final

import numpy as np
from PIL import Image

from stack.process import ROOT
from tests.support.browser.person import Person

IMAGES: Final = ROOT / "docs" / "images"
HEIGHTS: Final = {1280: 800, 375: 700}
"""By width."""
COLOURS: Final = 256


async def picture(person: Person, name: str, *widths: int) -> None:
    """Take the page at each width, without a mark of the focus that a person did not put there."""
    await person.page.evaluate("document.activeElement?.blur()")
    await person.page.wait_for_load_state("networkidle")
    for width in widths or HEIGHTS:
        await person.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        png = await person.page.screenshot(full_page=True, animations="disabled")
        path = IMAGES / f"{name}-{width}.png"
        path.write_bytes(smaller(png))
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


def smaller(png: bytes) -> bytes:
    """Return the picture with few colours: it is text on plain paper.

    Those that cover most stay as they are, so that no small spot turns grey for the sake of the edges of letters.
    """
    with Image.open(io.BytesIO(png)) as shot:
        pixels = np.asarray(shot.convert("RGB"))
    colours, where, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:COLOURS]]
    # Pillow's own way to a given palette is not exact: white would become nearly white.
    nearest = np.square(colours[:, None].astype(int) - kept[None]).sum(axis=2).argmin(axis=1)
    few = Image.fromarray(nearest[where].astype("uint8").reshape(pixels.shape[:2]))
    few.putpalette(kept.tobytes())
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
