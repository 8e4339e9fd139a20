"""What a caller is told when something is wrong or down, what is kept, and what the log says."""

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters import s3
from portal.api.problems import PROBLEMS
from stack.mail_sink import MailSink
from tests.support.portal.calling import Caller, a_company, fields, payment, problem
from tests.support.portal.limited import MORE, until_refused
from tests.support.portal.visiting import Site, Visitor, site_over
from tests.support.world import World, world_of_its_own

PERSONAL = {"legal_name": "Zoraida Quimbayá", "nit": "890903938-8", "email": "zoraida@canario.example.co"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def idle(tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world whose workers a test starts and stops."""
    async with world_of_its_own(tmp_path_factory.mktemp("idle-api"), moto_url, mail_sink) as made:
        yield made


def idle_caller(idle: World, folder: Path) -> Caller:
    site = site_over(idle, folder)
    return Caller(site, site.lender.api_token())


async def test_without_a_worker_the_entitlement_is_told_and_a_payment_is_kept(idle: World, tmp_path: Path) -> None:
    caller = idle_caller(idle, tmp_path)
    async with idle.worker():
        case = await idle.start()
        await case.with_loan()
        loan = (await case.settle())["loan"]
    path = f"/activations/{case.company_id}"
    told = await caller.get(f"{path}/entitlement")
    assert told.json() == {"company_id": case.company_id, "entitlement": "loan", "until": loan["ends_on"]}
    answer = await caller.get(path)
    assert problem(answer) == (503, "no-worker")
    assert int(answer.headers["retry-after"]) > 0
    sent = await caller.post(f"{path}/payments", payment())
    assert (sent.status_code, sent.json()) == (202, payment(company_id=case.company_id, standing=None))
    async with idle.worker():
        [recorded] = (await case.settle())["payment"]["payments"]
    assert (recorded["reference"], recorded["standing"]) == ("FV-77", "confirmed")


async def test_without_a_worker_a_case_is_started_and_listed(idle: World, tmp_path: Path) -> None:
    caller, company = idle_caller(idle, tmp_path), a_company()
    assert (await caller.post("/activations", company)).status_code == 201
    told = await caller.get(f"/activations/{company['company_id']}/entitlement")
    assert (told.json()["entitlement"], told.json()["until"]) == ("none", None)
    assert (await caller.get("/activations")).status_code == 200


async def test_a_store_that_is_down_stops_what_needs_it_and_nothing_else(
    portal_world: World, build_site: Callable[..., Site]
) -> None:
    nowhere = s3.connect(
        endpoint_url="http://127.0.0.1:9", region="us-east-1", access_key_id="x", secret_access_key="x", connections=2
    )
    case = await portal_world.start()
    await case.settle()
    site = build_site()
    site.app.state.api.state.api.billing._activations._objects = s3.S3Objects(nowhere, "nowhere")
    caller = Caller(site, site.lender.api_token())
    answer = await caller.post("/activations", a_company())
    assert problem(answer) == (503, "unavailable")
    assert "S3" not in answer.text
    assert (await caller.get(f"/activations/{case.company_id}/entitlement")).status_code == 200
    assert (await caller.post(f"/activations/{case.company_id}/payments", payment())).status_code == 202


async def test_an_error_nobody_thought_of_shows_a_number_and_the_log_has_no_text_of_it(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("María Ángela Peñaranda Muñoz 52345678")

    monkeypatch.setattr(type(caller.site.app.state.api.state.api.billing), "status", fail)
    answer = await caller.get("/activations/C1001")
    assert problem(answer) == (500, "internal")
    number = answer.json()["detail"].removeprefix("It is logged under the number ")[:8]
    assert f"error {number}: RuntimeError at {__file__}:" in caplog.text
    assert "Peñaranda" not in caplog.text + answer.text


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "request_", "expected"),
    [
        ("GET", "/nothing", {}, (404, "not-found")),
        ("GET", "", {}, (404, "not-found")),
        ("GET", "/activations/", {}, (404, "not-found")),
        ("GET", "/activations/a/b", {}, (404, "not-found")),
        ("DELETE", "/activations", {}, (405, "method-not-allowed")),
        ("PUT", "/activations/C1001/payments", {}, (405, "method-not-allowed")),
        ("POST", "/docs", {}, (405, "method-not-allowed")),
        ("POST", "/openapi.json", {}, (405, "method-not-allowed")),
        ("GET", "/activations/..", {}, (404, "not-found")),
        ("GET", "/activations/%2e%2e%0a", {}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"{}"}, (415, "not-json")),
        ("POST", "/activations", {"data": {"a": "b"}}, (415, "not-json")),
        ("POST", "/activations", {"content": b"{}", "headers": {"Content-Type": "text/json"}}, (415, "not-json")),
        ("POST", "/activations", {"content": b"x" * 70_000, "headers": JSON}, (413, "too-large")),
        ("POST", "/activations", {"content": b"{", "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"", "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"\xff", "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"[" * 60_000, "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"9" * 60_000, "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b"[]", "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b'{"\\ud800": 1}', "headers": JSON}, (422, "wrong-input")),
        ("POST", "/activations", {"content": b'{"nit": "\\ud800"}', "headers": JSON}, (422, "wrong-input")),
    ],
)
async def test_every_wrong_request_is_answered_with_a_problem(
    caller: Caller, method: str, path: str, request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = await caller.send(method, path, **request_)
    assert problem(answer) == expected
    assert ("allow" in answer.headers) is (expected[0] == 405)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_address_names_all_its_methods(caller: Caller) -> None:
    allow = [(await caller.send("DELETE", path)).headers["allow"] for path in ("/activations", "/activations/C1001")]
    assert allow == ["GET, POST", "GET"]


async def test_a_field_with_a_long_name_does_not_come_back_whole(caller: Caller) -> None:
    answer = await caller.post("/activations", {"x" * 1000: 1})
    assert max(map(len, fields(answer))) == 60


async def test_too_many_calls_of_one_subject_are_told_to_wait_and_another_is_not(
    build_site: Callable[..., Site],
) -> None:
    site = build_site(api_calls_per_minute=10)
    caller, fresh = (Caller(site, site.lender.api_token()) for _ in range(2))
    *answers, refused = await until_refused(lambda: caller.get("/activations"), 10)
    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    assert problem(refused) == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) <= 60
    assert len(await until_refused(lambda: fresh.get("/activations"), 0)) <= MORE
    other = Caller(site, site.lender.api_token(sub="another-backend"))
    assert (await other.get("/activations")).status_code == 200


async def test_no_personal_datum_stands_in_a_problem_or_a_log(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "activa")
    sent = [
        await caller.post("/activations", a_company(**PERSONAL, city=7)),
        await caller.post("/activations", a_company(**PERSONAL | {"nit": "890903938-1", "email": "zoraida@"})),
        await caller.post("/activations", a_company(**PERSONAL, company_id="Zoraida Quimbayá")),
        await caller.post("/activations/NOBODY1/payments", payment(reference="Zoraida\n", method="Quimbayá\t")),
        await caller.get("/activations/Zoraida Quimbayá"),
        await caller.get("/activations", stage="Zoraida", cursor="890903938-8"),
    ]
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("activa"))
    for answer in sent:
        assert 400 <= answer.status_code < 500
        for secret in ("Zoraida", "zoraida", "Quimbay", "890903938", "canario"):
            assert secret not in answer.text, answer.text
            assert secret not in ours


async def test_no_cookie_is_read_or_set_and_no_site_is_asked_for(visitor: Visitor, caller: Caller) -> None:
    cookies = {"Cookie": f"activa={visitor.client.cookies['activa']}", "Sec-Fetch-Site": "cross-site"}
    with_cookie = await Caller(visitor.site, None).send("GET", "/activations", headers=cookies)
    assert problem(with_cookie) == (401, "no-token")
    assert "set-cookie" not in with_cookie.headers
    answer = await caller.send("POST", "/activations", json=a_company(), headers=cookies)
    assert answer.status_code == 201
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/apio", "/salir/api/", "/API/activations", "//api/activations"])
async def test_what_only_looks_like_the_api_is_checked_as_a_page(site: Site, path: str) -> None:
    async with httpx.AsyncClient(transport=site.transport(), base_url=site.origin) as client:
        answer = await client.post(httpx.URL(site.origin, path=path), headers={"Sec-Fetch-Site": "cross-site"})
    assert "application/problem" not in answer.headers["content-type"]
    assert answer.status_code in (403, 404)


async def test_the_page_explains_every_problem_and_every_route_and_needs_no_token(site: Site) -> None:
    answer = await Caller(site, None).get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert [name for name in PROBLEMS if f'id="{name}"' not in answer.text] == []
    for route in ("POST /api/activations", "GET /api/activations/{company_id}/entitlement"):
        assert route in answer.text
    for outside in ("<script", "style=", "<style", 'src="http', "onclick"):
        assert outside not in answer.text
    assert '<html lang="en"' in answer.text
    assert "set-cookie" not in answer.headers
