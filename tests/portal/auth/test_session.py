"""How long somebody stays logged in, and what the cookie holds."""

import base64
import json
import time
from collections.abc import Callable

import httpx
from itsdangerous import TimestampSigner

from tests.support.portal.visiting import SECRET, Site, Visitor, text_of, title_of
from tests.support.world import World

HTTPS = "https://activa.example.co"
OVER = "Tu sesión terminó · Activa"


def cookie(**values: object) -> str:
    data = base64.b64encode(json.dumps(values).encode())
    return TimestampSigner(SECRET).sign(data).decode()


def session_of(client: httpx.AsyncClient) -> dict[str, object]:
    value = client.cookies["activa"]
    return dict(json.loads(base64.b64decode(value.split(".")[0])))


def test_the_session_holds_no_personal_data(visitor: Visitor) -> None:
    session = session_of(visitor.client)
    assert set(session) == {"company_id", "role", "since", "seen"}
    assert (session["company_id"], session["role"]) == (visitor.case.company_id, "representante")


async def test_on_loopback_the_cookie_has_a_plain_name_and_is_closed_to_scripts(visitor: Visitor) -> None:
    answer = await visitor.enter()
    name, _, attributes = answer.headers["set-cookie"].partition("=")
    assert name == "activa"
    assert attributes.split("; ")[1:] == ["path=/", "Max-Age=1800", "httponly", "samesite=lax"]


async def test_over_https_the_cookie_is_bound_to_the_host_and_browsers_remember_https(
    portal_world: World, build_site: Callable[..., Site], site: Site
) -> None:
    case = await portal_world.start()
    secure = build_site(
        origin=HTTPS, development_key=None, checkout_url="https://pagos.example.co/orden", login_url=f"{HTTPS}/x"
    )
    async with secure.client() as browser:
        answer = await browser.post("/entrar", data={"token": site.lender.token(case.company_id)})
    assert answer.status_code == 303
    cookie_set = answer.headers["set-cookie"]
    assert cookie_set.startswith("__Host-activa=")
    assert cookie_set.endswith("httponly; samesite=lax; secure")
    assert "domain" not in cookie_set.lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "form-action 'self' https://pagos.example.co;" in answer.headers["content-security-policy"]


async def test_half_an_hour_without_a_page_ends_the_session_and_the_way_back_is_kept(site: Site) -> None:
    now = int(time.time())
    async with site.client() as browser:
        browser.cookies.set("activa", cookie(company_id="C1", role="representante", since=now - 1900, seen=now - 1801))
        answer = await browser.get("/estado")
    assert (answer.status_code, title_of(answer)) == (401, OVER)
    assert 'href="http://127.0.0.1:8000/desarrollo?destino=/estado"' in answer.text


async def test_eight_hours_end_the_session_of_the_busiest(visitor: Visitor) -> None:
    now = int(time.time())
    fields = {"company_id": visitor.case.company_id, "role": "representante", "seen": now}
    visitor.client.cookies.set("activa", cookie(since=now - 8 * 3600 + 60, **fields))
    assert (await visitor.get("/estado")).status_code == 200
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(since=now - 8 * 3600 - 1, **fields))
    assert (await visitor.get("/estado")).status_code == 401


async def test_a_page_keeps_the_session_alive_and_what_asks_by_itself_does_not(visitor: Visitor) -> None:
    now = int(time.time())
    fields = {"company_id": visitor.case.company_id, "role": "representante", "since": now - 900, "seen": now - 900}
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(**fields))
    polled = await visitor.client.get("/estado", headers={"HX-Request": "true"})
    assert polled.status_code == 200
    assert "set-cookie" not in polled.headers
    assert "set-cookie" in (await visitor.get("/estado")).headers


async def test_a_changed_cookie_is_worth_nothing(site: Site) -> None:
    now = int(time.time())
    good = cookie(company_id="C1", role="representante", since=now, seen=now)
    data, _, signature = good.partition(".")
    other = base64.b64encode(json.dumps({"company_id": "C2", "role": "representante"}).encode()).decode()
    for forged in (f"{other}.{signature}", data, cookie(company_id="../C1", role="representante", since=now, seen=now)):
        async with site.client() as browser:
            browser.cookies.set("activa", forged)
            assert (await browser.get("/estado")).status_code == 401


async def test_leaving_ends_the_session(visitor: Visitor) -> None:
    answer = await visitor.post("/salir")
    assert (answer.status_code, answer.headers["location"]) == (303, "/adios")
    assert (await visitor.get("/estado")).status_code == 401
    assert "Tu avance quedó guardado" in text_of(await visitor.get("/adios"))
