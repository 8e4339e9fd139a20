"""Who may call: the bearer of a token that the issuer signed for this API, within what its scope allows.

A token may be used as often as its bearer likes until it ends, an hour after it was issued at most. What is wrong with
a refused token is logged by a code and never told.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from fastapi import Request
from pydantic import Field

from audit_trail.asker import asker, person_of
from audit_trail.events import EventName
from domain.errors import ActivaError
from portal.api.dependencies import api_of
from portal.auth.signed_tokens import PLAIN, SignedClaims, TokenRefusedError

LOG: Final = logging.getLogger("activa.portal")
LONGEST_LIFE: Final = timedelta(hours=1)
REQUIRED: Final = ("sub", "scope")
TYPES: Final = (PLAIN, "at+jwt")
"""The second is RFC 9068's for access tokens."""


class Scope(StrEnum):
    """What a token may allow."""

    READ = "activations:read"
    WRITE = "activations:write"


class TokenMissingError(ActivaError):
    """No token was sent."""


class ScopeMissingError(ActivaError):
    """The token is good and does not allow this; `scope` would."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope.value)
        self.scope: Final = scope


class ApiClaims(SignedClaims):
    """What a token says, once its signature and its times hold."""

    sub: Annotated[str, Field(min_length=1, max_length=200)]
    scope: Annotated[str, Field(max_length=1000)]


def allowed(scope: Scope) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency that lets calls through whose token has a scope; it counts each of them."""

    async def check(request: Request) -> None:
        api = api_of(request)
        try:
            claims = await api.tokens.verified(_bearer(request), ApiClaims)
        except TokenRefusedError as error:
            LOG.warning("an API token was refused: %s", error)
            api.trail.note(EventName.LOGIN_REFUSED, str(error), kept=False)
            raise
        request.state.subject = claims.sub
        asker().identify(person_of("api", None, claims.sub), "api")
        await api.limits.call(claims.sub)
        if scope.value not in claims.scope.split():
            raise ScopeMissingError(scope)

    check.scope = scope  # type: ignore[attr-defined]  # the table of routes reads it
    return check


def _bearer(request: Request) -> str:
    sent = request.headers.getlist("authorization")
    if not sent:
        raise TokenMissingError
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise TokenRefusedError("no_bearer")
    return token.strip()
