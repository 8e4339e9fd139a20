"""A billing backend that calls the API."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support import builders
from tests.support.portal.visiting import Site

PROBLEM = "application/problem+json"


@dataclass
class Caller:
    """One billing backend and its token. What it sends says nothing of a site, as no program does."""

    site: Site
    token: str | None

    async def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers: Mapping[str, str] = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(transport=self.site.transport(), base_url=self.site.origin, timeout=60) as client:
            sent = {**headers, **request.pop("headers", {})}
            return await client.request(method, f"/api{path}", headers=sent, **request)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.send("GET", path, params=params)

    async def post(self, path: str, data: object, **headers: str) -> httpx.Response:
        return await self.send("POST", path, json=data, headers=headers)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and kind of a problem, and check that it is one."""
    assert answer.headers["content-type"] == PROBLEM, (answer.status_code, answer.text)
    document = answer.json()
    assert set(document) - {"errors"} == {"type", "title", "status", "detail"}
    assert document["status"] == answer.status_code
    address, _, name = document["type"].partition("#")
    assert address == "http://127.0.0.1:8000/api/docs"
    return answer.status_code, name


def fields(answer: httpx.Response) -> dict[str, str]:
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


def a_company(**changes: object) -> dict[str, object]:
    return builders.COMPANY | {"company_id": f"A{uuid.uuid4().hex[:12]}"} | changes


def payment(**changes: object) -> dict[str, object]:
    return {"reference": "FV-77", "amount_cop": 297_500} | changes


async def until_told(caller: Caller, path: str) -> dict[str, Any]:
    """Return the answer once the case gives one; a busy machine may need more than one try."""
    async with asyncio.timeout(60):
        while (answer := await caller.get(path)).status_code == 503:
            pass
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
