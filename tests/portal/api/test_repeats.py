"""The same request again: the same answer, at once, at a time and after a crash."""

import asyncio
import uuid
from typing import Any

import pytest

from adapters.activations import Activations, Started
from tests.support.portal.calling import Caller, a_company, problem
from tests.support.portal.visiting import Site
from tests.support.world import World


def a_key() -> str:
    return f"key-{uuid.uuid4().hex}"


async def test_the_same_key_and_body_get_the_same_answer(caller: Caller) -> None:
    company, key = a_company(), a_key()
    answers = [await caller.post("/activations", company, **{"Idempotency-Key": key}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert answers[0].json()["started"] is True
    # Without the key, and under another, the case was there before.
    assert (await caller.post("/activations", company)).status_code == 200
    assert (await caller.post("/activations", company, **{"Idempotency-Key": a_key()})).status_code == 200


async def test_a_repeat_starts_nothing_again_when_the_case_is_gone(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, key = a_company(), a_key()
    first = await caller.post("/activations", company, **{"Idempotency-Key": key})

    async def start(*_: object) -> None:
        raise AssertionError("started again")

    monkeypatch.setattr(Activations, "start", start)
    repeat = await caller.post("/activations", company, **{"Idempotency-Key": key})
    assert (repeat.status_code, repeat.json()) == (201, first.json())


async def test_the_answer_that_was_kept_first_is_everybodys(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    company, key, start, quicker = a_company(), a_key(), Activations.start, []

    async def slow(self: Activations, *arguments: Any) -> Started:
        monkeypatch.setattr(Activations, "start", start)
        quicker.append(await caller.post("/activations", company, **{"Idempotency-Key": key}))
        return (await start(self, *arguments)).model_copy(update={"run_id": "a-later-run"})

    monkeypatch.setattr(Activations, "start", slow)
    slower = await caller.post("/activations", company, **{"Idempotency-Key": key})
    assert (slower.status_code, slower.json()) == (201, quicker[0].json())


async def test_the_same_data_written_otherwise_are_the_same_body(caller: Caller) -> None:
    company, key = a_company(phone=None), a_key()
    del company["phone"]
    first = await caller.post("/activations", company, **{"Idempotency-Key": key})
    again = dict(reversed(company.items())) | {"phone": "", "city": f" {company['city']} "}
    second = await caller.post("/activations", again, **{"Idempotency-Key": key})
    assert (second.status_code, second.json()) == (201, first.json())


async def test_a_company_that_was_there_stays_there_under_a_key(caller: Caller) -> None:
    company, key = a_company(), a_key()
    await caller.post("/activations", company)
    answers = [await caller.post("/activations", company, **{"Idempotency-Key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_a_key_with_another_body_is_refused_and_nothing_is_started(caller: Caller) -> None:
    company, other, key = a_company(), a_company(), a_key()
    await caller.post("/activations", company, **{"Idempotency-Key": key})
    answer = await caller.post("/activations", other, **{"Idempotency-Key": key})
    assert problem(answer) == (422, "key-used-before")
    assert (await caller.get(f"/activations/{other['company_id']}/entitlement")).status_code == 404


async def test_a_key_is_its_senders_own(site: Site, caller: Caller) -> None:
    company, other, key = a_company(), a_company(), a_key()
    await caller.post("/activations", company, **{"Idempotency-Key": key})
    somebody_else = Caller(site, site.lender.api_token(sub="another-backend"))
    assert (await somebody_else.post("/activations", other, **{"Idempotency-Key": key})).status_code == 201


async def test_wrong_input_uses_no_key_up(caller: Caller) -> None:
    company, key = a_company(), a_key()
    wrong = await caller.post("/activations", company | {"nit": "1"}, **{"Idempotency-Key": key})
    assert problem(wrong) == (422, "wrong-input")
    assert (await caller.post("/activations", company, **{"Idempotency-Key": key})).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "ñ", "a b", "x" * 201])
async def test_a_key_that_is_none_is_named(caller: Caller, key: str) -> None:
    answer = await caller.send(
        "POST", "/activations", json=a_company(), headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert problem(answer) == (422, "wrong-input")
    assert [each["field"] for each in answer.json()["errors"]] == ["Idempotency-Key"]


async def test_eight_at_a_time_under_one_key_get_one_answer(caller: Caller) -> None:
    company, key = a_company(), a_key()
    answers = await asyncio.gather(
        *(caller.post("/activations", company, **{"Idempotency-Key": key}) for _ in range(8))
    )
    assert [answer.status_code for answer in answers] == [201] * 8, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1


async def test_eight_bodies_at_a_time_under_one_key_start_one_company(caller: Caller) -> None:
    companies, key = [a_company() for _ in range(8)], a_key()
    answers = await asyncio.gather(
        *(caller.post("/activations", company, **{"Idempotency-Key": key}) for company in companies)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    known = [await caller.get(f"/activations/{each['company_id']}/entitlement") for each in companies]
    assert sorted(answer.status_code for answer in known) == [200] + [404] * 7


async def test_eight_at_a_time_without_a_key_start_one_case(caller: Caller) -> None:
    company = a_company()
    answers = await asyncio.gather(*(caller.post("/activations", company) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["run_id"] for answer in answers}) == 1


@pytest.mark.parametrize("before_the_start", [True, False])
async def test_a_repeat_after_a_crash_finishes_what_the_first_began(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, before_the_start: bool
) -> None:
    company, key, start = a_company(), a_key(), Activations.start

    async def crash(self: Activations, *arguments: object) -> None:
        if not before_the_start:
            await start(self, *arguments)
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Activations, "start", crash)
        assert problem(await caller.post("/activations", company, **{"Idempotency-Key": key})) == (500, "internal")
    repeat = await caller.post("/activations", company, **{"Idempotency-Key": key})
    assert (repeat.status_code, repeat.json()["started"]) == (201, True)
    assert (await caller.post("/activations", company, **{"Idempotency-Key": key})).json() == repeat.json()


async def test_what_is_kept_of_a_request_names_no_key_no_subject_and_no_data(
    portal_world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, bytes] = {}
    for name in ("put_new", "replace"):
        original = getattr(type(portal_world.objects), name)

        def noted(self: object, key: str, data: bytes, *rest: str, original: object = original) -> object:
            if key.startswith("requests/"):
                written[key] = data
            return original(self, key, data, *rest)

        monkeypatch.setattr(type(portal_world.objects), name, noted)
    company, key = a_company(), "maria@example.co"
    await caller.post("/activations", company, **{"Idempotency-Key": key + uuid.uuid4().hex})
    [(place, data)] = written.items()
    assert len(place) == len("requests/.json") + 64
    for secret in (key, "maria", "development-backend", str(company["legal_name"]), str(company["nit"])):
        assert secret not in place + data.decode()
