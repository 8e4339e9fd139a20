"""The support desk and the billing API's page: for everybody, on a narrow telephone, under a thumb."""

import pytest
from playwright.async_api import expect

from tests.browser.inspection import problems
from tests.browser.visitor import Visitor
from tests.world import CaseUnderTest

PAGES = (
    "/soporte",
    "/soporte/casos",
    "/soporte/buscar?q=Panadería",
    "/soporte/casos/{company}",
    "/soporte/casos/{company}/pago",
    "/soporte/casos/{company}/eventos",
    "/soporte/lotes",
    "/soporte/lotes/nuevo",
)


@pytest.fixture
async def support(person: Visitor) -> Visitor:
    await person.goto("/desarrollo")
    await person.press("Entrar como soporte")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Casos abiertos")
    return person


async def test_every_page_of_the_desk_can_be_used_by_everybody(support: Visitor, case: CaseUnderTest) -> None:
    await case.with_loan()
    found = {}
    for path in PAGES:
        address = path.format(company=case.company_id)
        await support.goto(address)
        assert await support.heading() != "No encontramos esta página", address
        if wrong := await problems(support):
            found[path] = wrong
    assert found == {}


async def test_the_page_of_the_billing_api_can_be_read_by_everybody(person: Visitor) -> None:
    await person.goto("/api/docs")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Billing API")
    assert await problems(person) == []
