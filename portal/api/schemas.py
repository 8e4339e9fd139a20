"""The whole OpenAPI document: FastAPI's own of the routes, with the schemas and the token that they refer to."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from domain.company import Company
from portal.api.access import Scope
from portal.api.document import SECURITY
from portal.api.models import (
    Activation,
    EntitlementAnswer,
    Listing,
    PaymentInput,
    PaymentTaken,
    ProblemDocument,
)

Json = dict[str, Any]
ABOUT: Final = """Starts the activation of companies' certificates and tells what they may sign with.

Every call may be made twice. Days are dates in Bogotá, instants are UTC. Every error is a problem document (RFC 9457);
`type` leads to its explanation. A body is one JSON object of 64 kilobytes at most; a field that is null or empty counts
as left out."""
TOKEN: Final = (
    "A JWT of the issuer that hands people over, signed with ES256: `iss`, `aud` (this API's), `sub`, `scope`, `iat`, "
    "`exp`. It lives for an hour at most and may be used until then; clocks may differ by a minute. Scopes, separated "
    "by spaces: " + ", ".join(f"`{each.value}`" for each in Scope) + "."
)
_MODELS: Final = (Activation, EntitlementAnswer, Listing, PaymentTaken, ProblemDocument)
_BODIES: Final = (Company, PaymentInput)
_OBJECT: Final = {"type": "object"}
_LIST: Final = {"type": "array", "items": _OBJECT}
_CASE: Final[Json] = {
    "title": "CaseStatus",
    "description": "The whole case, as the query `status` tells it. Names may be added.",
    "type": "object",
    "properties": {
        "company_id": {"type": "string"},
        "stage": {"type": "string"},
        "entitlement": {"enum": ["own", "loan", "none"]},
        "entitlement_until": {"type": ["string", "null"], "format": "date"},
        "payment": _OBJECT,
        "certificate": _OBJECT,
        "loan": {"type": ["object", "null"]},
        "letter": _OBJECT,
        "steps": _OBJECT,
        "reminders": _OBJECT,
        "needs_attention": {"type": "boolean"},
        "attention": _LIST,
        "rejected_signals": _LIST,
        "timeline": _LIST,
        "next_actions": {"type": "array", "items": {"type": "string"}},
        "closing": {"type": ["string", "null"]},
    },
}


def document_of(api: FastAPI) -> Json:
    """Return the document, made once."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, description=ABOUT, routes=api.routes)
        components = made.setdefault("components", {})
        components["schemas"] = {**components.get("schemas", {}), **_schemas()}
        components["securitySchemes"] = {
            SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": TOKEN}
        }
        api.openapi_schema = made
    return api.openapi_schema


def _schemas() -> Json:
    template = "#/components/schemas/{model}"
    outgoing = models_json_schema([(each, "serialization") for each in _MODELS], ref_template=template)[1]["$defs"]
    incoming = models_json_schema([(each, "validation") for each in _BODIES], ref_template=template)[1]["$defs"]
    for body in (incoming["Company"], incoming["PaymentInput"]):
        _allow_empty(body)
    case = {**_CASE, "required": list(_CASE["properties"])}
    return {**outgoing, **incoming, "CaseStatus": case}


def _allow_empty(body: Json) -> None:
    """Let an optional field be empty, which counts as left out."""
    for name, field in body["properties"].items():
        if name not in body["required"]:
            for kind in field["anyOf"]:
                kind.pop("minLength", None)
