"""Every page at every point of the way: for everybody, on a narrow telephone, and on paper."""

import contextlib

import pytest
from playwright.async_api import Browser, Error, expect

from tests.support.browser.inspection import axe_violations, problems, too_small, too_wide
from tests.support.browser.local_stack import LocalStack
from tests.support.browser.person import Person, a_person
from tests.support.browser.states import WAYS
from tests.support.browser.waiting import until
from tests.support.world import CaseUnderTest


@pytest.mark.parametrize("way", WAYS)
async def test_every_page_can_be_used_by_everybody_and_on_a_telephone(
    person: Person, case: CaseUnderTest, way: str
) -> None:
    await person.enter(case.company_id)
    found: dict[str, list[str]] = {}
    for happen, pages in WAYS[way]:
        await happen(case)
        uploads = [each["upload_id"] for each in (await case.settle())["letter"]["versions"]]
        for seen in pages:
            await person.goto(seen.path.format(upload=uploads[-1] if uploads else ""))
            await expect(person.page.get_by_role("heading", level=1)).to_have_text(seen.heading)
            if seen.act:
                await seen.act(person)
            if wrong := await problems(person):
                found[f"{happen.__name__}: {seen.path} {seen.act}"] = wrong
    assert found == {}


async def test_the_page_that_waits_for_a_verdict_can_be_used_by_everybody(person: Person, case: CaseUnderTest) -> None:
    await case.with_letter()
    upload_id = await case.upload(b"%PDF-1.7 nobody has told the case of it")
    await person.enter(case.company_id)
    await person.goto(f"/carta/resultado?carga={upload_id}")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Estamos revisando la carta")
    assert await problems(person) == []


@pytest.mark.parametrize("path", ["/estado", "/adios"])
async def test_pages_without_a_session_can_be_used_by_everybody(person: Person, path: str) -> None:
    await person.goto(path)
    assert await problems(person) == []


async def test_the_inspection_finds_what_is_wrong(person: Person) -> None:
    await person.goto("/adios")
    await person.page.evaluate(
        """() => {
            const main = document.querySelector("main");
            main.insertAdjacentHTML("beforeend", '<img src="/static/mark.svg"><button type="button">x</button>');
            main.lastElementChild.style.minHeight = "10px";
            main.lastElementChild.style.width = "900px";
            main.querySelector("p").style.color = "#ddd";
        }"""
    )
    found = {each.split(":")[0] for each in await axe_violations(person)}
    assert {"image-alt", "color-contrast"} <= found
    assert await too_wide(person) == []
    await person.page.set_viewport_size({"width": 320, "height": 640})
    assert await too_wide(person) != []
    await person.page.evaluate("document.querySelector('main button').style.cssText = 'min-height: 0; height: 20px'")
    assert len(await too_small(person)) == 1


async def test_what_leaves_the_portal_or_breaks_its_policy_is_noticed(browser: Browser, stack: LocalStack) -> None:
    async with a_person(browser, stack) as person:
        await person.goto("/adios")
        await person.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'ran'";
                document.body.append(script);
            }"""
        )
        await until(lambda: any("Content Security Policy" in each for each in person.complaints))
        assert await person.page.title() != "ran"
        with contextlib.suppress(Error):
            await person.page.goto("http://127.0.0.2:9/")
        assert person.strange_requests == ["http://127.0.0.2:9/"]


async def test_on_paper_the_status_has_no_navigation_and_no_buttons(person: Person, case: CaseUnderTest) -> None:
    await case.with_loan()
    await person.enter(case.company_id, "/estado")
    hidden = person.page.locator("nav, .button, button, .skip, footer")
    assert await hidden.count() >= 5
    await person.page.emulate_media(media="print")
    for each in await hidden.all():
        await expect(each).to_be_hidden()
    for text in ("Tu empresa firma con el certificado en préstamo", "Último día del préstamo", "Lo que ha pasado"):
        await expect(person.page.get_by_text(text)).to_be_visible()
