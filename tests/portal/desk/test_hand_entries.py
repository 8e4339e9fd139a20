"""One person of support who enters many payments, certificates or acceptances by hand needs a second one."""

import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from domain.bucket import company_key
from domain.messages.four_eyes import FourEyes, weighs
from domain.messages.models import ActivationClosed, LetterReviewed, Message, RemindersMuted
from domain.profiles.company import Company
from portal.cases.hand_entries import HandEntries
from tests.support.portal.rehearsing import pressed, rehearsal
from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.world import CaseUnderTest, World

THREE = FourEyes(entries_per_hour=3)
NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def case(portal_world: World) -> CaseUnderTest:
    case = await portal_world.start()
    await case.settle()
    return case


@pytest.fixture
def name() -> str:
    """Somebody of support who has done nothing yet."""
    return f"p{uuid.uuid4().hex[:12]}"


@pytest.fixture
def replica(build_site: Callable[..., Site]) -> Callable[[], Site]:
    """Build a portal as it is after a restart, or beside another; three entries an hour are made alone."""
    return lambda: build_site(four_eyes=THREE)


async def desk_of(site: Site, case: CaseUnderTest, name: str, **claims: Any) -> Visitor:
    visitor = Visitor(site, site.client(), case)
    await visitor.enter(role="soporte", sub=name, **claims)
    return visitor


async def pay(desk: Visitor, reference: str, amount_cop: str = "1000", **more: str) -> httpx.Response:
    typed = {"reference": reference, "amount_cop": amount_cop, "reason": "Pagó.", "confirmado": "1"} | more
    return await desk.post(f"/soporte/casos/{desk.case.company_id}/pago", **typed)


def went_alone(answer: httpx.Response) -> bool:
    assert answer.status_code == 303, text_of(answer)
    return "hecho=" in answer.headers["location"]


def waits_at(answer: httpx.Response) -> str:
    [job_id] = re.findall(r"^/soporte/propuestas/(desk-[0-9a-f]{32})$", answer.headers["location"])
    return job_id


async def references(case: CaseUnderTest) -> list[str]:
    facts = await case.settle()
    return [re.split("[:;,]", event["reason"])[0] for event in facts["timeline"] if "payment" in event["action"]]


