"""One action for many cases: looked at first, run at a limited rate, watched, stopped, and never run twice."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.api.workflowservice.v1 import DescribeBatchOperationRequest

from adapters.batches import Batches
from adapters.case_list import CaseList, Filter
from domain.bucket import batch_key
from domain.messages.four_eyes import FourEyes
from domain.messages.models import RemindersMuted
from domain.model import canonical_bytes
from domain.views.stage import Stage
from portal.auth.roles import Role
from portal.cases.desk_facts import DeskFacts
from portal.cases.results import ON_ITS_WAY, Made, Meant, listed, made_of
from portal.desk.words import MADE
from tests.support.portal.rehearsing import NEW, pressed, rehearsal, rehearsed, started
from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.world import CaseUnderTest, World

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


async def finished(desk: Visitor, job_id: str) -> str:
    async with asyncio.timeout(60):
        # The page, too, only asks again: a batch has no event.
        while not re.match("Todos los lotes El lote (terminó|se detuvo)", said := await shown(desk, job_id)):
            assert "El lote está en marcha" in said
            await asyncio.sleep(0.2)
    return said


async def shown(desk: Visitor, job_id: str) -> str:
    return text_of(await desk.get(f"/soporte/lotes/{job_id}"))


async def answers(desk: Visitor, job_id: str) -> dict[str, str]:
    """Return what a batch's pages say of each case, by company id."""
    found, path = {}, f"/soporte/lotes/{job_id}"
    while path:
        page = await desk.get(path)
        for company_id, said, why in re.findall(
            r'<tr><td><a href="/soporte/casos/([^"]+)">[^<]*</a></td><td>([^<]*)</td><td>(.*?)</td>', page.text
        ):
            assert company_id not in found
            found[company_id] = f"{said}: {why}"
        following = re.search(r'id="siguientes" href="([^"]+)"', page.text)
        path = following[1] if following else ""
    return found


async def all_answers(desk: Visitor, job_id: str) -> dict[str, str]:
    """Return the same once every case answers: the page itself waits no longer than a page may."""
    async with asyncio.timeout(60):
        while f"{MADE[Made.SILENT]}: –" in (said_of := await answers(desk, job_id)).values():
            pass
    return said_of


async def muted_until(cases: Sequence[CaseUnderTest]) -> list[str | None]:
    facts = await asyncio.gather(*(case.status() for case in cases))
    return [each["reminders"]["muted_until"] for each in facts]


async def muting(portal_world: World, job_id: str) -> None:
    """Start a batch as from a terminal: nothing is stored of whom it is meant for."""
    message = RemindersMuted(by="support:eva", until="2027-03-31", reason="Desde una terminal.")
    listed_now = await CaseList(portal_world.client).page(Filter(stage=Stage.LOAN_ACTIVE), 500)
    lent_to = [each.company_id for each in listed_now.cases]
    await Batches(portal_world.client).start(
        job_id, lent_to, "reminders_muted", message, reason="support:eva", per_second=20
    )


