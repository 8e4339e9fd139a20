"""Tokens that the issuer has signed, for one audience: signature, times and claims, checked in one place.

ES256 only, whatever a token says of itself; a token that lives longer than it may is refused. The issuer's clock and
ours may differ by a minute.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from domain.errors import ActivaError
from domain.model import Model

CLOCK_SKEW: Final = timedelta(seconds=60)
"""How far the issuer's clock may be ahead of ours or behind it."""
LONGEST_TOKEN: Final = 4_000
ALGORITHM: Final = "ES256"
PLAIN: Final = "jwt"
_TIMES: Final = frozenset({"iat", "nbf", "exp"})
_FAR: Final = 10**12
"""Beyond any second that a clock could tell."""


class TokenRefusedError(ActivaError):
    """The token proves nothing; the text is for the log: a code and the claim that failed, no value but a time's."""


class SignedClaims(Model, extra="ignore"):
    """What every token says: seconds since 1970, which may have a fraction."""

    iat: float
    exp: float


C = TypeVar("C", bound=SignedClaims)


class Keys(Protocol):
    """The issuer's public keys."""

    async def current(self, kid: str) -> KeySet:
        """Return the keys, fetched again if none has this id."""
        ...


class SignedTokens:
    """The tokens of one issuer for one audience."""

    def __init__(
        self,
        keys: Keys,
        now: Callable[[], datetime],
        *,
        issuer: str,
        audience: str,
        required: Iterable[str],
        longest_life: timedelta,
        types: Collection[str] = (PLAIN,),
    ) -> None:
        """Trust an issuer's tokens for one audience that carry the required claims.

        A token that says what type it is, in `typ`, must be of one of these; most say nothing, or that they are a JWT.
        """
        self._keys = keys
        self._now = now
        self._longest_life = longest_life
        self._types = frozenset(types)
        self._registry_options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("iat", "exp", *required)},
        }

    async def verified(self, token: str, kind: type[C]) -> C:
        """Return what a token says; raises TokenRefusedError, or KeysUnavailableError when no key is known."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefusedError("too_long")
        now = int(self._now().timestamp())
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=int(CLOCK_SKEW.total_seconds()),
            **self._registry_options,  # type: ignore[arg-type]  # the library's options are typed dictionaries
        )
        said: Mapping[str, Any] = {}
        try:
            kid = self._key_of(token)
            said = jwt.decode(token, await self._keys.current(kid), algorithms=[ALGORITHM]).claims
            registry.validate(dict(said))
            claims = kind.model_validate(said)
        except ClaimError as error:
            raise TokenRefusedError(f"{error.error}: {error.claim}{_away(error.claim, said, now)}") from None
        except JoseError as error:
            raise TokenRefusedError(error.error or type(error).__name__) from None
        except ValidationError as error:
            raise TokenRefusedError(f"malformed: {_wrong(error)}") from None
        except (ValueError, TypeError) as error:
            raise TokenRefusedError(f"malformed: {type(error).__name__}") from None
        if claims.exp - claims.iat > self._longest_life.total_seconds():
            raise TokenRefusedError("lives_too_long: exp")
        return claims

    def _key_of(self, token: str) -> str:
        """Return the key that a token names, before anything is asked of anybody for it."""
        header = jws.extract_compact(token.encode()).headers()
        kid, kind = header.get("kid"), header.get("typ", PLAIN)
        if not isinstance(kid, str):
            raise TokenRefusedError("no_kid")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in self._types:
            raise TokenRefusedError("other_type: typ")
        if header.get("alg") != ALGORITHM:
            raise TokenRefusedError("unsupported_algorithm: alg")
        return kid


def _away(claim: str, said: Mapping[str, Any], now: int) -> str:
    """Return how far a time is from ours, which tells a clock that is wrong from a token that is old."""
    value = said.get(claim)
    if claim not in _TIMES or not isinstance(value, int | float) or not abs(value) < _FAR:
        return ""
    return f", {value - now:+.0f} s from now"


def _wrong(error: ValidationError) -> str:
    """Return the claims that have the wrong form, or what is wrong among them; never what they say."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    return ", ".join(str(each["loc"][0]) if each["loc"] else each["msg"] for each in problems)
