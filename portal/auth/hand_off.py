"""How a person comes in: the lender's product signs a token for its user, whose browser posts it here.

A token lives for a minute and is good once: the marker of its use is never removed, so it outlives whatever the clocks
may differ by. ES256 only; every claim is required. What is wrong with a refused token is logged by a code and never
told to whoever sent it.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol, Self

from pydantic import Field, model_validator

from domain.bucket import entry_key
from domain.contract import CompanyId
from domain.errors import ActivaError
from portal.auth.roles import STAFF, Role
from portal.auth.signed_tokens import Keys, SignedClaims, SignedTokens, TokenRefusedError

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


class Door:
    """Lets in whoever bears a good token."""

    def __init__(self, keys: Keys, once: Once, now: Callable[[], datetime], *, issuer: str, audience: str) -> None:
        self._once = once
        self._now = now
        self._tokens = SignedTokens(
            keys,
            now,
            issuer=issuer,
            audience=audience,
            required=("sub", "jti", "role"),
            longest_life=LONGEST_LIFE,
        )

    async def admit(self, token: str) -> Claims:
        """Return what a token says and use it up; raises HandOffRefusedError."""
        try:
            claims = await self._tokens.verified(token, Claims)
        except TokenRefusedError as error:
            raise HandOffRefusedError(str(error)) from None
        marker = json.dumps({"role": claims.role, "at": self._now().isoformat()}).encode()
        name = hashlib.sha256(claims.jti.encode()).hexdigest()
        if not await asyncio.to_thread(self._once.put_new, entry_key(name), marker, "application/json"):
            raise HandOffRefusedError("used_before: jti")
        return claims
