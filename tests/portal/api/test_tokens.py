"""Who may call: only the bearer of a token of the issuer for this API, within its scope and its hour."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from portal.api.access import Scope
from tests.support.portal.calling import Caller, problem
from tests.support.portal.visiting import Site, title_of

READ = "/activations"


def claims_of(site: Site) -> dict[str, Any]:
    return dict(jwt.decode(site.lender.api_token(), site.lender.key).claims)


def by_another_key(site: Site) -> str:
    key = ECKey.generate_key("P-256", parameters={"kid": "development"})
    return jwt.encode({"alg": "ES256", "kid": "development"}, claims_of(site), key)


def signed_with_the_public_key_as_secret(site: Site) -> str:
    public = json.dumps(site.lender.key.as_dict(private=False)).encode()
    claims = json.dumps(claims_of(site)).encode()
    return jws.serialize_compact(
        {"alg": "HS256", "kid": "development"}, claims, OctKey.import_key(public), algorithms=["HS256"]
    )


def without(name: str) -> Callable[[Site], str]:
    def token(site: Site) -> str:
        claims = {key: value for key, value in claims_of(site).items() if key != name}
        return jwt.encode({"alg": "ES256", "kid": "development"}, claims, site.lender.key)

    return token


def shifted(issued: int, expires: int) -> Callable[[Site], str]:
    return lambda site: site.lender.api_token(iat=int(time.time()) + issued, exp=int(time.time()) + expires)


FORGED: dict[str, Callable[[Site], str]] = {
    "signed by another key": by_another_key,
    "signed with the public key as a secret": signed_with_the_public_key_as_secret,
    "without a key id": lambda site: jwt.encode({"alg": "ES256"}, claims_of(site), site.lender.key),
    "expired": shifted(-3600, -90),
    "issued in the future": shifted(300, 600),
    "that lives for more than an hour": shifted(0, 3601),
    "of another issuer": lambda site: site.lender.api_token(iss="https://evil.example"),
    "for another audience": lambda site: site.lender.api_token(aud="other"),
    "that hands a person over": lambda site: site.lender.token("C1001"),
    "that hands a person over, with a scope": lambda site: site.lender.token("C1001", scope="activations:read"),
    "with a list as scope": lambda site: site.lender.api_token(scope=["activations:read"]),
    "with an empty scope": lambda site: site.lender.api_token(scope=""),
    "with an empty subject": lambda site: site.lender.api_token(sub=""),
    **{f"without {name}": without(name) for name in ("iss", "aud", "sub", "scope", "iat", "exp")},
    "of no shape": lambda _: "not-a-token",
    "that is huge": lambda _: "a" * 60_000,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_opens_nothing(site: Site, forge: Callable[[Site], str]) -> None:
    answer = await Caller(site, forge(site)).get(READ)
    assert problem(answer) == (401, "token-refused")
    assert answer.headers["www-authenticate"] == 'Bearer realm="activa", error="invalid_token"'


async def test_without_a_token_the_answer_says_which_is_needed(site: Site) -> None:
    answer = await Caller(site, None).get(READ)
    assert problem(answer) == (401, "no-token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="activa"'


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "token", "Bearer a b"])
async def test_another_way_to_prove_oneself_is_refused(site: Site, header: str) -> None:
    answer = await Caller(site, None).send("GET", READ, headers={"Authorization": header})
    assert problem(answer) == (401, "token-refused")


async def test_two_tokens_at_once_are_refused(site: Site) -> None:
    async with site.client() as client:
        sent = [("Authorization", f"Bearer {site.lender.api_token()}")] * 2
        assert problem(await client.get("/api/activations", headers=sent)) == (401, "token-refused")


async def test_a_good_token_is_good_until_it_ends(caller: Caller) -> None:
    assert [(await caller.get(READ)).status_code for _ in range(3)] == [200] * 3


async def test_the_scheme_may_be_written_in_small_letters(site: Site) -> None:
    sent = {"Authorization": f"bearer {site.lender.api_token()}"}
    assert (await Caller(site, None).send("GET", READ, headers=sent)).status_code == 200


def routes(site: Site) -> Iterator[tuple[str, str, APIRoute]]:
    for route in site.app.state.api.routes:
        for each in getattr(getattr(route, "original_router", None), "routes", ()):
            for method in sorted(each.methods):
                yield method, each.path, each


def scopes_of(route: APIRoute) -> set[Scope]:
    return {scope for each in route.dependant.dependencies if (scope := getattr(each.call, "scope", None)) is not None}


def test_every_route_asks_for_a_scope_or_is_known_to_be_open(site: Site) -> None:
    assert {(method, path): scopes_of(route) for method, path, route in routes(site)} == {
        ("POST", "/api/activations"): {Scope.WRITE},
        ("POST", "/api/activations/{company_id}/representative"): {Scope.WRITE},
        ("POST", "/api/activations/{company_id}/payments"): {Scope.WRITE},
        ("GET", "/api/activations"): {Scope.READ},
        ("GET", "/api/activations/{company_id}"): {Scope.READ},
        ("GET", "/api/activations/{company_id}/entitlement"): {Scope.READ},
        ("GET", "/api/docs"): set(),
    }


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE])
async def test_a_token_allows_what_its_scope_says_and_nothing_else(site: Site, scope: Scope) -> None:
    only = Caller(site, site.lender.api_token(scope=f"other {scope.value}"))
    for method, path, route in routes(site):
        if not (needed := scopes_of(route)):
            continue
        answer = await only.send(method, path.removeprefix("/api").replace("{company_id}", "NOBODY1"))
        if needed == {scope}:
            assert answer.status_code in (200, 404, 415), (method, path)
        else:
            assert problem(answer) == (403, "scope-missing"), (method, path)
            [missing] = needed
            assert f'error="insufficient_scope", scope="{missing.value}"' in answer.headers["www-authenticate"]


async def test_part_of_a_scopes_name_is_not_the_scope(site: Site) -> None:
    for scope in ("activations", "activations:readall", "activations:read,activations:write"):
        assert problem(await Caller(site, site.lender.api_token(scope=scope)).get(READ)) == (403, "scope-missing")


async def test_a_token_of_the_api_does_not_open_the_portal(site: Site) -> None:
    token = site.lender.api_token(company_id="C1001", role="representante", jti="0123456789abcdef")
    async with site.client() as browser:
        answer = await browser.post("/entrar", data={"token": token})
        assert (answer.status_code, title_of(answer)) == (401, "No pudimos comprobar tu ingreso · Activa")
        sent = {"Authorization": f"Bearer {token}"}
        assert (await browser.get("/estado", headers=sent)).status_code == 401


async def test_a_token_is_looked_at_before_anything_that_was_sent(site: Site) -> None:
    answer = await Caller(site, None).send("POST", "/activations", content=b"{", headers={"Content-Type": "text/plain"})
    assert problem(answer) == (401, "no-token")
    assert problem(await Caller(site, None).get("/activations/..%20")) == (401, "no-token")


async def test_a_refused_token_leaves_no_trace_of_itself_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    token = site.lender.api_token(aud="other", sub="maria@panaderia.example.co")
    await Caller(site, token).get(READ)
    assert "an API token was refused: invalid_claim: aud" in caplog.text
    assert token not in caplog.text
    assert "maria" not in caplog.text


async def test_keys_that_can_not_be_read_are_our_fault(build_site: Callable[..., Site], site: Site) -> None:
    blind = build_site(jwks="/nowhere/keys.json", development_key=None)
    answer = await Caller(blind, site.lender.api_token()).get(READ)
    assert problem(answer) == (503, "unavailable")
    assert "retry-after" in answer.headers


def test_the_two_audiences_must_differ(build_site: Callable[..., Site]) -> None:
    with pytest.raises(ValueError, match="ACTIVA_PORTAL__API_AUDIENCE must differ from …__AUDIENCE"):
        build_site(audience="same", api_audience="same")
