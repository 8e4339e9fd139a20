"""The desk's search: a page at a time by name, with what is only close said to be so."""

import dataclasses
import html
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

import starter
from adapters.activations import Activations
from adapters.directory.companies import Companies
from adapters.directory.opening import opened
from domain.case.policy import Policy
from portal.cases.directory import Directory
from servers import Directory as Place
from stack.probes import LOOPBACK, free_port
from tests.support import builders
from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.postgresql_server import new_database
from tests.support.world import CaseUnderTest, World


@pytest.fixture
async def case(portal_world: World) -> CaseUnderTest:
    return await portal_world.start(legal_name="Zapatería Quimbaya Ltda.")


def rows(answer: httpx.Response) -> list[str]:
    """Return the names that a page lists."""
    return [html.unescape(name) for name in re.findall(r'<td><a href="/soporte/casos/[^"]+">([^<]+)</a>', answer.text)]


async def enter(desk: Visitor) -> None:
    await desk.enter(role="soporte", sub="ana")


async def test_a_misspelt_name_leads_to_the_case_and_the_page_says_that_it_is_only_close(
    site: Site, case: CaseUnderTest
) -> None:
    async with site.visitor(case) as desk:
        await enter(desk)
        exact = await desk.post("/soporte/buscar", q="quimbaya")
        close = await desk.post("/soporte/buscar", q="sapateria quimvaya")

    assert "Zapatería Quimbaya Ltda." in rows(exact)
    assert "Estas se parecen" not in text_of(exact)
    assert f'href="/soporte/casos/{case.company_id}"' in close.text
    assert "No encontramos ninguna empresa con lo que escribiste. Estas se parecen." in text_of(close)


async def test_the_pages_of_a_search_are_turned_by_a_form_and_hold_every_company_once(
    site: Site, case: CaseUnderTest
) -> None:
    word = "".join(chr(97 + int(digit, 16)) for digit in uuid.uuid4().hex[:12])
    table = site.app.state.desk.directory._table
    for number in range(30):
        table.enter(builders.company(company_id=f"{word}{number}", legal_name=f"{word} {number:02d}"))
    async with site.visitor(case) as desk:
        await enter(desk)
        first = await desk.post("/soporte/buscar", q=word)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', first.text))
        second = await desk.post("/soporte/buscar", **hidden)
        beyond = await desk.post("/soporte/buscar", q=word, despues=f"{word}29")

    assert rows(first) + rows(second) == [f"{word} {number:02d}" for number in range(30)]
    assert (hidden, "Siguientes" in second.text) == ({"q": word, "despues": f"{word}24"}, False)
    assert "No hay más empresas." in text_of(beyond)


async def test_a_search_for_nothing_lists_all_companies_and_says_while_some_may_be_missing(
    site: Site, case: CaseUnderTest
) -> None:
    async with site.visitor(case) as desk:
        await enter(desk)
        before = text_of(await desk.post("/soporte/buscar", q=" "))
        site.app.state.desk.directory._following.rebuild()
        after = await desk.post("/soporte/buscar", q="", despues="../x")

    assert (before.startswith("Todas las empresas"), "se está preparando" in before) == (True, True)
    assert ("se está preparando" in after.text, rows(after) == sorted(rows(after), key=str.casefold)) == (False, True)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def over(portal_world: World, closing: ExitStack) -> Callable[[Site, str], Companies]:
    """Give a portal's desk its directory in the database at an address; return it."""

    def given(site: Site, url: str) -> Companies:
        table = opened(Path("unused"), url)
        closing.callback(table.close)
        site.app.state.desk = dataclasses.replace(site.app.state.desk, directory=Directory(table, portal_world.objects))
        return table

    return given


async def test_while_the_directorys_database_is_away_lists_show_ids_and_the_search_says_so(
    site: Site, case: CaseUnderTest, over: Callable[[Site, str], Companies]
) -> None:
    over(site, f"postgresql://activa@{LOOPBACK}:{free_port()}/activa")
    await case.settle()
    await case.in_visibility('ActivationStage = "started"')
    async with site.visitor(case) as desk:
        await enter(desk)
        listed = await desk.get("/soporte/casos?etapa=started")
        searched = await desk.post("/soporte/buscar", q="quimbaya")

    assert (listed.status_code, searched.status_code) == (200, 503)
    assert (case.company_id in rows(listed), "Traceback" in searched.text) == (True, False)


async def test_what_a_command_of_the_backend_stored_is_found_at_once_by_every_portal_of_a_shared_directory(
    portal_world: World, site: Site, over: Callable[[Site, str], Companies], postgresql_url: str, closing: ExitStack
) -> None:
    url = new_database(postgresql_url)
    entering = starter._entering(portal_world.settings.model_copy(update={"directory": Place(url=url)}))
    company = builders.company(company_id=f"T{uuid.uuid4().hex[:12]}", legal_name="Zapatería Quimbaya Ltda.")
    over(site, url)
    closing.callback(entering._table.close)
    cases = Activations(portal_world.client, portal_world.objects, None, entering)
    await cases.start(company, Policy())
    async with site.visitor(CaseUnderTest(portal_world, company.company_id)) as desk:
        await enter(desk)
        first = await desk.post("/soporte/buscar", q="quimbaya")
        await cases.update_company(company.model_copy(update={"legal_name": "Calzado Quindío"}), "support:ana")
        second = await desk.post("/soporte/buscar", q="quindio")

    assert (rows(first), rows(second)) == (["Zapatería Quimbaya Ltda."], ["Calzado Quindío"])
    assert starter._entering(portal_world.settings) is None


async def test_what_nobody_is_called_is_not_found(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as desk:
        await enter(desk)
        answer = text_of(await desk.post("/soporte/buscar", q="xyzzyxyzzy"))

    assert "No encontramos ninguna empresa, tampoco una parecida." in answer
