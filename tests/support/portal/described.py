"""An API whose every answer is held against its own document: its status, its headers and each name in it.

It stands between the application and whoever asks, so that no test needs to ask for it.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.api.problems import MEDIA_TYPE
from portal.api.schemas import document_of

Json = dict[str, Any]
ROOT = "/api/"
BEYOND = {"/api/docs": "text/html; charset=utf-8", "/api/openapi.json": "application/json"}
"""What a GET of these answers with; the document is of the others."""


def closed(node: Any) -> Any:
    """Return a document in which no object may have a name that is not described."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: closed(value) for name, value in node.items()}
    is_object = found.get("type") == "object" or "object" in (found.get("type") or ())
    return {"additionalProperties": False, **found} if is_object else found


def wrong(document: Json, schema: Json, value: Any) -> list[str]:
    """Return where a value does not fit a schema of the document, or has names that it does not describe."""
    whole = {"components": closed(document["components"]), **closed(deepcopy(schema))}
    validator = Draft202012Validator(whole, validate_formats=True)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in validator.iter_errors(value)]


def examples(node: Any, place: str = "") -> Iterator[tuple[str, Json, Any]]:
    """Give every example in a document: where it stands, its schema and itself."""
    if isinstance(node, list):
        for number, each in enumerate(node):
            yield from examples(each, f"{place}/{number}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node)
    if "example" in node:
        yield f"{place}/example", schema, node["example"]
    if isinstance(many := node.get("examples"), dict):
        yield from ((f"{place}/examples/{name}", schema, each["value"]) for name, each in many.items())
    elif isinstance(many, list):
        yield from ((f"{place}/examples/{number}", schema, each) for number, each in enumerate(many))
    for name, each in node.items():
        if name not in ("example", "examples"):
            yield from examples(each, f"{place}/{name}")


class Described:
    """An application, and the check of what its API answers."""

    def __init__(self, app: FastAPI) -> None:
        self._app: ASGIApp = app
        self._api: FastAPI = app.state.api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: Message = {}
        body = b""

        async def noted(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                begun = message
            else:
                body += message.get("body", b"")
            await send(message)

        await self._app(scope, receive, noted)
        if begun and scope["path"].startswith(ROOT):
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in begun["headers"]}
            self.check(scope["method"], scope["path"], begun["status"], headers, body)

    def check(self, method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Hold one answer against the document."""
        asked, kind = f"{method} {path} {status}", headers.get("content-type", "")
        if method == "GET" and status == 200 and path in BEYOND:
            assert kind == BEYOND[path], asked
            return
        document = document_of(self._api)
        described = _described(document, method, path, status)
        assert described is not None, f"{asked} is not in the document: {body[:300]!r}"
        missing = [name for name in described.get("headers", {}) if name.lower() not in headers]
        assert not missing, f"{asked} lacks the headers {missing}"
        assert kind in described["content"], f"{asked} is {kind}, not one of {list(described['content'])}"
        found = wrong(document, described["content"][kind]["schema"], json.loads(body))
        assert not found, f"{asked} is not as its document says: {found}"


def _described(document: Json, method: str, path: str, status: int) -> Json | None:
    """Return what the document says of an answer; where it has no such route, that it is a problem."""
    for template, item in document["paths"].items():
        if method.lower() in item and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path, re.DOTALL):
            found: Json | None = item[method.lower()]["responses"].get(str(status))
            return found
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"content": {MEDIA_TYPE: {"schema": schema}}} if status in (404, 405) else None
