"""Buying in the browser, with the played checkout of the local stack."""

from urllib.parse import parse_qs, urlsplit

from playwright.async_api import expect

from tests.support.browser.person import Person
from tests.support.browser.waiting import until
from tests.support.world import CaseUnderTest


async def test_a_representative_buys_and_goes_on_to_the_test_set(person: Person, case: CaseUnderTest) -> None:
    page = person.page
    await person.enter(case.company_id)
    await person.press("Empezar")
    await person.press("Verificar pago")
    await person.press("Comprar certificado digital")
    await expect(page.get_by_role("row", name="IVA $47.500")).to_be_visible()
    await page.get_by_label("PSE").check()
    await person.press("Ir a pagar $297.500")
    await page.wait_for_url("**/desarrollo/pagar?*")

    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["company_id"], asked["amount_cop"], asked["method"]) == ([case.company_id], ["297500"], ["pse"])
    await person.press("Pagar ahora")
    await expect(page.get_by_role("heading", name="Tu certificado digital está pago")).to_be_visible()
    await person.press("Entendido")
    await expect(page.get_by_text("Cuando termines los seis pasos, pedimos tu certificado")).to_be_visible()
    await person.press("Continuar al paso 3")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Terminaste el paso 2")
    await until(lambda: case.mails("payment/"))


async def test_a_payment_that_billing_confirms_later_is_found_by_asking_again(
    person: Person, case: CaseUnderTest
) -> None:
    await person.enter(case.company_id, "/pago")
    await person.press("Verificar pago")
    await case.pay()
    await person.press("Verificar pago de nuevo")
    await expect(person.page.get_by_role("heading", name="Tu certificado digital está pago")).to_be_visible()


async def test_the_page_after_the_checkout_waits_for_the_confirmation_and_goes_on_by_itself(
    person: Person, case: CaseUnderTest
) -> None:
    await person.enter(case.company_id)
    await person.goto("/comprar/regreso")
    await expect(person.page.get_by_role("heading", name="Estamos confirmando tu pago")).to_be_visible()
    await case.pay()
    await person.page.wait_for_url("**/pago/resultado")


async def test_a_means_of_payment_must_be_chosen(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id, "/comprar")
    await person.press("Ir a pagar $297.500")
    await expect(person.page.locator("#resumen")).to_be_focused()
    await expect(person.page.locator("#medio-error")).to_contain_text("Elige con qué medio vas a pagar.")


async def test_who_has_paid_is_not_offered_to_pay_again(person: Person, case: CaseUnderTest) -> None:
    await case.pay()
    await person.enter(case.company_id, "/comprar")
    await expect(person.page.get_by_text("No tienes que comprar otro ahora.")).to_be_visible()
    await expect(person.page.get_by_role("button", name="Ir a pagar")).to_have_count(0)
