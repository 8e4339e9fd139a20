"""Without a mouse: the skip link, the form, the upload."""

from playwright.async_api import Locator, expect

from tests.support.browser.person import Person
from tests.support.builders import REPRESENTATIVE
from tests.support.world import CaseUnderTest

FARTHEST = 25


async def tab_to(person: Person, wanted: Locator) -> None:
    """Press Tab until something has the focus, and see that it shows it."""
    for _ in range(FARTHEST):
        await person.page.keyboard.press("Tab")
        if await wanted.evaluate("(each) => each === document.activeElement"):
            assert await wanted.evaluate("(each) => getComputedStyle(each).outlineStyle") != "none"
            return
    raise AssertionError(f"{wanted} is not within {FARTHEST} presses of Tab")


async def test_the_skip_link_leads_past_the_header(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id, "/pago")
    await person.page.keyboard.press("Tab")
    skip = person.page.get_by_role("link", name="Ir al contenido")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await person.page.keyboard.press("Enter")
    await expect(person.page.locator("main")).to_be_focused()
    await person.page.keyboard.press("Tab")
    assert await person.page.evaluate("document.querySelector('main').contains(document.activeElement)")


async def test_the_form_and_the_upload_need_the_keyboard_only(person: Person, case: CaseUnderTest) -> None:
    page = person.page
    page.on("filechooser", lambda _: None)  # from here on no dialog opens, which takes the browser a moment to know
    await person.enter(case.company_id, "/representante")
    for field, value in REPRESENTATIVE.items():
        await tab_to(person, page.locator(f"#{field}"))
        # A list chooses the line that begins with what is typed.
        await page.keyboard.type("Cédula de ciu" if field == "document_type" else value)
    await tab_to(person, page.locator("#consent"))
    await page.keyboard.press("Space")
    await tab_to(person, page.get_by_role("button", name="Descargar carta"))
    async with page.expect_download():
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Firma la carta y adjúntala")

    await tab_to(person, page.locator("#documento"))
    await expect(page.locator(".picker").first).to_have_css("outline-style", "solid")  # the field itself can't be seen
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Enter")
    signed = {"name": "carta.pdf", "mimeType": "application/pdf", "buffer": await case.signed()}
    await (await choosing.value).set_files(signed)
    await tab_to(person, page.get_by_role("button", name="Adjuntar documento"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
    await tab_to(person, page.get_by_role("button", name="Continuar", exact=True))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Terminaste el paso 2")


async def test_a_means_of_payment_is_chosen_with_the_arrows(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id, "/comprar")
    await tab_to(person, person.page.get_by_label("PSE"))
    await person.page.keyboard.press("ArrowDown")
    await expect(person.page.get_by_label("Tarjeta de crédito")).to_be_checked()
    await person.page.keyboard.press("Enter")
    await expect(person.page.get_by_role("heading", name="Pagar $297.500")).to_be_visible()
