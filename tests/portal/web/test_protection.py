"""What holds on every route: roles, foreign ids, headers, no post from elsewhere, limits."""

from collections.abc import Callable, Iterator

import pytest

from portal.auth.roles import Role
from tests.support.portal.limited import until_refused
from tests.support.portal.routing import filled, roles_of, routes
from tests.support.portal.visiting import FORM, ORIGIN, REPRESENTATIVE, Site, Visitor, text_of, title_of
from tests.support.world import World

OPEN_TO_ALL = {
    ("POST", "/entrar"),
    ("POST", "/entrar/cambiar"),
    ("POST", "/salir"),
    ("GET", "/adios"),
    ("GET", "/salud"),
    ("GET", "/datos"),
    # The played lender, which no portal outside 127.0.0.1 has.
    ("GET", "/desarrollo"),
    ("POST", "/desarrollo/entrar"),
    ("GET", "/desarrollo/pagar"),
    ("POST", "/desarrollo/pagar"),
}


def test_every_route_has_one_role_or_is_known_to_be_open(site: Site) -> None:
    table = {(method, path): roles_of(route) for method, path, route in routes(site)}
    assert {key for key, roles in table.items() if not roles} == OPEN_TO_ALL
    ours = {key for key, roles in table.items() if roles == {Role.REPRESENTATIVE}}
    assert ("GET", "/desarrollo/carta-firmada.pdf") in ours
    assert {path for _, path in ours}.isdisjoint(path for _, path in table if path.startswith("/soporte"))
    desk = {key: roles for key, roles in table.items() if key[1].startswith("/soporte")}
    assert {key for key, roles in desk.items() if roles == {Role.SUPPORT}} == {
        ("GET", "/soporte/casos/{company_id}/{key}"),
        ("POST", "/soporte/casos/{company_id}/{key}"),
        ("GET", "/soporte/lotes/nuevo"),
        ("POST", "/soporte/lotes/nuevo"),
        ("POST", "/soporte/lotes/{job_id}/detener"),
        ("POST", "/soporte/propuestas/{job_id}/pedir"),
        ("POST", "/soporte/propuestas/{job_id}/retirar"),
        ("POST", "/soporte/propuestas/{job_id}/confirmar"),
    }
    assert all(roles in ({Role.SUPPORT}, {Role.SUPPORT, Role.READER}) for roles in desk.values())
    assert len(ours) > 15


async def test_no_role_reaches_what_is_another_roles(site: Site, visitor: Visitor) -> None:
    for role in Role:
        async with site.client() as browser:
            await browser.post("/entrar", data={"token": site.lender.token(visitor.case.company_id, role)})
            for method, path, route in routes(site):
                if roles_of(route) and role not in roles_of(route):
                    address = filled(path).replace("/C1", f"/{visitor.case.company_id}")
                    answer = await browser.request(method, address, data={"confirmado": "1"})
                    assert (answer.status_code, title_of(answer)) == (404, "No encontramos esta página · Activa"), (
                        role,
                        method,
                        path,
                    )


async def test_without_a_session_every_page_leads_to_the_way_in(site: Site) -> None:
    async with site.client() as browser:
        for method, path, route in routes(site):
            if not roles_of(route):
                continue
            answer = await browser.request(method, filled(path))
            assert (answer.status_code, title_of(answer)) == (401, "Tu sesión terminó · Activa"), (method, path)


async def test_a_session_without_a_role_sees_nothing(build_site: Callable[..., Site], visitor: Visitor) -> None:
    cookie = visitor.client.cookies["activa"]
    async with build_site(session_secret="another-secret-of-32-characters!").client() as browser:
        browser.cookies.set("activa", cookie)
        assert (await browser.get("/estado")).status_code == 401


