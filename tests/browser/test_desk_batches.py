"""One action for every case of a list, from the list to its end or until it is stopped.

A batch reaches every case that the filter finds, other tests' too: what it does here disturbs none of them.
"""

import asyncio
import re

from playwright.async_api import expect

from tests.support.browser.at_desk import enter_desk
from tests.support.browser.inspection import problems
from tests.support.browser.person import Person
from tests.support.world import CaseUnderTest

UNTIL = "2027-01-31"
MORE_THAN_A_BATCH_REACHES_AT_ONCE = 60


async def rehearse(support: Person, rate: str, reason: str) -> None:
    """Fill in the batch's form and have it rehearsed."""
    await support.page.get_by_label("Hasta el día").fill(UNTIL)
    await support.page.get_by_label("Motivo").fill(reason)
    await support.page.get_by_label("Ritmo").select_option(rate)
    await support.press("Ensayar")
    await expect(support.page.get_by_role("heading", level=2)).to_contain_text("Ensayo: llegaría a")


async def choose(support: Person, stage: str) -> int:
    """Go from the list of a stage to the batch's form, and return how many cases it is about."""
    page = support.page
    await page.get_by_role("link", name="Casos", exact=True).click()
    await page.get_by_label("Etapa").select_option(label=stage)
    await support.press("Filtrar")
    await page.get_by_role("link", name="Hacer algo con estos").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Suspender recordatorios:")
    [count] = re.findall(r"\d+", await heading.inner_text())
    return int(count)


async def test_a_batch_goes_from_a_list_to_its_end_on_pages_for_everybody(support: Person) -> None:
    cases = [await support.stack.world.start() for _ in range(2)]
    for case in cases:
        await case.pay()
        await case.settle()
        await case.stage_in_visibility("certificate_in_process")
    page, found = support.page, {}
    count = await choose(support, "Certificado en trámite")
    assert count >= len(cases)
    found["choice"] = await problems(support)
    await support.press("Ensayar")
    await page.locator("#resumen").wait_for()
    found["choice with errors"] = await problems(support)
    await rehearse(support, "20", "Vacaciones colectivas.")
    await expect(page.get_by_role("heading", level=2)).to_have_text(f"Ensayo: llegaría a {count} casos")
    assert await page.locator("main > ul > li").count() == min(count, 10)
    assert (await cases[0].status())["reminders"]["muted_until"] is None
    found["rehearsal"] = await problems(support)

    await support.press("Confirmar")
    await expect(page.get_by_role("heading", level=1)).to_have_text("El lote terminó")
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", str(count))
    made = page.get_by_role("region", name="Qué hizo cada caso")
    await expect(made.get_by_text("Todavía no")).to_have_count(0)
    async with asyncio.timeout(240):
        while await made.get_by_text("No responde").count():  # busy; who sees that loads the page again
            await page.reload()
    await expect(made.get_by_text("Lo tomó")).to_have_count(min(count, 25))
    found["end"] = await problems(support)
    await page.get_by_role("link", name="Todos los lotes").click()
    await expect(page.get_by_role("table")).to_contain_text("support:ana: Vacaciones colectivas.")
    found["list"] = await problems(support)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    for case in cases:
        facts = await case.settle()
        assert facts["reminders"]["muted_until"] == UNTIL
        assert "Vacaciones colectivas." in facts["timeline"][-1]["reason"]


async def test_a_slow_batch_is_watched_and_stopped_on_a_page_for_everybody(support: Person) -> None:
    cases = await asyncio.gather(*(support.stack.world.start() for _ in range(MORE_THAN_A_BATCH_REACHES_AT_ONCE)))
    await asyncio.gather(*(case.stage_in_visibility("started") for case in cases))
    page = support.page
    await choose(support, "Empezó")
    await rehearse(support, "1", "Se reparan los recordatorios.")
    await support.press("Pedir confirmación")
    await expect(page.get_by_role("status")).to_contain_text("Espera a otra persona de soporte")
    assert await problems(support) == []
    await enter_desk(support, name="Entrar como otra persona del equipo")
    await page.get_by_role("link", name="Lotes", exact=True).click()
    assert await problems(support) == []
    await page.get_by_role("region", name="Esperan a una segunda persona").get_by_role("link").last.click()
    assert await problems(support) == []
    await support.press("Confirmar")
    await expect(page.get_by_role("heading", level=1)).to_have_text("El lote está en marcha")
    await expect(page.get_by_role("progressbar")).to_be_visible()
    made = page.get_by_role("region", name="Qué hizo cada caso")
    await expect(made).to_contain_text("Todavía no")
    assert await problems(support) == []

    await support.press("Detener")
    await expect(page.get_by_role("heading", level=1)).to_have_text("El lote se detuvo")
    await expect(page.get_by_role("button", name="Detener")).to_have_count(0)
    await page.get_by_role("button", name="Siguientes").click()
    await expect(page.get_by_text("página 2 de")).to_be_visible()
    assert await problems(support) == []
    assert await not_muted(cases) != []


async def not_muted(cases: list[CaseUnderTest]) -> list[str]:
    facts = await asyncio.gather(*(case.status() for case in cases))
    return [each["company_id"] for each in facts if each["reminders"]["muted_until"] is None]
