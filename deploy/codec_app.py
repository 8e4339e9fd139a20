"""Payloads opened for staff: what Temporal's page and command line ask of a codec server.

Who asks is told by a token of the staff's issuer, looked at before anything of the body is read. A browser may ask from
one place only, Temporal's page. Whose payloads were opened, by whom, is on the audit trail.

    POST /decode                      any company's
    POST /encode                      under the shared key, which is erased with no company
    POST /companies/C1001/encode      under that company's key; `/decode` beneath it opens that company's alone
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Self

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from pydantic import Field, model_validator
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads

from adapters.encryption.codec import CompanyCodec, named_key
from audit_trail.asker import Asker, asking, person_of
from audit_trail.events import EventName
from audit_trail.trail import Trail
from domain.contract import is_company_id
from domain.errors import ActivaError, ServiceUnavailableError
from health import Health, Readiness
from portal.auth.roles import STAFF, Role
from portal.auth.signed_tokens import PLAIN, SignedClaims, SignedTokens, TokenRefusedError
from portal.web.protection import Bounded, OneLength

LOG: Final = logging.getLogger("activa.codec")
LONGEST_LIFE: Final = timedelta(hours=1)
REQUIRED: Final = ("sub", "role")
TYPES: Final = (PLAIN, "at+jwt")
LARGEST_BODY_BYTES: Final = 16_000_000
"""Four times what Temporal lets one page of a history be."""
HEADERS: Final = ("authorization", "authorization-extras", "content-type", "x-namespace")
"""What Temporal's page sends along."""
_NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Act = Callable[[CompanyCodec, Payloads], Awaitable[None]]


class StaffClaims(SignedClaims):
    """What a token says of somebody of the staff, once its signature and its times hold."""

    sub: Annotated[str, Field(min_length=1, max_length=200)]
    role: Role

    @model_validator(mode="after")
    def _is_of_the_staff(self) -> Self:
        if self.role not in STAFF:
            raise ValueError("not of the staff")
        return self


@dataclass(frozen=True)
class Opener:
    """What the server needs."""

    codec: CompanyCodec
    tokens: SignedTokens
    trail: Trail
    readiness: Readiness


def build(opener: Opener, origin: str) -> Starlette:
    """Return the application; `origin` is where Temporal's page lies."""
    routes = [
        Route(f"{before}/{name}", _route(opener, act), methods=["POST"])
        for before in ("", "/companies/{company_id}")
        for name, act in (("decode", CompanyCodec.decode_wrapper), ("encode", CompanyCodec.encode_wrapper))
    ]
    allowed = Middleware(
        CORSMiddleware, allow_origins=[origin], allow_methods=["POST"], allow_headers=HEADERS, max_age=600
    )
    return Starlette(
        routes=[*routes, Route("/health", _health)],
        middleware=[
            Middleware(Health, readiness=opener.readiness),
            Middleware(OneLength),
            allowed,
            Middleware(Bounded, limit_bytes=LARGEST_BODY_BYTES),
        ],
        exception_handlers={TokenRefusedError: _refused, ServiceUnavailableError: _later, ActivaError: _told},
    )


def _route(opener: Opener, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        with asking(Asker(door="codec", address=request.client.host if request.client else None)) as who:
            try:
                claims = await opener.tokens.verified(_bearer(request), StaffClaims)
            except TokenRefusedError as error:
                LOG.warning("a token was refused: %s", error)
                opener.trail.note(EventName.LOGIN_REFUSED, str(error), kept=False)
                raise
            who.identify(person_of(claims.role, None, claims.sub), claims.role)
            payloads = await _sent(request)
            named = [named_key(each) for each in payloads.payloads]
            await act(_of_whom(opener.codec, request), payloads)
            still = [named_key(each) for each in payloads.payloads]
            _note(opener.trail, Counter(key[0] for key, left in zip(named, still, strict=True) if key and not left))
            return JSONResponse({"payloads": [], **MessageToDict(payloads)}, headers=_NOT_KEPT)

    return answer


def _note(trail: Trail, opened: Counter[str]) -> None:
    for company_id, number in sorted(opened.items()):
        about = f"{number} payloads{'' if company_id else ' under the shared key'}"
        trail.note(EventName.READ, "success", kept=True, action="decode", about=about, company_id=company_id or None)


def _of_whom(codec: CompanyCodec, request: Request) -> CompanyCodec:
    company_id = request.path_params.get("company_id")
    if company_id is None:
        return codec
    if not is_company_id(company_id):
        raise HTTPException(404)
    return codec.of(company_id, only_this=True)


async def _sent(request: Request) -> Payloads:
    body, payloads = await request.body(), Payloads()
    try:
        Parse(body, payloads, ignore_unknown_fields=True)
    except (ParseError, UnicodeDecodeError):
        raise HTTPException(400, 'The body must be {"payloads": [...]}, as Temporal sends it.') from None
    return payloads


def _bearer(request: Request) -> str:
    sent = request.headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefusedError("no_bearer")
    return token.strip()


def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _refused(_: Request, __: Exception) -> Response:
    text = (
        "Send `Authorization: Bearer` with a token of the staff's issuer for this server; it lives an hour at most.\n"
    )
    return PlainTextResponse(text, 401, headers={"WWW-Authenticate": "Bearer", **_NOT_KEPT})


def _later(_: Request, error: Exception) -> Response:
    LOG.warning("payloads could not be opened: %s", error)
    return PlainTextResponse(f"{error}\n", 503, headers={"Retry-After": "5", **_NOT_KEPT})


def _told(_: Request, error: Exception) -> Response:
    LOG.warning("payloads could not be opened: %s", error)
    return PlainTextResponse(f"{error}\n", 409, headers=_NOT_KEPT)
