"""The page that explains the API to people, made of the same document that machines read. Needs no token."""

import json
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.api.dependencies import InApi
from portal.api.problems import PROBLEMS
from portal.api.schemas import TOKEN, document_of

router = APIRouter(include_in_schema=False)
METHODS: Final = ("get", "post")
Json = dict[str, Any]


@router.get("/api/docs")
async def page(request: Request, api: InApi) -> Response:
    """Show every route, with examples, and every problem."""
    document = document_of(request.app)
    values = {
        "about": document["info"]["description"],
        "token": TOKEN,
        "operations": [
            _shown(path, method, item[method])
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ],
        "problems": PROBLEMS.values(),
        "origin": api.origin,
    }
    return api.pages.page(request, "api_docs.html", values)


def _shown(path: str, method: str, operation: Json) -> Json:
    summary, _, rest = operation["description"].partition("\n")
    [(_, scopes)] = operation["security"][0].items()
    body = operation.get("requestBody")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": summary,
        "text": rest.strip(),
        "scope": scopes[0],
        "parameters": operation.get("parameters", []),
        "body": None if body is None else _text(body["content"]["application/json"]["example"]),
        "answers": [
            {
                "status": status,
                "text": answer["description"],
                "example": _text(answer["content"].get("application/json", {}).get("example")),
            }
            for status, answer in sorted(operation["responses"].items())
        ],
    }


def _text(example: Json | None) -> str | None:
    return None if example is None else json.dumps(example, indent=2, ensure_ascii=False)
