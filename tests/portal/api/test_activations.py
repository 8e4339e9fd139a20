"""What each route does for a billing backend, over a real case."""

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.activations import Activations, _standing
from domain.bucket import company_key
from domain.errors import NotAllowedNowError, TemporalUnavailableError
from domain.messages.models import PaymentConfirmed
from domain.views.status import status
from tests.support.cases import NOW, a_case, deliver, with_payment
from tests.support.portal.calling import Caller, a_company, fields, payment, problem, until_told
from tests.support.portal.visiting import Site
from tests.support.world import CaseUnderTest, World


async def test_a_start_begins_the_case_and_a_second_start_changes_nothing(portal_world: World, caller: Caller) -> None:
    company = a_company()
    first = await caller.post("/activations", company)
    assert first.status_code == 201, first.text
    begun = first.json()
    assert begun == {
        "workflow_id": f"activation-{company['company_id']}",
        "run_id": begun["run_id"],
        "started": True,
    }
    second = await caller.post("/activations", company | {"legal_name": "Otra S.A.S."})
    assert (second.status_code, second.json()) == (200, begun | {"started": False})
    stored = portal_world.objects.get(company_key(str(company["company_id"])))
    assert stored is not None
    assert json.loads(stored.data)["legal_name"] == company["legal_name"]


async def test_a_company_with_many_wrong_fields_is_told_all_of_them_and_none_of_the_values(caller: Caller) -> None:
    wrong = a_company(nit="900373115-4", email="maria", person_type="otra", nombre="x", city=None)
    del wrong["address"]
    answer = await caller.post("/activations", wrong)
    assert problem(answer) == (422, "wrong-input")
    assert fields(answer) == {
        "nit": "check digit is 4, expected 3; copy the whole NIT from the RUT",
        "person_type": "must be one of juridica, natural",
        "city": "is missing; give it",
        "address": "is missing; give it",
        "email": "must be a mail address, as in ana@example.com",
        "nombre": "is not a field; the fields are company_id, legal_name, nit, person_type, city, address, email, "
        "phone, plan",
    }
    assert (await caller.get(f"/activations/{wrong['company_id']}/entitlement")).status_code == 404


async def test_a_name_with_an_address_starts_nothing(caller: Caller) -> None:
    named = a_company(
        legal_name="visita banco.example.co", city="https://evil.example", address="escribe a ana@evil.co"
    )
    answer = await caller.post("/activations", named)
    assert problem(answer) == (422, "wrong-input")
    assert set(fields(answer)) == {"legal_name", "city", "address"}
    assert "evil" not in answer.text
    assert (await caller.get(f"/activations/{named['company_id']}/entitlement")).status_code == 404


async def test_the_status_is_the_cases_own(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    facts = await case.settle()
    assert await until_told(caller, f"/activations/{case.company_id}") == facts


@pytest.mark.parametrize("path", ["", "/entitlement"])
async def test_a_company_without_an_activation_is_not_found(caller: Caller, path: str) -> None:
    assert problem(await caller.get(f"/activations/NOBODY1{path}")) == (404, "no-activation")


async def test_a_payment_of_nobody_is_not_found(caller: Caller) -> None:
    assert problem(await caller.post("/activations/NOBODY1/payments", payment())) == (404, "no-activation")


@pytest.mark.parametrize(
    ("first", "amount", "standing"),
    [(False, 297_500, "confirmed"), (False, 297_499, "insufficient"), (True, 297_500, "unexpected")],
)
async def test_a_payment_tells_what_it_counts_for(
    portal_world: World, caller: Caller, first: bool, amount: int, standing: str
) -> None:
    case = await portal_world.start()
    if first:
        await case.pay("FV-1")
    await case.settle()
    sent = payment(amount_cop=amount, paid_at="2026-11-20", method="pse")
    answer = await caller.post(f"/activations/{case.company_id}/payments", sent)
    assert answer.status_code == 202, answer.text
    assert answer.json() == payment(company_id=case.company_id, amount_cop=amount, standing=standing)
    recorded = (await case.settle())["payment"]["payments"][-1]
    assert (recorded["reference"], recorded["standing"], recorded["method"]) == ("FV-77", standing, "pse")
    assert recorded["paid_at"] == "2026-11-20T05:00:00Z"


async def test_the_same_payment_counts_once_and_another_amount_under_its_reference_is_refused(
    portal_world: World, caller: Caller
) -> None:
    case = await portal_world.start()
    await case.settle()
    path = f"/activations/{case.company_id}/payments"
    for _ in range(2):
        assert (await caller.post(path, payment())).status_code == 202
    await case.settle()
    answer = await caller.post(path, payment(amount_cop=1))
    if answer.status_code != 202:
        assert problem(answer) == (409, "not-possible-now")
        assert answer.json()["detail"].startswith("reference FV-77 is recorded with 297500 pesos")
    facts = await case.settle()
    assert [each["amount_cop"] for each in facts["payment"]["payments"]] == [297_500]
    assert facts["rejected_signals_count"] == 1


@pytest.mark.parametrize(
    ("reference", "amount", "refused"), [("FV-77", 5, True), ("FV-77", 297_500, False), ("FV-7", 5, False)]
)
def test_the_refusal_of_another_payment_is_not_taken_for_this_ones(reference: str, amount: int, refused: bool) -> None:
    case = deliver(with_payment(a_case()), "payment_confirmed", reference="FV-77", amount_cop=5)
    facts = status(case, NOW) | {"payment": {"payments": []}}  # as before the case has taken the next one
    asked = PaymentConfirmed(by="billing", reference=reference, amount_cop=amount)
    with pytest.raises(NotAllowedNowError) if refused else contextlib.nullcontext():
        assert _standing(facts, asked) is None


async def test_a_payment_that_was_sent_is_taken_whatever_goes_wrong_with_asking(
    portal_world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await portal_world.start()
    await case.settle()

    async def down(*_: object, **__: object) -> None:
        raise TemporalUnavailableError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Activations, "status", down)
        answer = await caller.post(f"/activations/{case.company_id}/payments", payment())
    assert (answer.status_code, answer.json()["standing"]) == (202, None)
    assert (await case.settle())["payment"]["paid"] is True


async def test_a_payment_with_wrong_fields_is_told_all_of_them(caller: Caller) -> None:
    wrong = {"reference": "a\x07b", "amount_cop": "297500", "paid_at": "ayer", "method": "x" * 81, "by": "support:eve"}
    answer = await caller.post("/activations/C1001/payments", wrong)
    assert problem(answer) == (422, "wrong-input")
    assert fields(answer) == {
        "reference": "has a character that can't be used: U+0007, at position 2; take it out or write it in Latin "
        "letters",
        "amount_cop": "must be whole pesos as a number, from 1 to 1000000000000",
        "paid_at": "must be a date as 2027-01-31 or an instant with its offset, 2027-01-31T10:00:00-05:00",
        "method": "is too long; shorten it to 80 characters",
        "by": "is not a field; the fields are reference, amount_cop, paid_at, method",
    }


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "1", 10**13, None, [1]])
async def test_an_amount_is_a_whole_number_of_pesos(caller: Caller, amount: object) -> None:
    answer = await caller.post("/activations/C1001/payments", payment(amount_cop=amount))
    assert problem(answer) == (422, "wrong-input")
    assert set(fields(answer)) == {"amount_cop"}


