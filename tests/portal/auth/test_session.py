"""How long somebody stays logged in, and what the cookie holds."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner

from portal.auth.live_sessions import LiveSessions
from portal.web.rotating_sessions import signer
from tests.support.portal.visiting import SECRET, Site, Visitor, text_of, title_of
from tests.support.world import World

HTTPS = "https://activa.example.co"
OVER = "Tu sesión terminó · Activa"


def cookie(**values: object) -> str:
    data = base64.b64encode(json.dumps(values).encode())
    return signer((SECRET,)).sign(data).decode()


def session_of(client: httpx.AsyncClient) -> dict[str, object]:
    value = client.cookies["activa"]
    return dict(json.loads(base64.b64decode(value.split(".")[0])))


def test_the_session_holds_no_personal_data(visitor: Visitor) -> None:
    session = session_of(visitor.client)
    assert set(session) == {"company_id", "role", "since", "seen", "id", "person"}
    assert {len(str(session[name])) for name in ("id", "person")} == {32}
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
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "form-action 'self' https://pagos.example.co;" in answer.headers["content-security-policy"]


async def test_half_an_hour_without_a_page_ends_the_session_and_the_way_back_is_kept(site: Site) -> None:
    now = int(time.time())
    async with site.client() as browser:
        aged = cookie(company_id="C1", role="representante", since=now - 1900, seen=now - 1801, id="a", person="b")
        browser.cookies.set("activa", aged)
        answer = await browser.get("/estado")
    assert (answer.status_code, title_of(answer)) == (401, OVER)
    assert 'href="http://127.0.0.1:8000/desarrollo?destino=/estado"' in answer.text


@pytest.mark.parametrize(("idle", "status"), [(1_700, 200), (1_801, 401)], ids=["before", "after"])
async def test_half_an_hour_without_a_page_ends_a_session_that_nobody_has_ended(
    visitor: Visitor, idle: int, status: int
) -> None:
    now = int(time.time())
    fields = session_of(visitor.client) | {"since": now - 1_900, "seen": now - idle}
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(**fields))
    assert (await visitor.get("/estado")).status_code == status


async def test_eight_hours_end_the_session_of_the_busiest(visitor: Visitor) -> None:
    now = int(time.time())
    fields = session_of(visitor.client) | {"seen": now}
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(**fields | {"since": now - 8 * 3600 + 60}))
    assert (await visitor.get("/estado")).status_code == 200
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(**fields | {"since": now - 8 * 3600 - 1}))
    assert (await visitor.get("/estado")).status_code == 401


async def test_a_page_keeps_the_session_alive_and_what_asks_by_itself_does_not(visitor: Visitor) -> None:
    now = int(time.time())
    fields = session_of(visitor.client) | {"since": now - 900, "seen": now - 900}
    visitor.client.cookies.clear()
    visitor.client.cookies.set("activa", cookie(**fields))
    polled = await visitor.client.get("/estado", headers={"HX-Request": "true"})
    assert polled.status_code == 200
    assert "set-cookie" not in polled.headers
    assert "set-cookie" in (await visitor.get("/estado")).headers


async def test_a_changed_cookie_is_worth_nothing(site: Site) -> None:
    now = int(time.time())
    ids = {"id": "a" * 32, "person": "b" * 32}
    good = cookie(company_id="C1", role="representante", since=now, seen=now, **ids)
    data, _, signature = good.partition(".")
    other = base64.b64encode(json.dumps({"company_id": "C2", "role": "representante"}).encode()).decode()
    for forged in (
        f"{other}.{signature}",
        data,
        cookie(company_id="../C1", role="representante", since=now, seen=now, **ids),
    ):
        async with site.client() as browser:
            browser.cookies.set("activa", forged)
            assert (await browser.get("/estado")).status_code == 401


async def test_leaving_ends_the_session(visitor: Visitor) -> None:
    answer = await visitor.post("/salir")
    assert (answer.status_code, answer.headers["location"]) == (303, "/adios")
    assert (await visitor.get("/estado")).status_code == 401
    assert "Tu avance quedó guardado" in text_of(await visitor.get("/adios"))


async def copied(visitor: Visitor, site: Site) -> httpx.AsyncClient:
    """Return another browser, on another replica, with the cookie of this one."""
    other = site.client()
    other.headers["Cookie"] = f"activa={visitor.client.cookies['activa']}"
    return other


async def test_a_copied_cookie_is_worth_nothing_once_its_session_was_left(
    visitor: Visitor, build_site: Callable[..., Site]
) -> None:
    thief = await copied(visitor, build_site())
    before = (await thief.get("/estado")).status_code
    await visitor.post("/salir")
    assert (before, (await thief.get("/estado")).status_code) == (200, 401)


async def test_coming_in_anew_ends_the_session_of_before(visitor: Visitor, build_site: Callable[..., Site]) -> None:
    thief = await copied(visitor, build_site())
    await visitor.enter()
    assert (await thief.get("/estado")).status_code == 401
    assert (await visitor.get("/estado")).status_code == 200


async def test_leaving_an_old_session_leaves_the_new_one_alone(visitor: Visitor, site: Site) -> None:
    old = await copied(visitor, site)
    await visitor.enter()
    await old.post("/salir")
    assert (await visitor.get("/estado")).status_code == 200


async def test_an_operator_ends_the_sessions_of_a_company_and_no_others(visitor: Visitor, portal_world: World) -> None:
    live = LiveSessions(portal_world.objects)
    ended = list(live.end_all(company_id=visitor.case.company_id))
    assert [(each["role"], each["company_id"]) for each in ended] == [("representante", visitor.case.company_id)]
    assert (await visitor.get("/estado")).status_code == 401
    await visitor.enter()
    assert list(live.end_all(company_id="ANOTHER")) == list(live.end_all(staff="ana.of.another")) == []
    assert (await visitor.get("/estado")).status_code == 200


async def test_a_secret_is_changed_without_ending_anybodys_session(
    visitor: Visitor, build_site: Callable[..., Site]
) -> None:
    newest = "the-newest-secret-of-more-than-32-characters"
    both = build_site(session_secret=json.dumps([newest, SECRET]))
    browser = await copied(visitor, both)
    assert (await browser.get("/estado")).status_code == 200
    renewed = signer((newest,)).unsign(browser.cookies["activa"])
    assert json.loads(base64.b64decode(renewed))["company_id"] == visitor.case.company_id
    assert (await (await copied(visitor, build_site(session_secret=newest))).get("/estado")).status_code == 401


@pytest.mark.parametrize(("digest", "status"), [(hashlib.sha256, 200), (hashlib.sha1, 401)], ids=["SHA-256", "SHA-1"])
async def test_a_cookie_signed_with_sha1_is_worth_nothing(
    visitor: Visitor, site: Site, digest: Any, status: int
) -> None:
    data = visitor.client.cookies["activa"].rsplit(".", 2)[0]
    signs = TimestampSigner(SECRET, salt="activa-session", key_derivation="hmac", digest_method=digest)
    async with site.client() as browser:
        browser.cookies.set("activa", signs.sign(data).decode())
        assert (await browser.get("/estado")).status_code == status


ANOTHER = "¿Cambiar de empresa?"


async def test_a_session_is_not_replaced_by_another_companys_unasked(
    visitor: Visitor, site: Site, portal_world: World
) -> None:
    other = await portal_world.start()
    asked = await visitor.client.post("/entrar", data={"token": site.lender.token(other.company_id)})
    assert (asked.status_code, ANOTHER in text_of(asked)) == (200, True)
    assert session_of(visitor.client)["company_id"] == visitor.case.company_id
    assert (await visitor.get("/estado")).status_code == 200
    changed = await visitor.post("/entrar/cambiar", destino="/estado")
    assert (changed.status_code, changed.headers["location"]) == (303, "/estado")
    assert session_of(visitor.client)["company_id"] == other.company_id
    assert (await visitor.post("/entrar/cambiar")).status_code == 401


async def offered(visitor: Visitor, site: Site, world: World) -> httpx.AsyncClient:
    """Let a token of another company come, and copy the cookie in which the offer to change is."""
    other = await world.start()
    await visitor.client.post("/entrar", data={"token": site.lender.token(other.company_id)})
    return await copied(visitor, site)


async def test_a_copied_offer_to_change_the_company_is_good_once(
    visitor: Visitor, site: Site, portal_world: World
) -> None:
    thief = await offered(visitor, site, portal_world)
    assert (await visitor.post("/entrar/cambiar")).status_code == 303
    assert (await thief.post("/entrar/cambiar")).status_code == 401
    assert (await visitor.get("/estado")).status_code == 200


async def test_a_copied_offer_to_change_the_company_is_worth_nothing_once_its_person_has_left(
    visitor: Visitor, site: Site, portal_world: World
) -> None:
    thief = await offered(visitor, site, portal_world)
    await visitor.post("/salir")
    assert (await thief.post("/entrar/cambiar")).status_code == 401
    assert (await thief.get("/estado")).status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8001"])
async def test_a_token_from_a_strangers_page_lets_nobody_in(site: Site, visitor: Visitor, origin: str) -> None:
    token = site.lender.token(visitor.case.company_id)
    async with site.client() as browser:
        refused = await browser.post("/entrar", data={"token": token}, headers={"Origin": origin})
        assert (refused.status_code, dict(browser.cookies)) == (403, {})
        taken = await browser.post("/entrar", data={"token": token}, headers={"Origin": site.origin})
        assert taken.status_code == 303


async def test_the_lenders_other_places_may_hand_people_over(
    visitor: Visitor, site: Site, build_site: Callable[..., Site]
) -> None:
    async with build_site(hand_off_origins=("https://app.example.com/x",)).client() as browser:
        token = site.lender.token(visitor.case.company_id)
        answer = await browser.post("/entrar", data={"token": token}, headers={"Origin": "https://app.example.com"})
    assert answer.status_code == 303


async def test_a_member_of_staff_is_one_person_whichever_company_their_token_names(
    site: Site, visitor: Visitor
) -> None:
    other = await visitor.case.world.start()
    async with site.visitor(visitor.case) as before, site.visitor(other) as after:
        await before.enter(role="soporte", sub="ana.of.two")
        await after.enter(role="soporte", sub="ana.of.two")
        assert (await before.get("/soporte")).status_code == 401
        assert (await after.get("/soporte")).status_code == 200
