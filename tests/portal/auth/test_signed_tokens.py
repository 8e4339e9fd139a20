"""Which clocks and claims a token may have, to the second, and what the log says of one that is refused."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet

from portal.api import access
from portal.auth.hand_off import Door, HandOffRefusedError, Issuer
from portal.auth.roles import Role
from portal.auth.signed_tokens import SignedTokens, TokenRefusedError
from tests.support.world import World

NOW = datetime(2026, 11, 24, 15, 30, 0, 900_000, UTC)
SECOND = int(NOW.timestamp())
ISSUER, PORTAL, API = "https://lender.example.com", "activa-portal", "activa-api"


class OneKey:
    """The issuer's only key."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "one"})

    async def current(self, kid: str) -> KeySet:  # noqa: ARG002  # as the port says
        return KeySet([self.key])

    def signed(self, kid: str = "one", **claims: Any) -> str:
        said = {key: value for key, value in claims.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": kid}, said, self.key)

    def typed(self, kind: object, **claims: Any) -> str:
        """Return a token of a type; None is of none."""
        header = {"alg": "ES256", "kid": "one"} | ({} if kind is None else {"typ": kind})
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.key)


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def keys() -> OneKey:
    return OneKey()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(portal_world: World, keys: OneKey, clock: Clock) -> Door:
    return Door([Issuer(keys, ISSUER, PORTAL, frozenset(Role))], portal_world.objects, clock)


@pytest.fixture
def api(keys: OneKey, clock: Clock) -> SignedTokens:
    return SignedTokens(
        keys,
        clock,
        issuer=ISSUER,
        audience=API,
        required=access.REQUIRED,
        longest_life=access.LONGEST_LIFE,
        types=access.TYPES,
    )


def hand_off(issued: float = 0, expires: float = 60, **changes: Any) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "aud": PORTAL,
        "sub": "ana",
        "company_id": "C1001",
        "role": Role.REPRESENTATIVE.value,
        "jti": uuid.uuid4().hex,
        "iat": SECOND + issued,
        "exp": SECOND + expires,
    } | changes


def call(issued: float = 0, expires: float = 3600, **changes: Any) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "aud": API,
        "sub": "backend",
        "scope": "activations:read",
        "iat": SECOND + issued,
        "exp": SECOND + expires,
    } | changes


ACCEPTED = [
    pytest.param({"issued": 10, "expires": 69}, id="an issuer ten seconds ahead"),
    pytest.param({"issued": 59, "expires": 119}, id="issued 59 s ahead"),
    pytest.param({"issued": -119, "expires": -59}, id="expired 59 s ago"),
    pytest.param({"issued": 0, "expires": 60, "nbf": SECOND + 59}, id="not before, 59 s ahead"),
    pytest.param({"issued": 0.25, "expires": 59.75}, id="fractions of a second"),
]
REFUSED = [
    pytest.param({"issued": 61, "expires": 121}, "invalid_claim: iat, +61 s from now", id="issued 61 s ahead"),
    pytest.param({"issued": -121, "expires": -61}, "expired_token: exp, -61 s from now", id="expired 61 s ago"),
    pytest.param({"nbf": SECOND + 61}, "invalid_claim: nbf, +61 s from now", id="not before, 61 s ahead"),
    pytest.param({"iat": 10**400}, "invalid_claim: iat", id="issued never"),
    pytest.param({"iat": float("nan")}, "invalid_claim: iat", id="issued at no number"),
    pytest.param({"iat": "soon"}, "invalid_claim: iat", id="a time in words"),
    pytest.param({"iss": "https://evil.example"}, "invalid_claim: iss", id="issuer"),
    pytest.param({"aud": "other"}, "invalid_claim: aud", id="audience"),
    pytest.param({"sub": None}, "missing_claim: sub", id="subject"),
    pytest.param({"kid": "two"}, "invalid_key_id", id="key id"),
]


