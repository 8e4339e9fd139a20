"""What a person sees and may do while no worker runs."""

import asyncio
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from playwright.async_api import expect

from portal.web.rendering import moment
from tests.support.browser.inspection import problems
from tests.support.browser.person import PATIENCE_MS, Opening, Person
from tests.support.builders import REPRESENTATIVE
from tests.support.world import CaseUnderTest

SOON_SECONDS = 3.5
"""An answer is promised within two seconds."""
TRIED_FOR_SECONDS = 60
"""On a busy machine one of many is in time; where nobody keeps the promise none is."""


async def seconds_until_shown(person: Person, path: str) -> float:
    asked_at = time.monotonic()
    await person.goto(path)
    return time.monotonic() - asked_at


async def test_the_status_page_says_so_soon_shows_what_is_known_and_comes_back_by_itself(
    person: Person, opened: Opening, case: CaseUnderTest
) -> None:
    await case.with_loan()
    await person.enter(case.company_id, "/estado")
    last_day = await person.page.locator(".dates dd").nth(1).inner_text()
    async with opened(java_script_enabled=False) as plain, person.stack.without_worker():
        await plain.context.add_cookies(await person.context.cookies())
        await plain.goto("/estado")
        async with asyncio.timeout(TRIED_FOR_SECONDS):
            while await seconds_until_shown(person, "/estado") >= SOON_SECONDS:
                pass  # the machine was busy
        for window in (person, plain):
            await expect(window.page.get_by_role("heading", level=1)).to_have_text("Un momento, por favor")
        await expect(person.page.get_by_text("Tu empresa firma con el certificado en préstamo.")).to_be_visible()
        await expect(person.page.locator(".dates dd")).to_have_text([last_day])
        assert await problems(person) == []

        await person.stack.start_worker()
        await expect(person.page.get_by_role("heading", level=1)).to_have_text("Estado de tu activación")
        await expect(person.page.locator(".whose").get_by_text("NIT 900373115-3")).to_be_visible()
        await plain.page.get_by_role("link", name="Actualizar").click()
        await expect(plain.page.get_by_role("heading", level=1)).to_have_text("Estado de tu activación")


async def test_a_letter_and_data_sent_meanwhile_are_kept_and_a_letter_is_dated_by_its_receipt(
    person: Person, opened: Opening, case: CaseUnderTest
) -> None:
    await case.with_letter()
    await person.enter(case.company_id, "/carta")
    pdf = await case.signed()
    newcomer = await person.stack.world.start()
    async with opened() as other:
        await other.enter(newcomer.company_id, "/representante")
        await other.fill_and_authorize(REPRESENTATIVE)
        async with person.stack.without_worker():
            await person.attach(pdf)
            await other.press("Descargar carta")
            for window in (person, other):
                await expect(window.page.get_by_text("Esta página se actualiza sola", exact=False)).to_be_visible()
            assert urlsplit(other.page.url).path == "/carta/espera"
            assert await problems(other) == []
            back_at = datetime.now(UTC)
            async with other.page.expect_download(timeout=2 * PATIENCE_MS) as coming:
                await person.stack.start_worker()
            assert (await coming.value).suggested_filename == "carta-de-autorizacion.pdf"
        await expect(other.page.get_by_role("heading", level=1)).to_have_text("Firma la carta y adjúntala")
    await expect(person.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
    received = datetime.fromisoformat((await case.status())["letter"]["versions"][0]["received_at"])
    assert received < back_at
    await expect(person.page.get_by_text(f"Recibida el {moment(received)}")).to_be_visible()