@pytest.mark.parametrize("written", ["297500.0", "2.975e5"])
async def test_a_whole_number_of_pesos_counts_however_it_is_written(
    portal_world: World, caller: Caller, written: str
) -> None:
    case = await portal_world.start()
    await case.settle()
    data = f'{{"reference": "FV-77", "amount_cop": {written}}}'
    answer = await send_json(caller, f"/activations/{case.company_id}/payments", data)
    assert answer.status_code == 202, answer.text
    assert answer.json()["amount_cop"] == 297_500
    assert '"amount_cop":297500,' in answer.text
    assert [each["amount_cop"] for each in (await case.settle())["payment"]["payments"]] == [297_500]


@pytest.mark.parametrize("written", ["297500.5", "1e400", "NaN", "-Infinity", '"297500"', "true", "[297500]"])
async def test_an_amount_that_is_no_whole_number_is_refused_however_it_is_written(caller: Caller, written: str) -> None:
    data = f'{{"reference": "FV-77", "amount_cop": {written}}}'
    answer = await send_json(caller, "/activations/C1001/payments", data)
    assert problem(answer) == (422, "wrong-input")
    assert set(fields(answer)) == {"amount_cop"}


async def send_json(caller: Caller, path: str, data: str) -> httpx.Response:
    return await caller.send("POST", path, content=data, headers={"Content-Type": "application/json"})


async def entitled(site: Site, caller: Caller, case: CaseUnderTest) -> tuple[str, str | None]:
    """Return what signs and until when, asked at the case's own time."""
    now = await case.now()
    site.app.state.api.state.api = replace(site.app.state.api.state.api, now=lambda: now)
    answer = await caller.get(f"/activations/{case.company_id}/entitlement")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == {"company_id", "entitlement", "until"}
    assert found["company_id"] == case.company_id
    return found["entitlement"], found["until"]


async def test_the_entitlement_follows_a_company_from_nothing_to_the_end_of_its_own_certificate(
    portal_world: World, site: Site, caller: Caller
) -> None:
    case = await portal_world.start()
    await case.settle()
    assert await entitled(site, caller, case) == ("none", None)
    await case.with_loan()
    loan = (await case.settle())["loan"]
    assert await entitled(site, caller, case) == ("loan", loan["ends_on"])
    await case.pay()
    await case.settle()
    assert await entitled(site, caller, case) == ("loan", loan["ends_on"])
    ends_on = await case.issue_certificate(days=40)
    await case.settle()
    assert await entitled(site, caller, case) == ("own", ends_on.isoformat())
    await case.skip_to(ends_on, hour=12)
    assert await entitled(site, caller, case) == ("own", ends_on.isoformat())
    await case.skip_to(ends_on + timedelta(days=1), hour=1)
    assert await entitled(site, caller, case) == ("none", None)


