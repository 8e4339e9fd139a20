"""The representative's form: what it says about each field, and what it keeps."""

import pytest
from playwright.async_api import expect

from tests.support.browser.person import Person
from tests.support.builders import REPRESENTATIVE
from tests.support.world import CaseUnderTest

MISSING = {
    "full_name": "Escribe los nombres y apellidos del representante legal.",
    "document_type": "Elige el tipo de documento.",
    "document_number": "Escribe el número del documento.",
    "document_city": "Escribe la ciudad donde se expidió el documento.",
    "role": "Escribe el cargo, por ejemplo «Gerente».",
    "email": "Escribe el correo electrónico.",
    "phone": "Escribe el teléfono.",
    "consent": "Marca la casilla para autorizar el tratamiento de los datos. Sin la autorización no guardamos nada.",
}
WRONG = {
    "full_name": (
        "Мария Иванова",
        (
            "Tiene un carácter que no se puede usar: «М» (U+041C), en la posición 1. "
            "Bórralo o escríbelo con letras latinas."
        ),
    ),
    "document_number": (
        "5",
        "Escribe solo el número del documento: de 2 a 20 letras y números, sin palabras ni signos.",
    ),
    "document_city": ("x" * 61, "Es demasiado largo: acórtalo a 60 caracteres."),
    "role": ("y" * 101, "Es demasiado largo: acórtalo a 100 caracteres."),
    "email": ("maria@", "Escribe un correo completo, como ana@ejemplo.com."),
    "phone": ("12", "Tiene menos de 7 dígitos. Escribe el teléfono completo."),
}


@pytest.fixture
async def form(person: Person, case: CaseUnderTest) -> Person:
    await person.enter(case.company_id, "/representante")
    return person


async def said_at(form: Person, field: str) -> str:
    """Return the message that belongs to a field, for the eye and for a screen reader alike."""
    at = form.page.locator(f"#{field}")
    await expect(at).to_have_attribute("aria-invalid", "true")
    described = await at.get_attribute("aria-describedby")
    assert described is not None
    said = await form.page.locator(f"#{described.split()[-1]}").text_content() or ""
    assert said.startswith("Error: ")
    return said.removeprefix("Error: ")


async def test_every_field_that_is_missing_is_named_at_the_field_and_in_the_summary(form: Person) -> None:
    await form.press("Descargar carta")
    await expect(form.page.get_by_role("heading", name="Hay 8 datos por corregir")).to_be_visible()
    assert {field: await said_at(form, field) for field in MISSING} == MISSING
    links = form.page.locator("#resumen a")
    assert [await each.get_attribute("href") for each in await links.all()] == [f"#{field}" for field in MISSING]


async def test_one_missing_field_is_named_alone(form: Person) -> None:
    await form.fill_and_authorize(REPRESENTATIVE | {"role": "   "})
    await form.press("Descargar carta")
    await expect(form.page.get_by_role("heading", name="Hay un dato por corregir")).to_be_visible()
    await expect(form.page.locator(".error")).to_have_count(1)
    assert await said_at(form, "role") == MISSING["role"]


async def test_every_field_that_is_wrong_says_what_to_do_and_keeps_what_was_typed(form: Person) -> None:
    typed = {field: value for field, (value, _) in WRONG.items()}
    await form.fill_and_authorize(REPRESENTATIVE | typed)
    await form.press("Descargar carta")
    await expect(form.page.locator(".error")).to_have_count(len(WRONG))
    assert {field: await said_at(form, field) for field in WRONG} == {field: text for field, (_, text) in WRONG.items()}
    for field, value in {**typed, "document_type": "CC"}.items():
        await expect(form.page.locator(f"#{field}")).to_have_value(value)


async def test_the_summary_takes_the_focus_leads_to_the_field_and_the_title_says_error(form: Person) -> None:
    await form.press("Descargar carta")
    await expect(form.page.locator("#resumen")).to_be_focused()
    assert (await form.page.title()).startswith("Error: ")
    await form.page.get_by_role("link", name="Teléfono: Escribe el teléfono.").click()
    await expect(form.page.locator("#phone")).to_be_focused()


async def test_what_was_stored_is_filled_in_again(form: Person, case: CaseUnderTest) -> None:
    await case.with_letter()
    await form.goto("/representante")
    for field, value in REPRESENTATIVE.items():
        await expect(form.page.locator(f"#{field}")).to_have_value(value)


async def test_an_unusual_number_is_asked_about_and_not_refused(form: Person) -> None:
    await form.fill_and_authorize(REPRESENTATIVE | {"document_number": "AB12"})
    assert (await form.download("Descargar carta")).startswith(b"%PDF-")
    await expect(form.page.get_by_text("El número no se parece a los de una cédula de ciudadanía.")).to_be_visible()