@pytest.mark.parametrize("changes", ACCEPTED)
async def test_a_clock_that_differs_by_less_than_a_minute_is_let_in(
    door: Door, api: SignedTokens, keys: OneKey, changes: dict[str, Any]
) -> None:
    assert (await door.admit(keys.signed(**hand_off(**changes)))).company_id == "C1001"
    assert (await api.verified(keys.signed(**call(**changes)), access.ApiClaims)).sub == "backend"


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.READER])
async def test_the_clock_of_who_hands_over_staff_may_differ_as_much(door: Door, keys: OneKey, role: Role) -> None:
    claims = await door.admit(keys.signed(**hand_off(59, 119, role=role.value, company_id=None)))
    assert claims.sub == "ana"
    with pytest.raises(HandOffRefusedError, match="invalid_claim: iat"):
        await door.admit(keys.signed(**hand_off(61, 121, role=role.value, company_id=None)))


@pytest.mark.parametrize(("changes", "told"), REFUSED)
async def test_a_refused_token_has_the_log_name_the_claim_that_failed(
    door: Door, api: SignedTokens, keys: OneKey, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(HandOffRefusedError) as refused:
        await door.admit(keys.signed(**hand_off(**changes)))
    assert str(refused.value) == told
    with pytest.raises(TokenRefusedError) as refused_call:
        await api.verified(keys.signed(**call(**changes)), access.ApiClaims)
    assert str(refused_call.value) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"jti": "short"}, "malformed: jti", id="a short id"),
        pytest.param({"company_id": "María Peñaranda"}, "malformed: company_id", id="a name as company"),
        pytest.param(
            {"role": "soporte", "sub": "maria@example.com"},
            "malformed: Value error, staff need a short name",
            id="a mail address as name",
        ),
        pytest.param({"expires": 61}, "lives_too_long: exp", id="a longer life"),
        pytest.param({"exp": 10**400}, "malformed: exp", id="no end at all"),
    ],
)
async def test_the_log_names_what_is_malformed_and_never_what_it_says(
    door: Door, keys: OneKey, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(HandOffRefusedError) as refused:
        await door.admit(keys.signed(**hand_off(**changes)))
    assert str(refused.value) == told


async def test_a_signature_of_another_key_is_named_as_such(door: Door) -> None:
    with pytest.raises(HandOffRefusedError, match="bad_signature"):
        await door.admit(OneKey().signed(**hand_off()))


@pytest.mark.parametrize("seconds", [pytest.param(60, id="while it lives"), pytest.param(178, id="within the leeway")])
async def test_a_token_is_good_once_however_late_it_comes_again(
    door: Door, keys: OneKey, clock: Clock, seconds: int
) -> None:
    token = keys.signed(**hand_off(59, 119))
    await door.admit(token)
    clock.at = NOW + timedelta(seconds=seconds)
    with pytest.raises(HandOffRefusedError, match="used_before: jti"):
        await door.admit(token)
    clock.at = NOW + timedelta(seconds=180)
    with pytest.raises(HandOffRefusedError, match="expired_token: exp"):
        await door.admit(token)


@pytest.mark.parametrize(
    ("kind", "lets_in", "opens_the_api"),
    [
        pytest.param(None, True, True, id="none"),
        pytest.param("JWT", True, True, id="a JWT"),
        pytest.param("jwt", True, True, id="in small letters"),
        pytest.param("application/JWT", True, True, id="in full"),
        pytest.param("at+jwt", False, True, id="an access token"),
        pytest.param("logout+jwt", False, False, id="a logout token"),
        pytest.param("dpop+jwt", False, False, id="a proof of possession"),
        pytest.param("", False, False, id="empty"),
    ],
)
async def test_a_token_of_another_type_is_refused(
    door: Door, api: SignedTokens, keys: OneKey, kind: str | None, lets_in: bool, opens_the_api: bool
) -> None:
    for admit, token, expected in (
        (door.admit, keys.typed(kind, **hand_off()), lets_in),
        (lambda token: api.verified(token, access.ApiClaims), keys.typed(kind, **call()), opens_the_api),
    ):
        if expected:
            assert await admit(token)
        else:
            with pytest.raises((HandOffRefusedError, TokenRefusedError), match="other_type: typ"):
                await admit(token)
