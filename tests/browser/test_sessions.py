"""Coming in, coming back, leaving; and what somebody else's words may not do."""

import base64
import json
from datetime import timedelta

from playwright.async_api import Cookie, expect

from portal.auth.session import IDLE, cookie_name
from portal.web.rotating_sessions import signer
from tests.support.browser.person import Opening, Person
from tests.support.world import CaseUnderTest

NAME = cookie_name(secure=False)


async def cookie_of(person: Person) -> Cookie:
    return next(each for each in await person.context.cookies() if each["name"] == NAME)


async def leave_idle(person: Person, idle: timedelta) -> None:
    """Let the session look as if nothing had been asked for since then."""
    signs, cookie = signer((person.stack.session_secret,)), await cookie_of(person)
    session = json.loads(base64.b64decode(signs.unsign(cookie["value"])))
    session["seen"] -= int(idle.total_seconds())
    aged = signs.sign(base64.b64encode(json.dumps(session).encode())).decode()
    await person.context.add_cookies([{"name": NAME, "value": aged, "url": person.stack.url}])


async def test_a_session_that_was_left_idle_ends_and_the_way_in_leads_back(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id)
    await leave_idle(person, IDLE + timedelta(minutes=1))
    await person.goto("/estado")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Tu sesión terminó")
    way_in = await person.page.get_by_role("button", name="Entrar").get_attribute("href")
    assert way_in == f"{person.stack.url}/desarrollo?destino=/estado"

    await person.page.goto(f"{way_in}&empresa={case.company_id}")
    await person.press("Activar mi certificado digital")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Estado de tu activación")


async def test_a_session_in_use_goes_on(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id)
    await leave_idle(person, IDLE - timedelta(minutes=1))
    await person.goto("/estado")
    await leave_idle(person, IDLE - timedelta(minutes=1))
    await person.goto("/estado")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Estado de tu activación")


async def test_who_leaves_must_come_in_again(person: Person, case: CaseUnderTest) -> None:
    await person.enter(case.company_id)
    await person.press("Salir")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Cerraste la sesión")
    await person.goto("/estado")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Tu sesión terminó")


async def test_links_in_mails_lead_on_from_another_device(person: Person, opened: Opening, case: CaseUnderTest) -> None:
    await person.enter(case.company_id)
    await case.with_loan()
    async with opened() as elsewhere:
        for path, title in (("/comprar", "Comprar certificado digital"), ("/estado", "Estado de tu activación")):
            await elsewhere.context.clear_cookies()
            await elsewhere.goto(path)
            way_in = await elsewhere.page.get_by_role("button", name="Entrar").get_attribute("href")
            await elsewhere.page.goto(f"{way_in}&empresa={case.company_id}")
            await elsewhere.press("Activar mi certificado digital")
            await expect(elsewhere.page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(elsewhere.page.get_by_text("Tu empresa firma con el certificado en préstamo")).to_be_visible()


async def test_a_company_whose_name_is_a_script_is_shown_as_text_and_runs_nothing(person: Person) -> None:
    name = "<script>document.title='ran'</script><img src=x onerror=alert(1)> & Hijos"
    dialogs: list[str] = []
    person.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    case = await person.stack.world.start(legal_name=name)
    await person.enter(case.company_id)
    await expect(person.page.locator(".company")).to_contain_text(name)
    for path in ("/pago/resultado", "/comprar", "/representante", "/estado", "/"):
        await person.goto(path)
        assert await person.page.title() != "ran"
        assert await person.page.locator("main script, main img").count() == 0
    assert dialogs == []
