"""The OpenAPI document is true: whatever it allows or forbids is answered as it says, and its examples work."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from portal import billing
from portal.api.examples import COMPANY, PAYMENT, PAYMENT_TAKEN, STATUS
from tests.portal.api.calling import PROBLEM, Caller
from tests.portal.visiting import Site
from tests.world import World

EXAMPLES = 8
BEYOND_A_SCHEMA = {
    "startActivation": 422,  # a NIT's check digit, printable characters, a mail address
    "confirmPayment": 422,  # printable characters, the years that a date may lie in
    "listActivations": 400,  # a cursor is signed
}
"""What else a request may be refused with that keeps to the schema."""
ACCEPTED = ["2xx", 401, 403, 404, 409, 429]


def configuration(token: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES},
            "operations": [
                {
                    "include-operation-id": operation,
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, status]}},
                }
                for operation, status in BEYOND_A_SCHEMA.items()
            ],
        }
    )


def findings(site: Site, token: str) -> tuple[int, list[str]]:
    """Return how many scenarios were run, and every failure."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", site.app, config=configuration(token))
    ran, wrong = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            ran += 1
            if event.status in (Status.FAILURE, Status.ERROR):
                for checks in event.recorder.checks.values():
                    wrong += [
                        f"{event.label}: {each.name}: {each.failure_info.failure}"
                        for each in checks
                        if each.failure_info
                    ]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
    return ran, wrong


async def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "STATUS_WITHIN", timedelta(seconds=30))  # this machine may be busy
    ran, wrong = await asyncio.to_thread(findings, site, site.lender.api_token())
    assert not wrong, "\n\n".join(wrong)
    assert ran > 20


async def test_the_document_describes_the_api_and_nothing_else_and_needs_no_token(site: Site) -> None:
    answer = await Caller(site, None).get("/openapi.json")
    document = answer.json()
    assert (answer.status_code, document["openapi"][:4]) == (200, "3.1.")
    assert set(document["paths"]) == {
        "/api/activations",
        "/api/activations/{company_id}",
        "/api/activations/{company_id}/payments",
        "/api/activations/{company_id}/entitlement",
    }
    [scheme] = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    for operation in (each for path in document["paths"].values() for each in path.values()):
        assert operation["security"]
        for status, described in operation["responses"].items():
            kinds = set(described["content"])
            assert kinds == ({PROBLEM} if int(status) >= 400 else {"application/json"}), (operation, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_examples_of_the_document_are_taken(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    await case.settle()
    started = await caller.post("/activations", COMPANY | {"company_id": case.company_id})
    assert (started.status_code, started.json()["workflow_id"]) == (200, f"activation-{case.company_id}")
    paid = await caller.post(f"/activations/{case.company_id}/payments", PAYMENT)
    assert (paid.status_code, set(paid.json())) == (202, set(PAYMENT_TAKEN))


async def test_the_status_of_the_example_has_the_names_of_a_real_one(portal_world: World) -> None:
    case = await portal_world.start()
    await case.with_loan()
    facts: dict[str, Any] = await case.settle()
    assert set(STATUS) <= set(facts)
    for track in ("payment", "certificate", "loan", "letter", "steps", "reminders"):
        assert set(STATUS[track]) <= set(facts[track]), track
