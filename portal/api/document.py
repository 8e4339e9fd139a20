"""What the OpenAPI document says of each route beside its parameters: bodies, examples, answers, scopes."""

from typing import Any, Final

from portal.api import examples
from portal.api.access import Scope
from portal.api.problems import MEDIA_TYPE, PROBLEMS, Problem

SECURITY: Final = "token"
Json = dict[str, Any]
_ALWAYS: Final = ("bad-request", "no-token", "token-refused", "scope-missing", "too-many-requests", "internal")
_HEADERS: Final = {
    401: {"WWW-Authenticate": "How to prove who asks."},
    403: {"WWW-Authenticate": "Which scope is missing."},
    429: {"Retry-After": "Seconds to wait."},
    503: {"Retry-After": "Seconds to wait."},
}


def answers(examples_by_status: dict[int, Json], schema: str, meanings: dict[int, str]) -> dict[int | str, Json]:
    """Return the descriptions of the answers to a request that was carried out."""
    return {
        status: {
            "description": meanings[status],
            "content": {"application/json": {"schema": reference(schema), "example": example}},
        }
        for status, example in examples_by_status.items()
    }


def problems(*names: str) -> dict[int | str, Json]:
    """Return the descriptions of the problems that a route may answer with, by status."""
    by_status: dict[int, list[Problem]] = {}
    for name in (*_ALWAYS, *names):
        by_status.setdefault(PROBLEMS[name].status, []).append(PROBLEMS[name])
    return {status: _described(status, kinds) for status, kinds in sorted(by_status.items())}


def _described(status: int, kinds: list[Problem]) -> Json:
    described: Json = {
        "description": "; ".join(each.title for each in kinds) + ".",
        "content": {
            MEDIA_TYPE: {
                "schema": reference("ProblemDocument"),
                "examples": {each.name: {"value": examples.problem(each)} for each in kinds},
            }
        },
    }
    if status in _HEADERS:
        described["headers"] = {
            name: {"description": text, "required": True, "schema": {"type": "string"}}
            for name, text in _HEADERS[status].items()
        }
    return described


def reference(schema: str) -> Json:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def _extra(scope: Scope, body: str | None = None, example: Json | None = None) -> Json:
    extra: Json = {"security": [{SECURITY: [scope.value]}]}
    if body is not None:
        content = {"application/json": {"schema": reference(body), "example": example}}
        extra["requestBody"] = {"required": True, "content": content}
    return extra


_BODY_PROBLEMS: Final = ("too-large", "not-json", "wrong-input", "unavailable")

START: Final[Json] = {
    "operation_id": "startActivation",
    "responses": {
        **answers(
            {201: examples.STARTED, 200: examples.STARTED | {"started": False}},
            "Activation",
            {201: "It has begun.", 200: "It was there before; nothing was changed."},
        ),
        **problems(*_BODY_PROBLEMS, "key-used-before"),
    },
    "response_model": None,
    "status_code": 201,
    "openapi_extra": _extra(Scope.WRITE, "Company", examples.COMPANY),
}
STATUS: Final[Json] = {
    "operation_id": "getActivation",
    "responses": {
        **answers({200: examples.STATUS}, "CaseStatus", {200: "The case."}),
        **problems("no-activation", "wrong-input", "no-worker", "unavailable"),
    },
    "response_model": None,
    "openapi_extra": _extra(Scope.READ),
}
REPRESENTATIVE: Final[Json] = {
    "operation_id": "submitRepresentative",
    "responses": {
        **answers({200: examples.LETTER}, "IssuedLetter", {200: "The letter to be signed."}),
        **problems(*_BODY_PROBLEMS, "no-activation", "not-possible-now", "letter-refused", "no-worker"),
    },
    "openapi_extra": _extra(Scope.WRITE, "SubmittedRepresentative", examples.REPRESENTATIVE),
}
PAYMENT: Final[Json] = {
    "operation_id": "confirmPayment",
    "responses": {
        **answers({202: examples.PAYMENT_TAKEN}, "PaymentTaken", {202: "It is kept."}),
        **problems(*_BODY_PROBLEMS, "no-activation", "not-possible-now"),
    },
    "openapi_extra": _extra(Scope.WRITE, "PaymentInput", examples.PAYMENT),
}
ENTITLEMENT: Final[Json] = {
    "operation_id": "getEntitlement",
    "responses": {
        **answers({200: examples.ENTITLEMENT}, "EntitlementAnswer", {200: "What signs today."}),
        **problems("no-activation", "wrong-input", "unavailable"),
    },
    "openapi_extra": _extra(Scope.READ),
}
LIST: Final[Json] = {
    "operation_id": "listActivations",
    "responses": {
        **answers({200: examples.LISTING}, "Listing", {200: "Some cases."}),
        **problems("wrong-cursor", "wrong-input", "unavailable"),
    },
    "openapi_extra": _extra(Scope.READ),
}

OPERATIONS: Final = {each["operation_id"]: each for each in (START, STATUS, REPRESENTATIVE, PAYMENT, ENTITLEMENT, LIST)}
