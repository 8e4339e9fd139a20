"""What a caller is told when something can't be done: one table from error to problem document (RFC 9457).

A problem says what happened and what to do, and nothing of the inside; it never repeats a value that was sent. An
error nobody thought of gets a number, under which the log has its class and place.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from domain.errors import CaseNotFoundError, NotAllowedNowError, NoWorkerError, RefusedError, ServiceUnavailableError
from portal.api.access import ScopeMissingError, TokenMissingError
from portal.api.bodies import NotDeclaredAsJsonError, WrongFieldsError
from portal.api.dependencies import api_of
from portal.auth.signed_tokens import TokenRefusedError
from portal.cases.billing import KeyUsedError
from portal.web.cursors import WrongCursorError
from portal.web.failures import logged
from portal.web.limits import TooOftenError

LOG: Final = logging.getLogger("activa.portal")
MEDIA_TYPE: Final = "application/problem+json"
LONGEST_FIELD: Final = 60
SOON_SECONDS: Final = 5
"""When something that is down may be asked again."""


@dataclass(frozen=True)
class Problem:
    """One kind of problem; `name` ends the address that its `type` is, which leads to the page of the API."""

    name: str
    status: int
    title: str
    detail: str


class _Answers(JSONResponse):
    media_type = MEDIA_TYPE


PROBLEMS: Final = {
    each.name: each
    for each in (
        Problem("bad-request", 400, "The request can't be read", "Check the request line, headers and body; `Host` "
                "must be this API's own."),
        Problem("wrong-cursor", 400, "The cursor is not known", "Take `next_cursor` of the page before, unchanged, "
                "with the same `stage` and `needs_attention`; without a cursor the list begins anew."),
        Problem("no-token", 401, "A token is needed", "Send `Authorization: Bearer` with a token of your issuer."),
        Problem("token-refused", 401, "The token is not accepted", "It must be signed by the issuer with ES256 for "
                "this API's audience, carry `sub`, `scope`, `iat` and `exp`, not be over, and live an hour at most."),
        Problem("scope-missing", 403, "The token does not allow this", "Ask your issuer for a token with the scope "
                "that WWW-Authenticate names."),
        Problem("not-found", 404, "There is nothing at this address", "The addresses stand in /api/docs."),
        Problem("no-activation", 404, "The company has no activation", "It was never started, or it is closed and "
                "takes nothing any more."),
        Problem("method-not-allowed", 405, "The address does not take this method", "The header Allow names those that "
                "it takes."),
        Problem("not-possible-now", 409, "The case does not take this now", "See the case."),
        Problem("too-large", 413, "The body is too large", "Send 64 kilobytes at most."),
        Problem("not-json", 415, "The body is not declared as JSON", "Send `Content-Type: application/json`."),
        Problem("wrong-input", 422, "What was sent can't be used", "Nothing was changed. Correct every field named "
                "under `errors` and send it again."),
        Problem("letter-refused", 422, "No letter can be made of these data", "They are kept. Correct the fields and "
                "send them again."),
        Problem("key-used-before", 422, "The Idempotency-Key came before with other data", "Nothing was changed. Use a "
                "key of its own for each request."),
        Problem("too-many-requests", 429, "Too many requests", "Wait as long as Retry-After says."),
        Problem("internal", 500, "Something went wrong on our side", "It is logged under the number {number}."),
        Problem("no-worker", 503, "The case can't answer now", "Nothing that was sent before is lost. Ask again; what "
                "the company may sign with is told without the case, under `entitlement`."),
        Problem("unavailable", 503, "A service is not available", "Send the same request again; twice does no harm."),
    )
}  # fmt: skip
_BY_ERROR: Final[Mapping[type[Exception], str]] = {
    WrongCursorError: "wrong-cursor",
    TokenMissingError: "no-token",
    TokenRefusedError: "token-refused",
    ScopeMissingError: "scope-missing",
    CaseNotFoundError: "no-activation",
    NotAllowedNowError: "not-possible-now",
    RefusedError: "letter-refused",
    NotDeclaredAsJsonError: "not-json",
    WrongFieldsError: "wrong-input",
    RequestValidationError: "wrong-input",
    KeyUsedError: "key-used-before",
    TooOftenError: "too-many-requests",
    NoWorkerError: "no-worker",
    ServiceUnavailableError: "unavailable",
    ClientDisconnect: "bad-request",  # seen by nobody: it broke off while it sent
}
_BY_STATUS: Final = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def install(api: FastAPI) -> None:
    """Have every error end in a problem document."""
    for kind in (*_BY_ERROR, HTTPException):
        api.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """Return the problem document of an error."""
    problem = _problem_of(error)
    number = logged(error) if problem.status == 500 else ""  # noqa: PLR2004
    if problem.status == 503:  # noqa: PLR2004
        LOG.warning("the API can't answer: %s", type(error).__name__)
    detail = str(error) if isinstance(error, NotAllowedNowError) else problem.detail.format(number=number)
    if isinstance(error, RefusedError):
        detail = f"{detail} In words for the person: {error}"
    content = {
        "type": address_of(problem, api_of(request).origin),
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
    }
    if errors := _errors_of(error):
        content["errors"] = [{"field": _printable(field), "message": message} for field, message in errors]
    headers = _headers_of(error, problem)
    if "Allow" in headers:
        headers["Allow"] = _methods_at(request)
    return _Answers(content, problem.status, headers=headers)


def address_of(problem: Problem, origin: str) -> str:
    """Return a problem's `type`: where the page of the API explains it."""
    return f"{origin.rstrip('/')}/api/docs#{problem.name}"


def _problem_of(error: Exception) -> Problem:
    for kind in type(error).__mro__:
        if kind in _BY_ERROR:
            return PROBLEMS[_BY_ERROR[kind]]
    if isinstance(error, HTTPException):
        return PROBLEMS[_BY_STATUS.get(error.status_code, "bad-request")]
    return PROBLEMS["internal"]


def _errors_of(error: Exception) -> list[tuple[str, str]]:
    if isinstance(error, WrongFieldsError):
        return list(error.errors)
    if isinstance(error, RequestValidationError):  # of parameters only: bodies are read by `bodies`
        return [(str(each["loc"][-1]), each["msg"]) for each in error.errors()]
    return []


def _headers_of(error: Exception, problem: Problem) -> dict[str, str]:
    if isinstance(error, TokenMissingError):
        return {"WWW-Authenticate": 'Bearer realm="activa"'}
    if isinstance(error, TokenRefusedError):
        return {"WWW-Authenticate": 'Bearer realm="activa", error="invalid_token"'}
    if isinstance(error, ScopeMissingError):
        return {"WWW-Authenticate": f'Bearer realm="activa", error="insufficient_scope", scope="{error.scope.value}"'}
    if isinstance(error, TooOftenError):
        return {"Retry-After": str(error.wait_seconds)}
    if isinstance(error, HTTPException):
        return dict(error.headers or {})
    return {"Retry-After": str(SOON_SECONDS)} if problem.status == 503 else {}  # noqa: PLR2004


def _methods_at(request: Request) -> str:
    """Return every method of an address: the framework names those of the first route that has it."""
    found: set[str] = set()
    for included in request.app.routes:
        for route in getattr(getattr(included, "original_router", None), "routes", (included,)):
            if route.matches(request.scope)[0] is not Match.NONE:
                found |= set(route.methods)
    return ", ".join(sorted(found))


def _printable(field: str) -> str:
    """Return the name of a field, which may be one that the caller made up."""
    return field.encode("utf-8", "replace").decode()[:LONGEST_FIELD]
