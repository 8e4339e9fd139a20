"""Tokens that the issuer has signed, for one audience: signature, times and claims, checked in one place.

ES256 only, whatever a token says of itself; a token that lives longer than it may is refused.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import ValidationError

from domain.errors import ActivaError
from domain.model import Model

CLOCK_SKEW: Final = timedelta(seconds=5)
LONGEST_TOKEN: Final = 4_000


class TokenRefusedError(ActivaError):
    """The token proves nothing; the text is a code for the log."""


class SignedClaims(Model, extra="ignore"):
    """What every token says."""

    iat: int
    exp: int


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
    ) -> None:
        """Trust an issuer's tokens for one audience that carry the required claims."""
        self._keys = keys
        self._now = now
        self._longest_life = longest_life
        self._registry_options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("iat", "exp", *required)},
        }

    async def verified(self, token: str, kind: type[C]) -> C:
        """Return what a token says; raises TokenRefusedError, or KeysUnavailableError when no key is known."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefusedError("too_long")
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=int(CLOCK_SKEW.total_seconds()),
            **self._registry_options,  # type: ignore[arg-type]  # the library's options are typed dictionaries
        )
        try:
            decoded = jwt.decode(token, await self._keys.current(_kid(token)), algorithms=["ES256"])
            registry.validate(decoded.claims)
            claims = kind.model_validate(decoded.claims)
        except JoseError as error:
            raise TokenRefusedError(error.error or type(error).__name__) from None
        except (ValidationError, ValueError, TypeError) as error:
            raise TokenRefusedError(f"malformed: {type(error).__name__}") from None
        if claims.exp - claims.iat > self._longest_life.total_seconds():
            raise TokenRefusedError("lives_too_long")
        return claims


def _kid(token: str) -> str:
    kid = jws.extract_compact(token.encode()).headers().get("kid")
    if not isinstance(kid, str):
        raise TokenRefusedError("no_kid")
    return kid