async def test_from_the_limit_on_an_entry_waits_until_a_second_person_confirms_it(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    site = replica()
    first, second = await desk_of(site, case, name), await desk_of(site, case, "luis")
    assert [went_alone(await pay(first, f"FV-{number}")) for number in range(3)] == [True] * 3

    job_id = waits_at(await pay(first, "FV-9", "297500"))

    assert "Quien registra más de 3 en una hora necesita a alguien más." in text_of(await rehearsal(first, job_id))
    assert not (await case.settle())["payment"]["paid"]
    alone = await pressed(first, job_id, "confirmar")
    assert (alone.status_code, "Lo pediste tú" in text_of(alone)) == (409, True)
    assert not (await case.settle())["payment"]["paid"]
    assert f'href="/soporte/propuestas/{job_id}"' in (await second.get("/soporte/lotes")).text
    done = await pressed(second, job_id, "confirmar")
    assert done.headers["location"].startswith(f"/soporte/casos/{case.company_id}?hecho=")
    facts = await case.settle()
    assert facts["payment"]["paid"]
    [line] = [event for event in facts["timeline"] if "FV-9" in (event["reason"] or "")]
    assert (line["actor"], "(confirmado por support:luis)" in line["reason"]) == (f"support:{name}", True)
    assert (await pressed(second, job_id, "confirmar")).status_code == 409


async def test_the_page_says_before_it_is_confirmed_that_a_second_person_is_needed(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    desk = await desk_of(replica(), case, name)
    path, typed = f"/soporte/casos/{case.company_id}/pago", {"reference": "FV-1", "amount_cop": "1", "reason": "x"}
    assert "temporal workflow signal" in text_of(await desk.post(path, **typed))
    for number in range(3):
        await pay(desk, f"FV-{number}")
    full = text_of(await desk.post(path, **typed))
    assert "Ya registraste 3 en la última hora" in full
    assert "temporal workflow signal" not in full


async def test_eight_tabs_at_once_on_two_replicas_get_no_more_than_the_limit(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    desk = await desk_of(replica(), case, name)
    site = replica()
    other = Visitor(site, site.client(Cookie=f"activa={desk.client.cookies['activa']}"), case)
    answers = await asyncio.gather(*(pay(tab, f"FV-{number}") for number, tab in enumerate([desk, other] * 4)))
    assert sum(went_alone(answer) for answer in answers) == 3
    assert len(await references(case)) == 3


async def test_neither_the_same_entry_again_nor_coming_in_anew_nor_a_restart_gets_around_it(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    alone = []
    for _ in range(2):
        desk = await desk_of(replica(), case, name)
        alone += [went_alone(await pay(desk, "FV-1")), went_alone(await pay(desk, "FV-1"))]
    assert alone == [True, True, True, False]


async def test_kinds_count_together_and_what_weighs_little_or_is_wrong_counts_nothing(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    desk, path = await desk_of(replica(), case, name), f"/soporte/casos/{case.company_id}"
    for _ in range(4):
        muted = {"until": "2035-03-01", "reason": "Vacaciones.", "confirmado": "1"}
        assert went_alone(await desk.post(f"{path}/silencio", **muted))
        assert (await pay(desk, "FV-1", "nada")).status_code == 422
    issued = {"valid_from": "2026-12-01", "valid_until": "2027-12-01", "reason": "Llegó.", "confirmado": "1"}
    for number in range(2):
        assert went_alone(await desk.post(f"{path}/certificado", serial=f"5F{number}", **issued))
    assert went_alone(await pay(desk, "FV-1"))
    assert not went_alone(await desk.post(f"{path}/cierre", reason="Se fue.", confirmado="1"))
    assert (await case.settle())["closing"] is None


async def address_of(world: World, company_id: str) -> str:
    stored = world.objects.get(company_key(company_id))
    assert stored is not None
    return Company.model_validate_json(stored.data).email


async def test_who_leads_the_mails_of_many_companies_elsewhere_needs_a_second_person(
    replica: Callable[[], Site], portal_world: World, case: CaseUnderTest, name: str
) -> None:
    site = replica()
    first, second = await desk_of(site, case, name), await desk_of(site, case, "luis")
    path, typed = f"/soporte/casos/{case.company_id}/correo", {"notice": "loan_started", "reason": "x"}

    async def corrected(email: str, **confirmed: str) -> httpx.Response:
        return await first.post(path, **typed, email=email, **confirmed)

    for number in range(3):
        for _ in range(2):  # the same address again leads nothing elsewhere
            assert went_alone(await corrected(f"a{number}@tornillo.example.co", confirmado="1"))
    assert "Ya registraste 3 en la última hora" in text_of(await corrected("evil@example.com"))
    job_id = waits_at(await corrected("evil@example.com", confirmado="1"))

    assert await address_of(portal_world, case.company_id) == "a2@tornillo.example.co"
    assert "evil@example.com" in text_of(await rehearsal(second, job_id))
    assert (await pressed(first, job_id, "confirmar")).status_code == 409
    assert await address_of(portal_world, case.company_id) == "a2@tornillo.example.co"
    done = await pressed(second, job_id, "confirmar")
    assert done.headers["location"].startswith(f"/soporte/casos/{case.company_id}?hecho=")
    assert await address_of(portal_world, case.company_id) == "evil@example.com"


async def test_an_entry_for_a_company_without_a_case_waits_for_nobody(
    replica: Callable[[], Site], case: CaseUnderTest, name: str
) -> None:
    desk = await desk_of(replica(), case, name)
    for number in range(3):
        await pay(desk, f"FV-{number}")
    typed = {"reference": "FV-1", "amount_cop": "1", "reason": "x", "confirmado": "1"}
    assert (await desk.post("/soporte/casos/NOBODY7/pago", **typed)).status_code == 404


async def test_an_hour_later_one_person_may_enter_again(portal_world: World, name: str) -> None:
    entries, rule = HandEntries(portal_world.objects), FourEyes()
    times = [NOW + timedelta(minutes=number) for number in range(rule.entries_per_hour)]
    assert [await entries.take(name, at, rule) for at in times] == [True] * 20
    late = [(timedelta(minutes=59, seconds=59), False), (timedelta(hours=1), True), (timedelta(hours=1), False)]
    assert [(after, await entries.take(name, NOW + after, rule)) for after, _ in late] == late
    assert not await entries.may_enter(name, NOW + timedelta(hours=1), rule)


async def test_the_cases_of_batches_are_counted_together_for_an_hour_however_many_start_at_once(
    portal_world: World, name: str
) -> None:
    entries, rule = HandEntries(portal_world.objects), FourEyes(cases_alone=5)
    at_once = await asyncio.gather(*(entries.take_batch(name, 2, NOW, rule) for _ in range(4)))
    assert sum(at_once) == 2
    late = [(timedelta(), 1, True), (timedelta(minutes=59), 1, False), (timedelta(hours=1), 6, False)]
    late += [(timedelta(hours=1), 5, True)]
    for after, count, counted in late:
        assert await entries.take_batch(name, count, NOW + after, rule) == counted, (after, count)
    assert len(await entries.reached(name)) == 5
    assert await entries.take(name, NOW, rule)


@pytest.mark.parametrize(
    ("message", "heavy"),
    [
        (LetterReviewed(by="support:ana", decision="accept", reason="x"), True),
        (LetterReviewed(by="support:ana", decision="reject", reason="x"), False),
        (ActivationClosed(by="support:ana", reason="x"), True),
        (RemindersMuted(by="support:ana", until="2027-01-31", reason="x"), False),
    ],
)
def test_what_weighs(message: Message, heavy: bool) -> None:
    assert weighs(message) == heavy
