"""The whole way to a loan in the browser, and what may be done with the letter afterwards."""

import asyncio
import re

from playwright.async_api import expect

from portal.development.signing import sign_and_scan
from stack.life import COMPANY
from tests.support.browser.person import Person
from tests.support.browser.waiting import until
from tests.support.builders import REPRESENTATIVE
from tests.support.world import CaseUnderTest

DAY = r"\d{1,2} de [a-z]+ de 20\d\d"


async def signed(letter: bytes, seed: int = 7) -> bytes:
    return await asyncio.to_thread(sign_and_scan, letter, seed)


async def dates(person: Person) -> list[str]:
    shown = person.page.locator(".dates dd")
    await expect(shown).not_to_have_count(0)
    return await shown.all_inner_texts()


async def test_a_representative_goes_from_the_printed_link_to_the_test_set_with_a_loan(person: Person) -> None:
    page = person.page
    await page.goto(person.stack.demo_link)
    await person.press("Activar mi certificado digital")
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Habilitación electrónica – Facturación electrónica"
    )
    await expect(page.locator(".tasks > li").first).to_contain_text("Perfil de la organización Listo")
    await person.press("Empezar")
    await person.press("Verificar pago")
    await expect(page.get_by_text("$297.500")).to_be_visible()
    await person.press("Pedir el préstamo")
    await person.fill_and_authorize(REPRESENTATIVE)
    letter = await person.download("Descargar carta")
    assert letter.startswith(b"%PDF-")
    await expect(page.get_by_role("button", name="Continuar", exact=True)).to_be_disabled()

    await person.attach(await signed(letter))
    await expect(page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
    assert all(re.fullmatch(DAY, each) for each in await dates(person))
    await expect(page.get_by_text("Esta actualización no renueva el préstamo.")).to_be_visible()
    await person.press("Continuar")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Terminaste el paso 2")
    await expect(page.locator("main").get_by_text("paso 3 de 6: Realiza tu set de pruebas")).to_be_visible()
    demo = CaseUnderTest(person.stack.world, COMPANY.company_id)
    # The first mail to each address goes to it alone.
    await until(lambda: any(REPRESENTATIVE["email"] in str(mail["To"]) for mail in demo.mails("loan/started")), 180)


async def test_another_letter_keeps_the_dates(person: Person, case: CaseUnderTest) -> None:
    await case.with_loan()
    await person.enter(case.company_id, "/carta")
    before = await dates(person)
    await person.page.get_by_text("Adjuntar otra carta").click()
    async with person.page.expect_navigation():
        await person.attach(await case.signed(seed=8))
    await expect(person.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()

    versions = (await case.status())["letter"]["versions"]
    assert [each["verdict"] for each in versions] == ["accepted", "accepted"]
    assert len(before) == 3
    assert await dates(person) == before


async def test_a_letter_deleted_after_a_question_takes_continuar_away_and_leaves_the_dates(
    person: Person, case: CaseUnderTest
) -> None:
    await case.with_loan()
    await person.enter(case.company_id, "/carta")
    before = await dates(person)
    await person.press("Eliminar")
    await expect(person.page.get_by_role("heading", name="¿Eliminar la carta adjunta?")).to_be_visible()
    await person.press("Cancelar")
    await expect(person.page.get_by_role("button", name="Continuar", exact=True)).to_be_enabled()
    await person.press("Eliminar")
    await person.press("Eliminar")

    await expect(person.page.get_by_role("button", name="Continuar", exact=True)).to_be_disabled()
    await person.goto("/estado")
    assert await dates(person) == before
