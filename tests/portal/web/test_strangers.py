"""What somebody costs who has no business here: nothing they send is read before it is known who they are."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from portal.app import LARGEST_OPEN_BODY_BYTES, MOST_FIELDS, _admitting
from portal.auth.roles import Role
from portal.web.protection import SAFE
from tests.support.portal.calling import PROBLEM
from tests.support.portal.routing import ADMITTING, filled, roles_of, routes
from tests.support.portal.visiting import Site, Visitor, title_of

FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


async def sent(site: Site, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bool]:
    """Return status and headers of an answer, and whether the application asked for the body."""
    asked, begun = False, dict[str, Any]()

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked = True
        return {"type": "http.request", "body": b"a=b", "more_body": False}

    async def send(message: Any) -> None:
        begun.update(message if message["type"] == "http.response.start" else {})

    named = {"host": "127.0.0.1:8000", "content-length": "3"} | headers
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "headers": [(name.encode(), text.encode()) for name, text in named.items()],
    }  # fmt: skip
    await site.app(scope, receive, send)
    answered = {name.decode().lower(): value.decode("latin-1") for name, value in begun["headers"]}
    return begun["status"], answered, asked


def changing(site: Site) -> Iterable[tuple[str, str, set[Role]]]:
    """Return every route of the pages that may change something, and whose it is; none's is open to all."""
    for method, path, route in routes(site):
        if method not in SAFE:
            yield method, path, roles_of(route)


def test_whoever_may_send_something_by_the_routes_may_by_the_guard_before_them(site: Site) -> None:
    for _, path, roles in changing(site):
        admits = _admitting(filled(path))
        assert roles == (set() if admits is None else ADMITTING[admits]), path


async def test_of_what_somebody_without_a_session_sends_nothing_is_read(site: Site) -> None:
    for method, path, roles in changing(site):
        if roles:
            status, _, read = await sent(site, method, filled(path), FORM)
            assert (status, read) == (401, False), path


async def test_of_what_is_sent_to_another_role_nothing_is_read(site: Site, visitor: Visitor) -> None:
    for role in Role:
        async with site.client() as browser:
            await browser.post("/entrar", data={"token": site.lender.token(visitor.case.company_id, role)})
            cookie = {"cookie": f"activa={browser.cookies['activa']}"}
        for method, path, roles in changing(site):
            if roles and role not in roles:
                status, _, read = await sent(site, method, filled(path), FORM | cookie)
                assert (status, read) == (404, False), (role, path)


async def test_what_was_refused_unread_is_on_record_as_the_page_that_it_was_for(
    site: Site, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    async with site.client() as browser:
        token = site.lender.token(visitor.case.company_id, Role.READER)
        await browser.post("/entrar", data={"token": token})
        await browser.post("/soporte/casos/C1001/cierre", data={"reason": "x"})
    [line] = [each for each in map(json.loads, capsys.readouterr().out.splitlines()) if each["outcome"] == "404"]
    assert (line["action"], line["company_id"]) == ("POST /soporte/casos/{company_id}/{key}", "C1001")


async def test_of_what_another_site_sends_nothing_is_read(site: Site, visitor: Visitor) -> None:
    foreign = FORM | {"sec-fetch-site": "cross-site", "cookie": f"activa={visitor.client.cookies['activa']}"}
    for path in ("/comprar", "/carta", "/representante"):
        assert (await sent(site, "POST", path, foreign))[::2] == (403, False), path


@pytest.mark.parametrize(
    ("authorization", "status"), [("", 401), ("Bearer x", 401), ("reader", 403)], ids=["none", "forged", "too little"]
)
async def test_of_what_is_sent_to_the_api_without_a_good_token_nothing_is_read(
    site: Site, authorization: str, status: int
) -> None:
    if authorization == "reader":
        authorization = f"Bearer {site.lender.api_token('activations:read')}"
    headers = {"content-type": "application/json"} | ({"authorization": authorization} if authorization else {})
    for path in ("", "/C1001/representative", "/C1001/payments"):
        assert (await sent(site, "POST", f"/api/activations{path}", headers))[::2] == (status, False), path


async def test_a_form_of_many_fields_is_refused_where_everybody_may_send_one(site: Site) -> None:
    async with site.client() as stranger:
        many = await stranger.post("/entrar", data={f"f{number}": "x" for number in range(MOST_FIELDS + 1)})
        long = await stranger.post("/entrar", data={"token": "x" * LARGEST_OPEN_BODY_BYTES})
        files = await stranger.post("/entrar", files={"token": ("a", b"x")})
    assert [each.status_code for each in (many, long, files)] == [400, 413, 400]
    assert title_of(many) == "No entendimos la solicitud · Activa"


async def test_an_upload_has_files_and_no_hundreds_of_them(visitor: Visitor) -> None:
    await visitor.download_letter()
    files = [("documento", (f"{number}.jpg", b"\xff\xd8\xff", "image/jpeg")) for number in range(100)]
    eleven = await visitor.client.post("/carta", files=files[:11])
    hundred = await visitor.client.post("/carta", files=files)
    assert "Son más de 10 fotos." in eleven.text
    assert (eleven.status_code, hundred.status_code) == (422, 400)


async def test_a_request_that_tells_its_length_in_two_ways_ends_its_connection(site: Site) -> None:
    two = {"content-length": "3", "transfer-encoding": "chunked"}
    for path in ("/entrar", "/api/activations"):
        status, headers, read = await sent(site, "POST", path, FORM | two)
        assert (status, headers["connection"], read) == (400, "close", False), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1]", "[", "activa.internal"])
async def test_the_api_answers_under_its_own_names_only(site: Site, host: str) -> None:
    headers = {"host": host, "authorization": f"Bearer {site.lender.api_token()}"}
    for path in ("/api/activations", "/api/openapi.json", "/api/docs"):
        status, answered, _ = await sent(site, "GET", path, headers)
        assert (status, answered["content-type"]) == (400, PROBLEM), path


async def test_the_api_has_further_names_where_it_is_told_them_and_the_pages_have_not(build_site: Any) -> None:
    site = build_site(api_hosts=("activa.internal",))
    for host in ("activa.internal", "Activa.Internal:8000"):
        assert (await sent(site, "GET", "/api/openapi.json", {"host": host}))[0] == 200
        assert (await sent(site, "GET", "/salud", {"host": host}))[0] == 400
