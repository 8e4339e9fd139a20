"""Takes the pictures of the portal in the documents: `python -m tests.support.browser.pictures`.

Runs a stack of its own, leads its demo company to a loan, and then looks at a dozen others from the desk; writes
`docs/images/portal-<page>-<width>.png` and `docs/images/desk-<page>-<width>.png`.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from portal.development.signing import sign_and_scan
from stack.life import COMPANY, REPRESENTATIVE
from tests.support.browser.camera import picture
from tests.support.browser.desk_pictures import take_desk
from tests.support.browser.finding import MISSING, browser_path
from tests.support.browser.local_stack import LocalStack, local_stack
from tests.support.browser.person import Person, a_person


async def take(person: Person) -> None:
    """Go the whole way, and take a picture of each page on it."""
    await person.enter(COMPANY.company_id)
    await picture(person, "portal-home")
    await person.press("Empezar")
    await person.press("Verificar pago")
    await picture(person, "portal-payment-choice")
    await person.press("Comprar certificado digital")
    await person.page.get_by_label("PSE").check()
    await picture(person, "portal-purchase")
    await person.goto("/representante")
    typed = REPRESENTATIVE.model_dump(mode="json")
    await person.fill({**typed, "email": "gerencia@", "phone": ""})
    await person.press("Descargar carta")
    await person.page.locator("#resumen").wait_for()
    await picture(person, "portal-representative")
    await person.fill_and_authorize(typed)
    letter = await person.download("Descargar carta")
    await person.goto("/carta")
    await picture(person, "portal-letter")
    await person.attach(await asyncio.to_thread(sign_and_scan, letter))
    await person.page.get_by_role("heading", name="La carta quedó adjunta").wait_for()
    await picture(person, "portal-attached")
    await person.press("Continuar")
    await person.goto("/estado")
    await picture(person, "portal-status")


async def run(browser: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with local_stack(Path(folder) / "local") as stack, async_playwright() as playwright:
            await _visit(stack, await playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]))


async def _visit(stack: LocalStack, browser: Browser) -> None:
    async with a_person(browser, stack, device_scale_factor=1) as person:
        await take(person)
    async with a_person(browser, stack, device_scale_factor=1) as support:
        await take_desk(support)
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
