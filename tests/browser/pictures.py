"""Takes the pictures of the portal in the documents: `python -m tests.browser.pictures`.

Runs a stack of its own and leads its demo company to a loan; writes `docs/images/portal-<page>-<width>.png`.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, async_playwright

from portal.development.signing import sign_and_scan
from stack.life import COMPANY, REPRESENTATIVE
from stack.process import ROOT
from tests.browser.finding import MISSING, browser_path
from tests.browser.local_stack import LocalStack, local_stack
from tests.browser.visitor import Visitor, visitor

IMAGES: Final = ROOT / "docs" / "images"
WIDTHS: Final = {1280: 800, 375: 700}
COLOURS: Final = 128


async def picture(person: Visitor, page: str) -> None:
    """Take the page at each width, without a mark of the focus that a person did not put there."""
    await person.page.evaluate("document.activeElement.blur()")
    await person.page.wait_for_load_state("networkidle")
    for width, height in WIDTHS.items():
        await person.page.set_viewport_size({"width": width, "height": height})
        png = await person.page.screenshot(full_page=True, animations="disabled")
        path = IMAGES / f"portal-{page}-{width}.png"
        path.write_bytes(smaller(png))
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


def smaller(png: bytes) -> bytes:
    """Return the picture with few colours: it is text on plain paper."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


async def take(person: Visitor) -> None:
    """Go the whole way, and take a picture of each page on it."""
    await person.enter(COMPANY.company_id)
    await picture(person, "home")
    await person.press("Empezar")
    await person.press("Verificar pago")
    await picture(person, "payment-choice")
    await person.press("Comprar certificado digital")
    await person.page.get_by_label("PSE").check()
    await picture(person, "purchase")
    await person.goto("/representante")
    typed = REPRESENTATIVE.model_dump(mode="json")
    await person.fill({**typed, "email": "gerencia@", "phone": ""})
    await person.press("Descargar carta")
    await person.page.locator("#resumen").wait_for()
    await picture(person, "representative")
    await person.fill(typed)
    letter = await person.download("Descargar carta")
    await person.goto("/carta")
    await picture(person, "letter")
    await person.attach(await asyncio.to_thread(sign_and_scan, letter))
    await person.page.get_by_role("heading", name="La carta quedó adjunta").wait_for()
    await picture(person, "attached")
    await person.press("Continuar")
    await person.goto("/estado")
    await picture(person, "status")


async def run(browser: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with local_stack(Path(folder) / "local") as stack, async_playwright() as playwright:
            await _visit(stack, await playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]))


async def _visit(stack: LocalStack, browser: Browser) -> None:
    async with visitor(browser, stack, device_scale_factor=1) as person:
        await take(person)
    await browser.close()


def main() -> int:
    path = browser_path()
    if path is None:
        sys.stderr.write(f"{MISSING}\n")
        return 2
    asyncio.run(run(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