async def test_the_list_leads_through_every_open_case_once_and_filters(portal_world: World, caller: Caller) -> None:
    wanted = [await portal_world.start() for _ in range(5)]
    for case in wanted:
        await case.settle()
        await case.signal("loan_revoked", reason="there is none")
        await case.settle()
        await case.with_letter()
        await case.settle()
        await case.stage_in_visibility("letter_issued")
    found: list[dict[str, Any]] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        params = {"stage": "letter_issued", "needs_attention": "true", "limit": 2}
        answer = await caller.get("/activations", **params, **({} if cursor is None else {"cursor": cursor}))
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["activations"]) <= 2
        found += answer.json()["activations"]
        cursor, pages = answer.json()["next_cursor"], pages + 1
    ids = [each["company_id"] for each in found]
    assert len(ids) == len(set(ids)) >= 5
    assert {case.company_id for case in wanted} <= set(ids)
    assert all(each["stage"] == "letter_issued" and each["needs_attention"] for each in found)
    assert pages >= 3
    others = (await caller.get("/activations", stage="letter_issued", needs_attention="false", limit=200)).json()
    assert not {case.company_id for case in wanted} & {each["company_id"] for each in others["activations"]}


async def test_the_list_tells_the_ends_and_shows_closed_cases_when_asked(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    await case.with_loan()
    loan = (await case.settle())["loan"]
    await case.stage_in_visibility("loan_active")
    listed = (await caller.get("/activations", stage="loan_active", limit=200)).json()["activations"]
    [mine] = [each for each in listed if each["company_id"] == case.company_id]
    assert datetime.fromisoformat(mine["loan_ends_at"]).astimezone(UTC).isoformat() == (
        f"{datetime.fromisoformat(loan['ends_on']).date() + timedelta(days=1)}T04:59:59+00:00"
    )
    assert (mine["certificate_ends_at"], mine["needs_attention"]) == (None, False)
    await case.signal("activation_closed", reason="the company left")
    await case.handle.result()
    await case.in_visibility('ActivationStage = "closed" AND ExecutionStatus = "Completed"')
    assert not await is_listed(caller, case)
    assert not await is_listed(caller, case, stage="loan_active")
    assert await is_listed(caller, case, stage="closed")
    assert problem(await caller.post(f"/activations/{case.company_id}/payments", payment())) == (404, "no-activation")
    assert (await caller.get(f"/activations/{case.company_id}/entitlement")).json()["entitlement"] == "loan"


async def is_listed(caller: Caller, case: CaseUnderTest, **filters: str) -> bool:
    answer = await caller.get("/activations", limit=200, **filters)
    return case.company_id in {each["company_id"] for each in answer.json()["activations"]}


async def test_a_case_that_was_terminated_is_listed_as_closed_only(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    await case.with_letter()
    await case.settle()
    await case.stage_in_visibility("letter_issued")
    assert await is_listed(caller, case)
    await case.handle.terminate("by mistake")
    async with asyncio.timeout(60):
        while not await is_listed(caller, case, stage="closed"):  # noqa: ASYNC110  # the list has no event
            await asyncio.sleep(0.1)
    assert not await is_listed(caller, case)
    assert not await is_listed(caller, case, stage="letter_issued")
    closed = (await caller.get("/activations", stage="closed", limit=200)).json()["activations"]
    assert {each["stage"] for each in closed} == {"closed"}


async def test_a_cursor_that_was_made_up_changed_or_of_another_search_is_refused(
    portal_world: World, caller: Caller, build_site: Any
) -> None:
    for _ in range(2):
        await (await portal_world.start()).runs_in_visibility()
    cursor = (await caller.get("/activations", limit=1)).json()["next_cursor"]
    assert (await caller.get("/activations", limit=1, cursor=cursor)).status_code == 200
    for wrong in ("", "x", "AAAA", cursor[:-2], f"{cursor}x", cursor.partition(".")[0], "ñ" * 10):
        assert problem(await caller.get("/activations", cursor=wrong)) == (400, "wrong-cursor"), wrong
    other = await caller.get("/activations", stage="started", cursor=cursor)
    assert problem(other) == (400, "wrong-cursor")
    elsewhere = Caller(build_site(session_secret="another-secret-of-32-characters!"), caller.token)
    assert problem(await elsewhere.get("/activations", cursor=cursor)) == (400, "wrong-cursor")


@pytest.mark.parametrize(
    "params", [{"stage": "x"}, {"limit": 0}, {"limit": 201}, {"limit": "x"}, {"needs_attention": 1}]
)
async def test_a_wrong_filter_is_named(caller: Caller, params: dict[str, Any]) -> None:
    answer = await caller.get("/activations", **params)
    assert problem(answer) == (422, "wrong-input")
    assert set(fields(answer)) == set(params)


async def test_all_wrong_parameters_are_named_at_once(caller: Caller) -> None:
    answer = await caller.get("/activations", stage="x", limit=0)
    assert set(fields(answer)) == {"stage", "limit"}
