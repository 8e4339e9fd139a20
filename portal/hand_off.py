"""How a person comes in: the lender's product signs a token for its user, whose browser posts it here.

A token lives for a minute and is good once. ES256 only; every claim is required. What is wrong with a refused token
is logged by a code and never told to whoever sent it.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol, Self

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import Field, ValidationError, model_validator

from domain.contract import CompanyId, entry_key
from domain.errors import ActivaError
from domain.model import Model
from portal.roles import STAFF, Role

LONGEST_LIFE: Final = timedelta(seconds=60)
CLOCK_SKEW: Final = timedelta(seconds=5)
LONGEST_TOKEN: Final = 4_000
STAFF_PATTERN: Final = r"[a-z0-9][a-z0-9._-]{0,39}"


class HandOffRefusedError(ActivaError):
    """The token does not let its bearer in; the text is a code for the log."""


class Claims(Model, extra="ignore"):
    """What a token says, once its signature and its times hold.

    A representative's token names the company, and `sub` is not looked at. Of staff, `sub` stands in the timeline of
    every case they touch, so it must be a short name for the office, as in `ana`.
    """

    role: Role
    company_id: CompanyId | None = None
    sub: str
    jti: Annotated[str, Field(min_length=8, max_length=200)]
    iat: int
    exp: int

    @model_validator(mode="after")
    def _names_whom_it_is_for(self) -> Self:
        if self.role is Role.REPRESENTATIVE and self.company_id is None:
            raise ValueError("a representative needs a company")
        if self.role in STAFF and not re.fullmatch(STAFF_PATTERN, self.sub):
            raise ValueError("staff need a short name")
        return self


class Once(Protocol):
    """A store that tells the first writer of a key from all later ones."""

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        """Write the object unless the key is taken; tell whether it was written."""
        ...


class Keys(Protocol):
    """The issuer's public keys."""

    async def current(self, kid: str) -> KeySet:
        """Return the keys, fetched again if none has this id."""
        ...


class Door:
    """Lets in whoever bears a good token."""

    def __init__(self, keys: Keys, once: Once, now: Callable[[], datetime], *, issuer: str, audience: str) -> None:
        """Trust an issuer's tokens for one audience."""
        self._keys = keys
        self._once = once
        self._now = now
        self._registry_options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("sub", "jti", "iat", "exp", "role")},
        }

    async def admit(self, token: str) -> Claims:
        """Return what a token says and use it up; raises HandOffRefusedError."""
        claims = await self._verified(token)
        marker = json.dumps({"role": claims.role, "at": self._now().isoformat()}).encode()
        name = hashlib.sha256(claims.jti.encode()).hexdigest()
        if not await asyncio.to_thread(self._once.put_new, entry_key(name), marker, "application/json"):
            raise HandOffRefusedError("used_before")
        return claims

    async def _verified(self, token: str) -> Claims:
        if len(token) > LONGEST_TOKEN:
            raise HandOffRefusedError("too_long")
        now = self._now()
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(CLOCK_SKEW.total_seconds()),
            **self._registry_options,  # type: ignore[arg-type]  # the library's options are typed dictionaries
        )
        try:
            decoded = jwt.decode(token, await self._keys.current(_kid(token)), algorithms=["ES256"])
            registry.validate(decoded.claims)
            claims = Claims.model_validate(decoded.claims)
        except JoseError as error:
            raise HandOffRefusedError(error.error or type(error).__name__) from None
        except (ValidationError, ValueError, TypeError) as error:
            raise HandOffRefusedError(f"malformed: {type(error).__name__}") from None
        if claims.exp - claims.iat > LONGEST_LIFE.total_seconds():
            raise HandOffRefusedError("lives_too_long")
        return claims


def _kid(token: str) -> str:
    kid = jws.extract_compact(token.encode()).headers().get("kid")
    if not isinstance(kid, str):
        raise HandOffRefusedError("no_kid")
    return kid
