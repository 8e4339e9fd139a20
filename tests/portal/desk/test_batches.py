"""One action for many cases: looked at first, run at a limited rate, watched, stopped, and never run twice."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from portal.roles import Role
from tests.portal.visiting import Site, Visitor, text_of
from tests.world import CaseUnderTest, World

REVIEWED = {"accion": "silencio", "etapa": "loan_active", "until": "2027-01-31", "reason": "Vacaciones colectivas."}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lent(portal_world: World) -> list[CaseUnderTest]:
    """Four companies with a loan; no other test of the desk has as many."""
    cases = [await portal_world.start() for _ in range(4)]
    for case in cases:
        await case.with_loan()
        await case.settle()
        await case.stage_in_visibility("loan_active")
    return cases


@pytest_asyncio.fixture(loop_scope="session")
async def desk(site: Site, lent: list[CaseUnderTest]) -> AsyncIterator[Visitor]:
    async with site.visitor(lent[0]) as one:
        await one.enter(role="soporte", sub="ana")
        yield one


async def rehearsed(desk: Visitor, **changes: str) -> str:
    """Return the id under which the batch that was looked at would run."""
    page = await desk.post("/soporte/lotes/nuevo", **(REVIEWED | changes))
    assert page.status_code == 200, text_of(page)
    [job_id] = re.findall(r'name="lote" value="([^"]+)"', page.text)
    return job_id


async def finished(desk: Visitor, job_id: str) -> str:
    async with asyncio.timeout(60):
        # The page, too, only asks again: a batch has no event.
        while "está en marcha" in (said := text_of(await desk.get(f"/soporte/lotes/{job_id}"))):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return said


async def test_a_rehearsal_counts_and_shows_a_sample_and_sends_nothing(
    desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    page = await desk.post("/soporte/lotes/nuevo", **REVIEWED)
    said = text_of(page)
    assert re.search(r"Ensayo: llegaría a (\d+) casos", said)
    assert "Préstamo activo" in said
    assert "temporal workflow signal --query" in said
    assert "--rps 5" in said
    assert (await lent[0].status())["reminders"]["muted_until"] is None


async def test_a_batch_reaches_every_case_of_its_list_once_with_the_reason_on_record(
    portal_world: World, desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    other = await portal_world.start()
    await other.settle()
    job_id = await rehearsed(desk)
    for _ in range(2):
        answer = await desk.post("/soporte/lotes/nuevo", **REVIEWED, lote=job_id)
        assert answer.headers["location"] == f"/soporte/lotes/{job_id}"
    said = await finished(desk, job_id)
    assert "El lote terminó" in said
    assert "Fallidos 0" in said
    assert "support:ana: Vacaciones colectivas." in said
    for case in lent:
        facts = await case.settle()
        assert facts["reminders"]["muted_until"] == "2027-01-31"
        muted = [event for event in facts["timeline"] if event["action"] == "reminders_muted"]
        assert [(event["actor"], event["reason"]) for event in muted] == [
            ("support:ana", "until 2027-01-31: Vacaciones colectivas.")
        ]
    assert (await other.settle())["reminders"]["muted_until"] is None
    assert "Vacaciones colectivas." in text_of(await desk.get("/soporte/lotes"))


async def test_a_batch_that_is_over_is_stopped_in_vain_and_shown(desk: Visitor) -> None:
    job_id = await rehearsed(desk)
    await desk.post("/soporte/lotes/nuevo", **REVIEWED, lote=job_id)
    await finished(desk, job_id)
    answer = await desk.post(f"/soporte/lotes/{job_id}/detener")
    assert answer.headers["location"] == f"/soporte/lotes/{job_id}"
    assert "El lote terminó" in await finished(desk, job_id)


async def test_a_batch_can_be_stopped_before_it_has_reached_everybody(portal_world: World, desk: Visitor) -> None:
    cases = [await portal_world.start() for _ in range(60)]
    await cases[-1].stage_in_visibility("started")
    changes = {"ritmo": "1", "until": "2027-02-28", "etapa": "started"}
    job_id = await rehearsed(desk, **changes)
    await desk.post("/soporte/lotes/nuevo", **(REVIEWED | changes), lote=job_id)
    another = await desk.post("/soporte/lotes/nuevo", **(REVIEWED | changes), lote=await rehearsed(desk, **changes))
    assert another.status_code == 409  # one at a time
    assert "El lote está en marcha" in text_of(await desk.get(f"/soporte/lotes/{job_id}"))
    assert (await desk.post(f"/soporte/lotes/{job_id}/detener")).headers["location"] == f"/soporte/lotes/{job_id}"
    assert "El lote se detuvo" in await finished(desk, job_id)
    reached = [(await case.status())["reminders"]["muted_until"] for case in cases]
    assert None in reached


@pytest.mark.parametrize(
    "changes",
    [{"reason": ""}, {"until": "pronto"}, {"accion": "retiro"}, {"lote": "desk-1"}, {"lote": "../x"}],
    ids=str,
)
async def test_a_batch_with_something_wrong_does_not_start(desk: Visitor, changes: dict[str, str]) -> None:
    answer = await desk.post("/soporte/lotes/nuevo", **(REVIEWED | changes))
    assert answer.status_code in {400, 404, 422}


async def test_readers_watch_batches_and_start_none(site: Site, lent: list[CaseUnderTest]) -> None:
    async with site.visitor(lent[0]) as reader:
        await reader.enter(role=Role.READER, sub="luis")
        assert (await reader.get("/soporte/lotes")).status_code == 200
        assert (await reader.post("/soporte/lotes/nuevo", **REVIEWED)).status_code == 404
        assert (await reader.get(f"/soporte/lotes/desk-{'0' * 32}")).status_code == 404
