"""The desk's search: a page at a time by name, with what is only close said to be so."""

import html
import re
import uuid

import httpx
import pytest

from tests.support import builders
from tests.support.portal.visiting import Site, Visitor, text_of
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


async def test_what_nobody_is_called_is_not_found(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as desk:
        await enter(desk)
        answer = text_of(await desk.post("/soporte/buscar", q="xyzzyxyzzy"))

    assert "No encontramos ninguna empresa, tampoco una parecida." in answer