async def test_a_rehearsal_counts_and_shows_a_sample_and_sends_nothing(
    desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    read = text_of(await rehearsal(desk, await rehearsed(desk, **REVIEWED)))
    assert re.search(r"Ensayo: llegaría a (\d+) casos", read)
    assert "temporal workflow signal --query" in read
    assert "--rps 5" in read
    assert "Hasta el día 31 de enero de 2027" in read
    assert "Lo ensayó support:ana" in read
    assert (await lent[0].status())["reminders"]["muted_until"] is None


async def test_a_batch_reaches_every_case_of_its_list_once_with_the_reason_on_record(
    portal_world: World, desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    other = await portal_world.start()
    await other.settle()
    job_id = await started(desk, **REVIEWED)
    again = await pressed(desk, job_id, "confirmar")
    assert (again.status_code, "Ya estaba hecho" in text_of(again)) == (409, True)
    assert (await rehearsal(desk, job_id)).headers["location"] == f"/soporte/lotes/{job_id}"
    read = await finished(desk, job_id)
    assert "El lote terminó" in read
    assert "Fallidos 0" in read
    assert "Lo ensayó support:ana Lo confirmó support:ana" in read
    assert "support:ana: Vacaciones colectivas." in read
    for case in lent:
        facts = await case.settle()
        assert facts["reminders"]["muted_until"] == "2027-01-31"
        muted = [event for event in facts["timeline"] if event["action"] == "reminders_muted"]
        assert [(event["actor"], event["reason"]) for event in muted] == [
            ("support:ana", "until 2027-01-31: Vacaciones colectivas.")
        ]
    assert (await other.settle())["reminders"]["muted_until"] is None
    said_of = await answers(desk, job_id)
    assert [said_of[case.company_id] for case in lent] == ["Lo tomó: –"] * len(lent)
    assert other.company_id not in said_of
    assert "Vacaciones colectivas." in text_of(await desk.get("/soporte/lotes"))


async def test_what_identifies_a_person_is_kept_nowhere_of_a_batch(
    portal_world: World, desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    typed = "Lo pidió la cédula 52.345.678 por 3105551234."
    job_id = await started(desk, **{**REVIEWED, "reason": typed})
    read = await finished(desk, job_id)
    stored = await asyncio.to_thread(everything_below, portal_world, "desk/")

    assert "Lo pidió la cédula" in read
    assert "Lo pidió la cédula".encode() in stored
    batch = await portal_world.client.workflow_service.describe_batch_operation(
        DescribeBatchOperationRequest(namespace=portal_world.client.namespace, job_id=job_id)
    )
    for said in (read.encode(), stored, batch.SerializeToString()):
        assert b"52.345.678" not in said
        assert b"3105551234" not in said
    assert [each["reason"] for each in (await lent[0].settle())["timeline"] if "cédula" in (each["reason"] or "")]


def everything_below(world: World, prefix: str) -> bytes:
    """Return all that the bucket has below a prefix."""
    client, name = world.objects._client, world.settings.s3.bucket
    found = client.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", ())
    return b"".join(client.get_object(Bucket=name, Key=each["Key"])["Body"].read() for each in found)


async def test_a_batch_that_is_over_is_stopped_in_vain_and_shown(desk: Visitor) -> None:
    job_id = await started(desk, **REVIEWED)
    await finished(desk, job_id)
    answer = await desk.post(f"/soporte/lotes/{job_id}/detener")
    assert answer.headers["location"] == f"/soporte/lotes/{job_id}"
    assert "El lote terminó" in await finished(desk, job_id)


async def test_a_batch_can_be_stopped_before_it_has_reached_everybody(
    portal_world: World, build_site: Callable[..., Site], desk: Visitor
) -> None:
    cases = [await portal_world.start() for _ in range(60)]
    await asyncio.gather(*(case.stage_in_visibility("started") for case in cases))
    changes = {"ritmo": "1", "until": "2027-02-28", "etapa": "started"}
    site = build_site(four_eyes=FourEyes())
    async with site.visitor(desk.case) as first:
        await first.enter(role="soporte", sub="eva")
        jobs = [await rehearsed(first, **(REVIEWED | changes)) for _ in range(2)]
        for job in jobs:
            await pressed(first, job, "pedir")
    async with site.visitor(desk.case) as second:
        await second.enter(role="soporte", sub="luis")
        answers = [(await pressed(second, job, "confirmar")).status_code for job in jobs]
    assert answers == [303, 409]  # one at a time
    job_id = jobs[0]
    assert "El lote está en marcha" in text_of(await desk.get(f"/soporte/lotes/{job_id}"))
    async with asyncio.timeout(60):
        while not any(await muted_until(cases)):
            pass
    assert (await desk.post(f"/soporte/lotes/{job_id}/detener")).headers["location"] == f"/soporte/lotes/{job_id}"
    assert "El lote se detuvo" in await finished(desk, job_id)
    await asyncio.gather(*(case.settle() for case in cases))
    said_of = await all_answers(desk, job_id)
    assert len(said_of) >= len(cases)
    assert None in await muted_until(cases)
    assert {"Lo tomó: –", "No le llegó: –"} == {said_of[case.company_id] for case in cases}
    assert (await desk.get(f"/soporte/lotes/{job_id}?pagina=99")).status_code == 200


async def test_a_case_that_refuses_is_listed_with_its_reason(desk: Visitor, lent: list[CaseUnderTest]) -> None:
    asked = {"accion": "reenvio", "notice": "certificate_active"}
    job_id = await started(desk, **(REVIEWED | asked))
    await finished(desk, job_id)
    for case in lent:
        await case.settle()
    said_of = await answers(desk, job_id)
    for case in lent:
        assert "No lo aceptó" in said_of[case.company_id]
        assert "El correo «El certificado está activo» hoy no sería cierto." in said_of[case.company_id]


@pytest.mark.machine_clock  # when a batch began is the server's time
async def test_a_batch_from_a_terminal_has_counts_and_no_list_and_a_case_that_is_no_more_is_silent(
    portal_world: World, desk: Visitor, lent: list[CaseUnderTest]
) -> None:
    job_id = f"desk-{uuid.uuid4().hex}"
    await muting(portal_world, job_id)
    assert "Fallidos 0" in await finished(desk, job_id)
    assert await answers(desk, job_id) == {}
    meant = Meant(signal="reminders_muted", by="support:ana", company_ids=("NOBODY", lent[0].company_id))
    await asyncio.to_thread(portal_world.objects.put, batch_key(job_id), canonical_bytes(meant), "application/json")
    said_of = await answers(desk, job_id)
    assert said_of == {"NOBODY": "No responde: –", lent[0].company_id: "Todavía no: –"}  # it was not ana's
    waiting = (await desk.get(f"/soporte/lotes/{job_id}")).text
    assert "Algunos casos todavía no lo han tomado." in waiting
    assert f'hx-get="/soporte/lotes/{job_id}?pagina=1"' in waiting
    batch, facts = await Batches(portal_world.client).batch(job_id), DeskFacts.model_validate(await lent[0].status())
    assert batch is not None
    assert batch.ended_at is not None
    made = [made_of(facts, batch, meant, batch.ended_at + ON_ITS_WAY + late * timedelta(seconds=1)) for late in (0, 1)]
    assert [each.made for each in made] == [Made.NOT_YET, Made.MISSED]


async def test_a_list_that_is_too_long_is_cut_and_says_so(portal_world: World, lent: list[CaseUnderTest]) -> None:
    wanted = Filter(stage=Stage.LOAN_ACTIVE)
    message = RemindersMuted(by="support:ana", until="2027-03-31", reason="x")
    cases = CaseList(portal_world.client)
    cut = await listed(cases, wanted, "reminders_muted", message, most=2)
    assert (len(cut.company_ids), cut.cut) == (2, True)
    whole = await listed(cases, wanted, "reminders_muted", message)
    assert {case.company_id for case in lent} <= set(whole.company_ids)
    assert not whole.cut


@pytest.mark.parametrize(
    "changes",
    [{"reason": ""}, {"until": "pronto"}, {"accion": "retiro"}, {"etapa": "closed"}],
    ids=str,
)
async def test_a_batch_with_something_wrong_is_not_rehearsed(desk: Visitor, changes: dict[str, str]) -> None:
    answer = await desk.post(NEW, **(REVIEWED | changes))
    assert answer.status_code in {400, 404, 422}


async def test_readers_watch_batches_and_start_none(site: Site, lent: list[CaseUnderTest]) -> None:
    async with site.visitor(lent[0]) as reader:
        await reader.enter(role=Role.READER, sub="luis")
        assert (await reader.get("/soporte/lotes")).status_code == 200
        assert (await reader.post(NEW, **REVIEWED)).status_code == 404
        assert (await reader.get(f"/soporte/lotes/desk-{'0' * 32}")).status_code == 404
