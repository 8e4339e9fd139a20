"""The whole OpenAPI document: FastAPI's own of the routes, with the schemas and the token that they refer to."""

from collections.abc import Iterable
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from domain.consent.submission import SubmittedRepresentative
from domain.profiles.company import Company
from portal.api.access import Scope
from portal.api.case import CaseStatus
from portal.api.document import OPERATIONS, SECURITY
from portal.api.models import (
    Activation,
    EntitlementAnswer,
    IssuedLetter,
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
_ANSWERS: Final = (Activation, EntitlementAnswer, IssuedLetter, Listing, PaymentTaken, ProblemDocument)
_BODIES: Final = (Company, SubmittedRepresentative, PaymentInput)


def document_of(api: FastAPI) -> Json:
    """Return the document, made once."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, description=ABOUT, routes=api.routes)
        _restore_nulls(made)
        components = made.setdefault("components", {})
        components["schemas"] = {**components.get("schemas", {}), **_schemas()}
        components["securitySchemes"] = {
            SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": TOKEN}
        }
        api.openapi_schema = made
    return api.openapi_schema


def _schemas() -> Json:
    case = _described([CaseStatus], "serialization")
    for schema in case.values():
        schema.pop("additionalProperties", None)  # names may be added
    schemas = case | _described(_ANSWERS, "serialization") | _described(_BODIES, "validation")
    for body in _BODIES:
        _allow_empty(schemas[body.__name__])
    return schemas


def _described(models: Iterable[type[BaseModel]], mode: JsonSchemaMode) -> Json:
    found = models_json_schema([(each, mode) for each in models], ref_template="#/components/schemas/{model}")
    return cast("Json", found[1]["$defs"])


def _restore_nulls(made: Json) -> None:
    """Put the bodies back as they are described: FastAPI drops every null of an example."""
    operations = (operation for path in made["paths"].values() for operation in path.values())
    for operation in operations:
        described = OPERATIONS[operation["operationId"]]
        operation |= {name: value for name, value in described["openapi_extra"].items() if name == "requestBody"}
        for status, answer in described["responses"].items():
            operation["responses"][str(status)]["content"] = answer["content"]


def _allow_empty(body: Json) -> None:
    """Let an optional field be empty, which counts as left out."""
    for name, field in body["properties"].items():
        if name not in body["required"]:
            for kind in field["anyOf"]:
                kind.pop("minLength", None)
            if not any(kind.get("type") == "string" for kind in field["anyOf"]):
                field["anyOf"].append({"type": "string", "maxLength": 0})
