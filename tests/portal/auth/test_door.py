"""Who is let in: only the bearer of a fresh token that the lender signed, once."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from tests.support.portal.issuing import Issuer, published
from tests.support.portal.visiting import Site, Visitor, text_of, title_of

NOT_LET_IN = "No pudimos comprobar tu ingreso · Activa"


def claims_of(visitor: Visitor) -> dict[str, Any]:
    return dict(jwt.decode(visitor.site.lender.token(visitor.case.company_id), visitor.site.lender.key).claims)


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def by_another_key(visitor: Visitor) -> str:
    key = ECKey.generate_key("P-256", parameters={"kid": "development"})
    return jwt.encode({"alg": "ES256", "kid": "development"}, claims_of(visitor), key)


def unsigned(visitor: Visitor) -> str:
    return f"{encoded({'alg': 'none', 'kid': 'development'})}.{encoded(claims_of(visitor))}."


def signed_with_the_public_key_as_secret(visitor: Visitor) -> str:
    public = json.dumps(visitor.site.lender.key.as_dict(private=False)).encode()
    claims = json.dumps(claims_of(visitor)).encode()
    return jws.serialize_compact(
        {"alg": "HS256", "kid": "development"}, claims, OctKey.import_key(public), algorithms=["HS256"]
    )


def of_another_company_by_hand(visitor: Visitor) -> str:
    header, _, signature = visitor.site.lender.token(visitor.case.company_id).split(".")
    return f"{header}.{encoded(claims_of(visitor) | {'company_id': 'OTHER1'})}.{signature}"


def without_a_key_id(visitor: Visitor) -> str:
    return jwt.encode({"alg": "ES256"}, claims_of(visitor), visitor.site.lender.key)


def with_claims(**changes: object) -> Callable[[Visitor], str]:
    def token(visitor: Visitor) -> str:
        claims = claims_of(visitor) | changes
        return jwt.encode({"alg": "ES256", "kid": "development"}, claims, visitor.site.lender.key)

    return token


def without(name: str) -> Callable[[Visitor], str]:
    def token(visitor: Visitor) -> str:
        claims = {key: value for key, value in claims_of(visitor).items() if key != name}
        return jwt.encode({"alg": "ES256", "kid": "development"}, claims, visitor.site.lender.key)

    return token


def shifted(issued: int, expires: int) -> Callable[[Visitor], str]:
    def token(visitor: Visitor) -> str:
        now = int(time.time())
        return with_claims(iat=now + issued, exp=now + expires)(visitor)

    return token


FORGED = {
    "signed by another key": by_another_key,
    "not signed at all": unsigned,
    "signed with the public key as a secret": signed_with_the_public_key_as_secret,
    "of another company, changed by hand": of_another_company_by_hand,
    "without a key id": without_a_key_id,
    "expired": shifted(-150, -90),
    "issued in the future": shifted(300, 360),
    "that lives for an hour": shifted(0, 3600),
    "of another issuer": with_claims(iss="https://evil.example"),
    "for another audience": with_claims(aud="other"),
    "of an unknown role": with_claims(role="admin"),
    "with a path as company": with_claims(company_id="../OTHER"),
    "with a list as id": with_claims(jti=["a"]),
    **{f"without {name}": without(name) for name in ("iss", "aud", "sub", "company_id", "role", "jti", "iat", "exp")},
    "of no shape": lambda _: "not a token",
    "that is empty": lambda _: "",
    "that is huge": lambda _: "a" * 10_000,
    "with characters of no alphabet": lambda _: "ñ.ñ.ñ",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_lets_nobody_in(site: Site, visitor: Visitor, forge: Callable[[Visitor], str]) -> None:
    async with site.client() as browser:
        answer = await browser.post("/entrar", data={"token": forge(visitor)})
        assert (answer.status_code, title_of(answer)) == (401, NOT_LET_IN)
        assert (await browser.get("/estado")).status_code == 401


async def test_a_good_token_lets_in_to_its_own_company(site: Site, visitor: Visitor) -> None:
    async with site.client() as browser:
        token = site.lender.token(visitor.case.company_id)
        answer = await browser.post("/entrar", data={"token": token, "destino": "/estado"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/estado")
        assert (await browser.get("/estado")).status_code == 200


async def test_an_issuer_whose_clock_is_ten_seconds_ahead_lets_its_people_in(site: Site, visitor: Visitor) -> None:
    async with site.client() as browser:
        answer = await browser.post("/entrar", data={"token": shifted(10, 69)(visitor)})
        assert answer.status_code == 303, text_of(answer)
        assert (await browser.get("/estado")).status_code == 200


async def test_the_page_of_a_refused_token_says_what_may_have_happened_and_what_to_do(
    site: Site, visitor: Visitor
) -> None:
    async with site.client() as browser:
        answer = await browser.post("/entrar", data={"token": shifted(300, 360)(visitor)})
    assert "ya se había usado, ya había vencido o no lo pudimos comprobar" in text_of(answer)
    assert "si vuelve a pasar, escríbele a soporte" in text_of(answer)
    assert not {"iat", "invalid_claim"} & set(text_of(answer).split())


async def test_a_token_is_good_once_even_for_eight_at_a_time(site: Site, visitor: Visitor) -> None:
    token = site.lender.token(visitor.case.company_id)

    async def come_in() -> int:
        async with site.client() as browser:
            return (await browser.post("/entrar", data={"token": token})).status_code

    answers = await asyncio.gather(*(come_in() for _ in range(8)))
    assert sorted(answers) == [303] + [401] * 7
    assert await come_in() == 401


@pytest.mark.parametrize(
    "destination", ["https://evil.example", "//evil.example", "/\\evil.example", "/salir", "javascript:alert(1)", ""]
)
async def test_nobody_is_led_to_a_place_that_was_made_up(visitor: Visitor, destination: str) -> None:
    assert (await visitor.enter(destination)).headers["location"] == "/"


async def test_a_refused_token_leaves_no_trace_of_itself_in_the_log(
    site: Site, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    token = with_claims(aud="other", sub="maria@panaderia.example.co")(visitor)
    async with site.client() as browser:
        await browser.post("/entrar", data={"token": token})
    assert "a hand-off was refused: invalid_claim: aud" in caplog.text
    assert token not in caplog.text
    assert "maria" not in caplog.text


async def enter_with(site: Site, visitor: Visitor, key: ECKey, kid: str) -> httpx.Response:
    token = jwt.encode({"alg": "ES256", "kid": kid}, claims_of(visitor), key)
    async with site.client() as browser:
        return await browser.post("/entrar", data={"token": token})


async def test_keys_come_from_the_issuers_address(
    build_site: Callable[..., Site], visitor: Visitor, issuer: Issuer
) -> None:
    key, public = published("one")
    issuer.document = {"keys": [public]}
    site = build_site(jwks=issuer.url, development_key=None)
    assert (await enter_with(site, visitor, key, "one")).status_code == 303
    assert (await enter_with(site, visitor, key, "one")).status_code == 303
    assert issuer.asked == 1


async def test_a_symmetric_key_in_the_document_opens_nothing(
    build_site: Callable[..., Site], visitor: Visitor, issuer: Issuer
) -> None:
    secret = OctKey.import_key({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMy", "kid": "s"})
    issuer.document = {"keys": [secret.as_dict(private=True)]}
    site = build_site(jwks=issuer.url, development_key=None)
    token = jws.serialize_compact(
        {"alg": "HS256", "kid": "s"}, json.dumps(claims_of(visitor)).encode(), secret, algorithms=["HS256"]
    )
    async with site.client() as browser:
        assert (await browser.post("/entrar", data={"token": token})).status_code == 401


async def test_unreadable_keys_are_our_fault_and_are_said_so(
    build_site: Callable[..., Site], visitor: Visitor, tmp_path: Path
) -> None:
    site = build_site(jwks=str(tmp_path / "nothing.json"), development_key=None)
    answer = await enter_with(site, visitor, published("one")[0], "one")
    assert (answer.status_code, title_of(answer)) == (503, "En este momento no podemos responder · Activa")
