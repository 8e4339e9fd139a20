"""How a person comes in: the lender's product signs a token for its user, whose browser posts it here.

A token lives for a minute and is good once: the marker of its use stays for a year and more, so it outlives whatever
the clocks may differ by. ES256 only; every claim is required. What is wrong with a refused token is logged by a code
and never told to whoever sent it. Staff may have an issuer of their own; then a token of the other one makes nobody
staff.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Protocol, Self

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import Field, model_validator

from domain.bucket import entry_key
from domain.contract import CompanyId
from domain.errors import ActivaError
from portal.auth.roles import STAFF, Role
from portal.auth.signed_tokens import LONGEST_TOKEN, Keys, SignedClaims, SignedTokens, TokenRefusedError

LONGEST_LIFE: Final = timedelta(seconds=60)
STAFF_PATTERN: Final = r"[a-z0-9][a-z0-9._-]{0,39}"


class HandOffRefusedError(ActivaError):
    """The token does not let its bearer in; the text is a code for the log."""


class Claims(SignedClaims):
    """What a token says, once its signature and its times hold.

    A representative's token names the company; of its `sub` a digest alone is kept. Of staff, `sub` stands in the
    timeline of every case they touch, so it must be a short name for the office, as in `ana`.
    """

    role: Role
    company_id: CompanyId | None = None
    sub: str
    jti: Annotated[str, Field(min_length=8, max_length=200)]
    auth_time: Any = None
    acr: Any = None
    amr: Any = None

    @property
    def signed_in_at(self) -> int:
        """When the issuer has asked the person who they are; where it does not say, when it handed them over.

        What can't be read was long ago, and nobody signs in after having been handed over.
        """
        if self.auth_time is None:
            return int(self.iat)
        readable = isinstance(self.auth_time, int | float) and self.auth_time >= 0
        return int(min(self.auth_time, self.iat)) if readable else 0

    @property
    def methods(self) -> frozenset[str]:
        """How the issuer has asked: what `acr` and `amr` say."""
        said = (self.acr, *(self.amr if isinstance(self.amr, list) else [self.amr]))
        return frozenset(each for each in said if isinstance(each, str))

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


@dataclass(frozen=True)
class Issuer:
    """Who signs tokens, for which audience, and the roles that they may give."""

    keys: Keys
    issuer: str
    audience: str
    roles: frozenset[Role]


class Door:
    """Lets in whoever bears a good token of one of the issuers."""

    def __init__(self, issuers: Sequence[Issuer], once: Once, now: Callable[[], datetime]) -> None:
        self._once = once
        self._now = now
        self._doors = [(each, _tokens(each, now)) for each in issuers]

    async def admit(self, token: str) -> Claims:
        """Return what a token says and use it up; raises HandOffRefusedError."""
        issuer, tokens = self._door(token)
        try:
            claims = await tokens.verified(token, Claims)
        except TokenRefusedError as error:
            raise HandOffRefusedError(str(error)) from None
        if claims.role not in issuer.roles:
            raise HandOffRefusedError("not_this_issuers: role")
        if not await self.use_up(claims.jti, claims.role):
            raise HandOffRefusedError("used_before: jti")
        return claims

    async def use_up(self, name: str, role: Role) -> bool:
        """Tell whether what is good once, and is called so, has not been used before."""
        marker = json.dumps({"role": role, "at": self._now().isoformat()}).encode()
        key = entry_key(hashlib.sha256(name.encode()).hexdigest())
        return await asyncio.to_thread(self._once.put_new, key, marker, "application/json")

    def _door(self, token: str) -> tuple[Issuer, SignedTokens]:
        """Return the issuer that a token names, with its tokens; they prove whether it is so."""
        said = _unproven(token)
        for issuer, tokens in self._doors:
            audiences = said.get("aud")
            named = issuer.audience in (audiences if isinstance(audiences, list) else [audiences])
            if named and said.get("iss") == issuer.issuer:
                return issuer, tokens
        return self._doors[0]


def _tokens(issuer: Issuer, now: Callable[[], datetime]) -> SignedTokens:
    return SignedTokens(
        issuer.keys,
        now,
        issuer=issuer.issuer,
        audience=issuer.audience,
        required=("sub", "jti", "role"),
        longest_life=LONGEST_LIFE,
    )


def _unproven(token: str) -> dict[str, Any]:
    """Return what a token says, whoever has made it; nothing when it can't be read."""
    if len(token) > LONGEST_TOKEN:
        return {}
    try:
        said = json.loads(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
