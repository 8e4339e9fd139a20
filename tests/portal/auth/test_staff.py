"""Staff come in by an issuer of their own, and have signed in lately before they do what weighs."""

import asyncio
import base64
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.portal.visiting import Site, Visitor, text_of
from tests.support.world import CaseUnderTest, World

STAFF_ISSUER, STAFF_AUDIENCE = "https://personal.example.co", "activa-soporte"
PAYMENT = {"reference": "FV-90", "amount_cop": "297.500", "reason": "El banco lo confirmó."}
CLOSING = {"reason": "La empresa se fue."}


@pytest_asyncio.fixture(loop_scope="session")
async def case(portal_world: World) -> CaseUnderTest:
    case = await portal_world.start()
    await case.settle()
    return case


@pytest.fixture
def staff_key() -> ECKey:
    return ECKey.generate_key("P-256", parameters={"kid": "staff"})


@pytest.fixture
def apart(build_site: Callable[..., Site], staff_key: ECKey, tmp_path: Path) -> Site:
    """A portal whose staff come from an issuer of their own."""
    place = tmp_path / "staff.json"
    place.write_text(json.dumps({"keys": [staff_key.as_dict(private=False)]}))
    return build_site(staff_issuer=STAFF_ISSUER, staff_audience=STAFF_AUDIENCE, staff_jwks=str(place))


def staff_token(key: ECKey, **changes: Any) -> str:
    now = int(time.time())
    said = {"iss": STAFF_ISSUER, "aud": STAFF_AUDIENCE, "sub": "ana", "role": "soporte", "jti": uuid.uuid4().hex}
    said |= {"iat": now, "exp": now + 60} | changes
    return jwt.encode({"alg": "ES256", "kid": str(key.kid)}, said, key)


async def entered(site: Site, token: str) -> int:
    async with site.client() as browser:
        await browser.post("/entrar", data={"token": token})
        async with asyncio.timeout(60):
            while (page := await browser.get("/soporte/lotes")).status_code == 503:
                pass  # a busy machine's server does not answer in time
        return page.status_code


async def test_staff_come_in_by_their_own_issuer(apart: Site, staff_key: ECKey) -> None:
    assert await entered(apart, staff_token(staff_key)) == 200


async def test_the_issuer_of_representatives_makes_nobody_staff(
    apart: Site, case: CaseUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    assert await entered(apart, apart.lender.token(case.company_id, "soporte")) == 401
    assert "a hand-off was refused: not_this_issuers: role" in caplog.text
    named = {"iss": STAFF_ISSUER, "aud": STAFF_AUDIENCE}
    assert await entered(apart, apart.lender.token(case.company_id, "soporte", **named)) == 401


async def test_the_issuer_of_staff_makes_nobody_a_representative(
    apart: Site, case: CaseUnderTest, staff_key: ECKey
) -> None:
    claims = {"role": "representante", "company_id": case.company_id}
    async with apart.client() as browser:
        answer = await browser.post("/entrar", data={"token": staff_token(staff_key, **claims)})
        assert answer.status_code == 401
        representative = await browser.post("/entrar", data={"token": apart.lender.token(case.company_id)})
        assert representative.status_code == 303


@pytest.mark.parametrize("payload", ["[" * 2_000, "nonsense", "[]", '{"iss": [], "aud": {}}'])
async def test_a_payload_that_is_none_lets_nobody_in(site: Site, payload: str) -> None:
    middle = base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()
    header = base64.urlsafe_b64encode(b'{"alg":"ES256","kid":"development"}').rstrip(b"=").decode()
    assert await entered(site, f"{header}.{middle}.AAAA") == 401


async def desk_of(site: Site, case: CaseUnderTest, **claims: Any) -> Visitor:
    visitor = Visitor(site, site.client(), case)
    await visitor.enter(role="soporte", sub="ana", **claims)
    return visitor


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"auth_time": ago(4_000)}, id="an hour and more ago"),
        pytest.param({"auth_time": "never"}, id="at a time that is none"),
        pytest.param({"auth_time": -5}, id="before there was time"),
    ],
)
@pytest.mark.parametrize(("key", "typed"), [("pago", PAYMENT), ("cierre", CLOSING)])
async def test_who_signed_in_long_ago_moves_no_money_and_closes_nothing_and_loses_nothing_of_the_form(
    site: Site, case: CaseUnderTest, claims: dict[str, Any], key: str, typed: dict[str, str]
) -> None:
    desk, path = await desk_of(site, case, **claims), f"/soporte/casos/{case.company_id}/{key}"

    refused = await desk.post(path, **typed, confirmado="1")

    assert refused.status_code == 403
    assert "hace falta haber entrado hace menos de 60 minutos" in text_of(refused)
    assert "reingreso=1" in refused.text
    for name, value in typed.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in refused.text
    facts = await case.settle()
    assert (facts["payment"]["payments"], facts["closing"]) == ([], None)


async def test_signing_in_in_another_tab_lets_the_same_form_through(site: Site, case: CaseUnderTest) -> None:
    desk, path = await desk_of(site, case, auth_time=ago(4_000)), f"/soporte/casos/{case.company_id}/pago"
    assert (await desk.post(path, **PAYMENT, confirmado="1")).status_code == 403
    await desk.enter(role="soporte", sub="ana", auth_time=ago(0))
    assert (await desk.post(path, **PAYMENT, confirmado="1")).status_code == 303
    assert (await case.settle())["payment"]["paid"]


async def test_what_weighs_little_needs_no_fresh_sign_in(site: Site, case: CaseUnderTest) -> None:
    desk = await desk_of(site, case, auth_time=ago(20_000))
    muted = {"until": "2035-03-01", "reason": "Vacaciones.", "confirmado": "1"}
    assert (await desk.post(f"/soporte/casos/{case.company_id}/silencio", **muted)).status_code == 303


async def test_where_the_issuer_tells_no_time_the_hand_off_counts(site: Site, case: CaseUnderTest) -> None:
    now = int(time.time())
    said = {"iss": f"{site.origin}/desarrollo", "aud": "activa", "sub": "ana", "role": "soporte"}
    said |= {"jti": uuid.uuid4().hex, "iat": now, "exp": now + 60}
    token = jwt.encode({"alg": "ES256", "kid": "development"}, said, site.lender.key)
    async with site.client() as browser:
        await browser.post("/entrar", data={"token": token})
        answer = await browser.post(f"/soporte/casos/{case.company_id}/pago", data={**PAYMENT, "confirmado": "1"})
    assert answer.status_code == 303


async def test_a_sign_in_that_is_too_weak_is_said_so_and_a_strong_one_goes_through(
    build_site: Callable[..., Site], case: CaseUnderTest
) -> None:
    site = build_site(staff_auth_methods=("mfa", "urn:fuerte"))
    path = f"/soporte/casos/{case.company_id}/pago"
    refused = {}
    for name, claims in {
        "nothing": {},
        "password": {"amr": ["pwd"], "acr": "urn:simple"},
        "mfa": {"amr": ["pwd", "mfa"]},
        "acr": {"acr": "urn:fuerte"},
    }.items():
        desk = await desk_of(site, case, **claims)
        answer = await desk.post(path, **PAYMENT, confirmado="1")
        refused[name] = "hace falta entrar con otro método" in text_of(answer) and answer.status_code == 403
    assert refused == {"nothing": True, "password": True, "mfa": False, "acr": False}
