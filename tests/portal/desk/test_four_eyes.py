"""What one person of support can't do to many cases: without a rehearsal, to another set, too late, or alone."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest_asyncio

from adapters.batches import Batches
from audit_trail.asker import person_of
from audit_trail.chain import lines_of
from domain.bucket import AUDIT, batch_key
from domain.messages.four_eyes import FourEyes
from domain.messages.models import RemindersMuted
from portal.auth.roles import Role
from portal.cases.proposals import Proposals
from tests.support.portal.rehearsing import NEW, pressed, rehearsal, rehearsed, started
from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.world import CaseUnderTest, World

STAGE = "certificate_expiring"
CLOSING = {"accion": "cierre", "etapa": STAGE, "reason": "La empresa se fue.", "ritmo": "20"}
MUTING = {"accion": "silencio", "etapa": STAGE, "until": "2035-03-01", "reason": "Vacaciones.", "ritmo": "20"}


async def expiring(world: World) -> CaseUnderTest:
    case = await world.start()
    await case.pay()
    await case.issue_certificate(days=10)
    await case.settle()
    await case.stage_in_visibility(STAGE)
    return case


@pytest_asyncio.fixture(loop_scope="session")
async def cases(portal_world: World) -> list[CaseUnderTest]:
    return [await expiring(portal_world) for _ in range(2)]


@pytest_asyncio.fixture(loop_scope="session")
async def ana(site: Site, cases: list[CaseUnderTest]) -> AsyncIterator[Visitor]:
    async with site.visitor(cases[0]) as one:
        await one.enter(role="soporte", sub="ana")
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def luis(site: Site, cases: list[CaseUnderTest]) -> AsyncIterator[Visitor]:
    async with site.visitor(cases[0]) as one:
        await one.enter(role="soporte", sub="luis")
        yield one


async def asked(desk: Visitor, **typed: str) -> str:
    """Rehearse a batch and ask for a second person's confirmation."""
    job_id = await rehearsed(desk, **typed)
    assert (await pressed(desk, job_id, "pedir")).status_code == 303
    return job_id


async def nothing_was_sent(world: World, job_id: str, cases: list[CaseUnderTest]) -> bool:
    facts = [await case.settle() for case in cases]
    untouched = all((each["closing"], each["reminders"]["muted_until"]) == (None, None) for each in facts)
    return untouched and await Batches(world.client).batch(job_id) is None


def trail_of(world: World, job_id: str) -> list[tuple[str | None, str | None]]:
    """Return what the audit trail tells of a proposal: which deeds, and whose."""
    stored = (world.objects.get(key) for key, _ in world.objects.list(AUDIT))
    told = (each for found in stored if found is not None for each in lines_of(found.data)[1])
    mine = sorted((each for each in told if each.about == job_id), key=lambda each: each.at)
    return [(each.action, each.who) for each in mine]


async def over(world: World, job_id: str) -> None:
    async with asyncio.timeout(60):
        while (batch := await Batches(world.client).batch(job_id)) is None or batch.state == "running":
            pass  # a batch has no event


