"""Coming to the desk, and finding a company there as support does."""

import asyncio
import re

from playwright.async_api import expect

from portal.auth.roles import Role
from tests.support.browser.person import Person
from tests.support.world import CaseUnderTest

SENT = "Enviado."
INDEXED_WITHIN_SECONDS = 90
"""The desk reads new names at most every 20 seconds; the rest is for a busy machine."""


async def enter_desk(person: Person, role: Role = Role.SUPPORT, name: str = "Entrar como soporte") -> None:
    """Come in from the played lender, whose page offers one of the roles of its staff, and two people in it."""
    await person.goto("/desarrollo")
    await person.page.locator("input[name=rol]").evaluate("(each, role) => { each.value = role }", role.value)
    await person.press(name)
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Casos abiertos")


async def confirm(person: Person, case: CaseUnderTest, outcome: str) -> None:
    """Confirm a message and see its outcome; where the busy case did not answer in time, see the case itself."""
    await person.press("Confirmar")
    said = person.page.get_by_role("status").or_(person.page.get_by_role("alert"))
    told = said.filter(has_text=re.compile(f"{outcome}|{SENT}"))
    await expect(told).to_be_visible()
    if SENT in await told.inner_text():
        await case.settle()
        await person.goto(f"/soporte/casos/{case.company_id}")


async def find_by_name(person: Person, typed: str, name: str) -> None:
    """Search, again until the name is indexed, and open the company's case."""
    found = person.page.get_by_role("link", name=name, exact=True)
    async with asyncio.timeout(INDEXED_WITHIN_SECONDS):
        while not await found.count():
            await person.page.get_by_label("Buscar por empresa, NIT o identificador").fill(typed)
            await person.press("Buscar")
            await expect(person.page.get_by_role("heading", level=1)).to_have_text(f"Resultados de «{typed}»")
    await found.click()
    await expect(person.page.get_by_role("heading", level=1)).to_have_text(name)
