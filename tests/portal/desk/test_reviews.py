"""A decision at the desk is about the letter that was looked at."""

import asyncio
import re

import pytest_asyncio

from tests.support.letters.scans import scan
from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.world import CaseUnderTest, World


@pytest_asyncio.fixture(loop_scope="session")
async def case(portal_world: World) -> CaseUnderTest:
    """A case whose signed letter waits for a person."""
    case = await portal_world.start()
    await case.with_letter()
    await attach_doubtful(case, 4)
    return case


async def attach_doubtful(case: CaseUnderTest, seed: int) -> None:
    letter = await case.door.letter(case.company_id)
    answer = await case.attach(await asyncio.to_thread(scan, letter, "line", "flatbed 150", seed))
    assert answer["verdict"] == "under_review", answer


async def looked_at(desk: Visitor) -> dict[str, str]:
    """Return what the form of the decision sends along by itself."""
    page = await desk.get(f"/soporte/casos/{desk.case.company_id}/revision")
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


async def test_a_letter_under_review_is_accepted_and_the_loan_begins(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        given = {**await looked_at(desk), "decision": "accept", "reason": "La firma es la del RUT."}
        path = f"/soporte/casos/{case.company_id}/revision"
        shown = await desk.post(path, **given)
        assert given["upload_id"] in text_of(shown)
        assert f'name="upload_id" value="{given["upload_id"]}"' in shown.text
        done = await desk.post(path, **given, confirmado="1")
        assert done.headers["location"].partition("?")[2] in {"hecho=si", "hecho=espera"}
    facts = await case.settle()
    assert (facts["entitlement"], facts["attention"]) == ("loan", [])


async def test_a_letter_that_came_after_the_look_is_not_decided_by_it(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        given = {**await looked_at(desk), "decision": "accept", "reason": "La firma es la del RUT."}
        await attach_doubtful(case, 6)
        path = f"/soporte/casos/{case.company_id}/revision"
        assert (await desk.post(path, **given, confirmado="1")).headers["location"].endswith("?hecho=no")
    facts = await case.settle()
    assert facts["loan"] is None
    assert facts["stage"] == "letter_under_review"


async def test_support_gets_one_mail_for_four_doubtful_scans_and_sees_all_of_them(
    site: Site, case: CaseUnderTest
) -> None:
    for seed in (5, 6, 7):
        await attach_doubtful(case, seed)
    versions = (await case.settle())["letter"]["versions"]

    [mail] = case.mails("letter/")
    assert mail["To"] == "soporte@activa.example.co"
    assert len(versions) == 4
    async with site.visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        page = await desk.get(f"/soporte/casos/{case.company_id}")
    assert [each["upload_id"] for each in versions if f"/carta/{each['upload_id']}.jpg" not in page.text] == []
    assert (text_of(page).count("En revisión, reemplazada"), text_of(page).count("En revisión")) == (3, 4)


async def test_a_decision_that_names_no_letter_is_not_sent(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        answer = await desk.post(
            f"/soporte/casos/{case.company_id}/revision", decision="accept", reason="Sin mirar.", confirmado="1"
        )
    assert answer.status_code == 422
    assert (await case.settle())["loan"] is None