async def test_one_post_without_a_rehearsal_closes_no_case(
    portal_world: World, ana: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = f"desk-{uuid.uuid4().hex}"
    await ana.post(NEW, **CLOSING, lote=job_id)
    assert (await pressed(ana, job_id, "confirmar")).status_code == 404
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_a_batch_that_closes_is_confirmed_by_a_second_person_who_finds_it_and_both_stay_on_record(
    portal_world: World, ana: Visitor, luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = await rehearsed(ana, **CLOSING)
    page = await rehearsal(ana, job_id)
    assert "Esto lo confirma otra persona de soporte" in text_of(page)
    assert "Confirmar</button>" not in page.text
    assert "temporal workflow" not in page.text
    assert job_id not in (await luis.get("/soporte/lotes")).text
    await pressed(ana, job_id, "pedir")
    alone = await pressed(ana, job_id, "confirmar")
    assert alone.status_code == 409
    assert "Lo pediste tú: debe confirmarlo otra persona de soporte" in text_of(alone)
    assert await nothing_was_sent(portal_world, job_id, cases)

    waiting = await luis.get("/soporte/lotes")
    assert f'href="/soporte/propuestas/{job_id}"' in waiting.text
    assert "la pidió support:ana" in text_of(waiting)
    assert (await pressed(luis, job_id, "confirmar")).headers["location"] == f"/soporte/lotes/{job_id}"

    await over(portal_world, job_id)
    async with asyncio.timeout(60):
        for case in cases:
            while (await case.status())["closing"] is None:
                pass
    stored = portal_world.objects.get(batch_key(job_id))
    assert stored is not None
    kept = json.loads(stored.data)
    assert (kept["rehearsed_by"], kept["confirmed_by"]) == ("support:ana", "support:luis")
    assert {case.company_id for case in cases} <= set(kept["company_ids"])
    read = text_of(await luis.get(f"/soporte/lotes/{job_id}"))
    assert "Lo ensayó support:ana Lo confirmó support:luis" in read
    assert "support:ana, confirmado por support:luis: La empresa se fue." in read
    assert job_id not in (await luis.get("/soporte/lotes")).text.partition("<table>")[0]
    assert trail_of(portal_world, job_id) == [
        ("proposal_asked", person_of("soporte", None, "ana")),
        ("proposal_confirmed", person_of("soporte", None, "luis")),
        ("batch_started activation_closed", person_of("soporte", None, "luis")),
    ]


async def test_nobody_confirms_what_was_not_asked_for_or_was_taken_back(
    portal_world: World, ana: Visitor, luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = await rehearsed(ana, **CLOSING)
    early = await pressed(luis, job_id, "confirmar")
    assert (early.status_code, "todavía no ha pedido" in text_of(early)) == (409, True)
    assert (await pressed(luis, job_id, "pedir")).status_code == 409
    await pressed(ana, job_id, "pedir")
    assert (await pressed(luis, job_id, "retirar")).status_code == 404
    await pressed(ana, job_id, "pedir")
    await pressed(ana, job_id, "retirar")
    assert (await pressed(luis, job_id, "confirmar")).status_code == 409
    assert await nothing_was_sent(portal_world, job_id, cases)
    assert trail_of(portal_world, job_id) == [
        ("proposal_asked", person_of("soporte", None, "ana")),
        ("proposal_withdrawn", person_of("soporte", None, "ana")),
    ]


async def test_what_was_confirmed_and_could_not_be_begun_is_not_taken_back(
    portal_world: World, ana: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id, proposals = await asked(ana, **CLOSING), Proposals(portal_world.objects)
    kept = await proposals.get(job_id)
    assert kept is not None
    assert await proposals.change(kept, confirmed_by="support:luis")
    await pressed(ana, job_id, "retirar")
    after = await proposals.get(job_id)
    assert after is not None
    assert after.value.asked_at == kept.value.asked_at
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_a_batch_of_too_many_cases_needs_a_second_person(
    portal_world: World, build_site: Callable[..., Site], cases: list[CaseUnderTest]
) -> None:
    async with build_site(four_eyes=FourEyes(cases_alone=1)).visitor(cases[0]) as ana:
        await ana.enter(role="soporte", sub="ana")
        job_id = await asked(ana, **MUTING)
        assert "son más de 1 caso" in text_of(await rehearsal(ana, await rehearsed(ana, **MUTING)))
        assert (await pressed(ana, job_id, "confirmar")).status_code == 409
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_small_batches_one_after_the_other_need_a_second_person_where_one_of_all_their_cases_would(
    portal_world: World, build_site: Callable[..., Site], luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    proposals, name = Proposals(portal_world.objects), f"p{uuid.uuid4().hex[:12]}"
    looked = await proposals.get(await rehearsed(luis, **MUTING))
    assert looked is not None
    most = 2 * len(looked.value.company_ids) - 1
    async with build_site(four_eyes=FourEyes(cases_alone=most)).visitor(cases[0]) as one:
        await one.enter(role="soporte", sub=name)
        first, second = await rehearsed(one, **MUTING), await rehearsed(one, **MUTING)
        assert (await pressed(one, first, "confirmar")).status_code == 303
        await over(portal_world, first)

        refused = await pressed(one, second, "confirmar")

        assert (refused.status_code, "son demasiados casos para una sola persona" in text_of(refused)) == (409, True)
        assert await Batches(portal_world.client).batch(second) is None
        third = await rehearsed(one, **MUTING)
        for job_id in (second, third):
            said = text_of(await rehearsal(one, job_id))
            assert f"con tus lotes de la última hora son más de {most} casos" in said
        assert (await pressed(one, third, "confirmar")).status_code == 409
        await pressed(one, second, "pedir")
        assert (await pressed(one, second, "confirmar")).status_code == 409
    assert (await pressed(luis, second, "confirmar")).status_code == 303
    await over(portal_world, second)


async def test_what_one_person_may_start_alone_nobody_else_starts(
    portal_world: World, ana: Visitor, luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = await rehearsed(ana, **MUTING)
    other = await pressed(luis, job_id, "confirmar")
    assert (other.status_code, "ensáyalo tú" in text_of(other)) == (409, True)
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_a_list_that_is_another_one_by_now_is_refused(
    portal_world: World, ana: Visitor, luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    alone, together = await rehearsed(ana, **MUTING), await asked(ana, **CLOSING)
    cases.append(await expiring(portal_world))
    for desk, job_id in ((ana, alone), (luis, together)):
        refused = await pressed(desk, job_id, "confirmar")
        assert (refused.status_code, "La lista no es la que se ensayó" in text_of(refused)) == (409, True)
        assert await nothing_was_sent(portal_world, job_id, cases)


async def test_a_rehearsal_is_good_for_a_while_only(
    portal_world: World, ana: Visitor, luis: Visitor, cases: list[CaseUnderTest]
) -> None:
    proposals = Proposals(portal_world.objects)
    for desk, job_id in ((ana, await rehearsed(ana, **MUTING)), (luis, await asked(ana, **CLOSING))):
        kept = await proposals.get(job_id)
        assert kept is not None
        assert await proposals.change(kept, at=kept.value.at - timedelta(minutes=61))
        refused = await pressed(desk, job_id, "confirmar")
        assert (refused.status_code, "Pasó el plazo para confirmarlo" in text_of(refused)) == (409, True)
        assert "Esto ya no vale: pasaron más de 60 minutos" in text_of(await rehearsal(desk, job_id))
        assert await nothing_was_sent(portal_world, job_id, cases)
    unasked = await rehearsed(ana, **CLOSING)
    kept = await proposals.get(unasked)
    assert kept is not None
    assert await proposals.change(kept, at=kept.value.at - timedelta(minutes=61))
    assert (await pressed(ana, unasked, "pedir")).status_code == 409


async def test_an_old_sign_in_asks_for_nothing_and_confirms_nothing(
    portal_world: World, site: Site, ana: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = await asked(ana, **CLOSING)
    async with site.visitor(cases[0]) as eva:
        await eva.enter(role="soporte", sub="eva", auth_time=int(time.time()) - 4_000)
        refused = await pressed(eva, job_id, "confirmar")
        assert (refused.status_code, "Entra de nuevo" in text_of(refused)) == (403, True)
        mine = await rehearsed(eva, **CLOSING)
        assert (await pressed(eva, mine, "pedir")).status_code == 403
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_an_old_sign_in_confirms_no_batch_of_too_many_cases_either(
    portal_world: World, build_site: Callable[..., Site], cases: list[CaseUnderTest]
) -> None:
    site = build_site(four_eyes=FourEyes(cases_alone=1))
    async with site.visitor(cases[0]) as ana, site.visitor(cases[0]) as eva:
        await ana.enter(role="soporte", sub="ana")
        await eva.enter(role="soporte", sub="eva", auth_time=int(time.time()) - 4_000)
        job_id = await asked(ana, **MUTING)
        assert (await pressed(eva, job_id, "confirmar")).status_code == 403
    assert await nothing_was_sent(portal_world, job_id, cases)


async def test_readers_see_what_waits_and_confirm_nothing(site: Site, ana: Visitor, cases: list[CaseUnderTest]) -> None:
    job_id = await asked(ana, **CLOSING)
    async with site.visitor(cases[0]) as reader:
        await reader.enter(role=Role.READER, sub="luis")
        assert "Confirmar</button>" not in (await rehearsal(reader, job_id)).text
        assert (await pressed(reader, job_id, "confirmar")).status_code == 404


async def test_eight_confirmations_at_once_on_two_replicas_start_one_batch_with_one_name_on_record(
    portal_world: World, build_site: Callable[..., Site], ana: Visitor, cases: list[CaseUnderTest]
) -> None:
    job_id = await asked(ana, **CLOSING)
    desks = [Visitor(site, site.client(), cases[0]) for site in (build_site(), build_site())]
    for desk, name in zip(desks, ("luis", "eva"), strict=True):
        await desk.enter(role="soporte", sub=name)
    answers = await asyncio.gather(*(pressed(desk, job_id, "confirmar") for desk in desks * 4))
    assert {each.status_code for each in answers} <= {303, 409}
    assert 303 in {each.status_code for each in answers}
    await over(portal_world, job_id)
    kept = await Proposals(portal_world.objects).get(job_id)
    stored = portal_world.objects.get(batch_key(job_id))
    assert kept is not None
    assert stored is not None
    assert kept.value.confirmed_by == json.loads(stored.data)["confirmed_by"]


async def test_a_batch_reaches_the_companies_that_it_names_and_no_others_of_their_list(
    portal_world: World, cases: list[CaseUnderTest]
) -> None:
    job_id = f"desk-{uuid.uuid4().hex}"
    message = RemindersMuted(by="support:ana", until="2035-03-01", reason="x")
    await Batches(portal_world.client).start(
        job_id, [cases[0].company_id], "reminders_muted", message, reason="x", per_second=20
    )
    await over(portal_world, job_id)
    muted = [(await case.settle())["reminders"]["muted_until"] for case in cases]
    assert muted == ["2035-03-01", None]


async def test_a_batch_that_one_person_may_start_alone_still_starts(ana: Visitor, portal_world: World) -> None:
    await over(portal_world, await started(ana, **MUTING))