async def test_no_route_shows_or_changes_another_company(portal_world: World, site: Site, visitor: Visitor) -> None:
    other = await portal_world.start(legal_name="Secreta S.A.S.")
    await other.with_loan()
    before = await other.settle()
    foreign = before["letter"]["attached"]
    smuggled = {"company_id": other.company_id, "empresa": other.company_id, "carga": foreign}
    for method, path, route in routes(site):
        if Role.REPRESENTATIVE not in roles_of(route) or path == "/constancia.pdf":
            continue
        address = path.replace("{upload_id}", foreign)
        if method == "GET":
            answer = await visitor.client.get(address, params=smuggled)
        else:
            answer = await visitor.client.post(address, params=smuggled, data=smuggled)
        for secret in ("Secreta", before["letter"]["folio"]):
            assert secret not in answer.text, (method, path)
        if "{" in path or path == "/carta/resultado":
            assert answer.status_code == 404, (method, path)
    after = await other.settle()
    assert {**after, "timeline": None} == {**before, "timeline": None}
    assert len(after["timeline"]) == len(before["timeline"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
    ids=lambda headers: " ".join(f"{name}={value}" for name, value in headers.items()),
)
async def test_a_post_from_another_site_changes_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    for path in ("/representante", "/carta", "/continuar", "/carta/eliminar", "/pago/verificar", "/comprar", "/salir"):
        answer = await visitor.client.post(path, data=REPRESENTATIVE, headers=headers)
        assert (answer.status_code, title_of(answer)) == (403, "No hicimos ningún cambio · Activa"), path
    assert (await visitor.case.status())["letter"]["folio"] is None
    assert (await visitor.get("/estado")).status_code == 200


async def test_an_old_browser_that_names_its_origin_is_served_and_one_that_says_nothing_is_not(
    visitor: Visitor,
) -> None:
    del visitor.client.headers["Sec-Fetch-Site"]
    assert (await visitor.post("/pago/verificar")).status_code == 403
    answer = await visitor.client.post("/pago/verificar", headers={"Origin": ORIGIN})
    assert answer.headers["location"] == "/pago/resultado"


async def test_every_answer_carries_the_security_headers(site: Site, visitor: Visitor) -> None:
    answers = [await visitor.client.request(method, filled(path)) for method, path, _ in routes(site)]
    answers += [await visitor.get("/nothing-here"), await visitor.get("/static/activa.css")]
    answers += [await visitor.client.get("/", headers={"Host": "evil.example"})]
    for answer in answers:
        where = answer.request.url.path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'; style-src 'self';" in policy or policy.endswith("; sandbox"), where
        assert "unsafe" not in policy, where
        assert answer.headers["x-content-type-options"] == "nosniff", where
        assert answer.headers["x-frame-options"] == "DENY", where
        assert answer.headers["referrer-policy"] == "same-origin", where
        kept = answer.headers["cache-control"]
        assert kept.startswith("public") if where.startswith("/static/") else kept == "no-store", where


async def test_another_host_name_is_refused(visitor: Visitor) -> None:
    assert (await visitor.client.get("/", headers={"Host": "evil.example"})).status_code == 400


async def test_a_body_far_above_the_limit_is_refused_in_words_however_it_comes(visitor: Visitor) -> None:
    await visitor.download_letter()
    answer = await visitor.upload(b"%PDF-" + b"x" * 24_000_000)
    assert (answer.status_code, title_of(answer)) == (413, "El archivo es demasiado grande · Activa")

    async def in_pieces() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="documento"; filename="a.pdf"\r\n\r\n'
        for _ in range(240):
            yield b"x" * 100_000

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await visitor.client.post("/carta", content=in_pieces(), headers=headers)
    assert answer.status_code == 413


async def test_too_many_entries_from_one_address_are_told_to_wait(build_site: Callable[..., Site]) -> None:
    site = build_site(entries_per_minute=2)
    async with site.client() as browser:
        *answers, refused = await until_refused(lambda: browser.post("/entrar", data={"token": "x"}), 2)
    assert [answer.status_code for answer in answers[:2]] == [401, 401]
    assert int(refused.headers["retry-after"]) <= 60
    assert text_of(refused).startswith("Demasiados intentos Espera un minuto e intenta de nuevo.")


async def test_too_many_uploads_of_one_company_are_told_to_wait_and_another_company_is_not(
    portal_world: World, build_site: Callable[..., Site]
) -> None:
    site, case, other = build_site(uploads_per_hour=3), await portal_world.start(), await portal_world.start()
    async with site.visitor(case) as visitor:
        await visitor.enter()
        await visitor.download_letter()
        assert (await visitor.upload(b"nothing")).status_code == 422
        # Each letter that is made counts as well.
        await until_refused(lambda: visitor.client.post("/representante", data=FORM), 3)
        assert (await visitor.upload(b"nothing")).status_code == 429
    async with site.visitor(other) as visitor:
        await visitor.enter()
        await visitor.download_letter()


async def test_a_development_key_is_the_only_way_to_the_played_lender(build_site: Callable[..., Site]) -> None:
    async with build_site(development_key=None).client() as browser:
        assert (await browser.get("/desarrollo")).status_code == 404
        assert (await browser.post("/desarrollo/entrar")).status_code == 404
