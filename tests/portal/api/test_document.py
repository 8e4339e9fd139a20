"""The OpenAPI document is true: whatever it allows or forbids is answered as it says, and its examples work."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from portal.api.examples import COMPANY, PAYMENT, PAYMENT_TAKEN, STATUS
from portal.api.schemas import document_of
from tests.support.portal.calling import PROBLEM, Caller, until_told
from tests.support.portal.described import Described, examples, wrong
from tests.support.portal.visiting import Site
from tests.support.world import World

EXAMPLES = 8
BEYOND_A_SCHEMA = {
    "startActivation": 422,  # a NIT's check digit, printable characters, a mail address
    "submitRepresentative": 422,  # printable characters, a number of a document, a minor's document, years
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
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", Described(site.app), config=configuration(token))
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
    build_site: Callable[..., Site],
) -> None:
    site = build_site(api_hosts=("testserver",))  # as the tool calls it
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
        "/api/activations/{company_id}/representative",
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
    assert set(facts) == set(STATUS)
    for track in ("payment", "certificate", "loan", "loan_terms", "letter", "steps", "reminders", "webhooks"):
        assert set(facts[track]) == set(STATUS[track]), track


async def test_a_case_with_everything_in_it_is_answered_as_described(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    await case.with_loan()
    await case.pay("FV-1", amount_cop=5)
    await case.signal("payment_confirmed", reference="FV-2")
    await case.settle()
    await case.skip_to_next_reminder()
    await case.signal("reminders_muted", until="2099-01-31", reason="asked by telephone")
    await case.pay()
    await case.issue_certificate()
    await case.signal("letter_uploaded", upload_id=await case.upload(b"no PDF"))
    await case.settle()
    facts = await until_told(caller, f"/activations/{case.company_id}")  # held against the document on its way here
    lists = (facts["payment"]["payments"], facts["certificate"]["certificates"], facts["letter"]["versions"])
    assert all((*lists, facts["reminders"]["sent"], facts["rejected_signals"], facts["timeline"]))


async def test_every_example_of_the_document_fits_its_own_schema(site: Site) -> None:
    document = (await Caller(site, None).get("/openapi.json")).json()
    found = list(examples(document))
    assert {place: told for place, schema, value in found if (told := wrong(document, schema, value))} == {}
    bodies = [place for place, _, _ in found if "/content/" in place]
    assert len([place for place in bodies if "/requestBody/" in place]) == 3
    assert len([place for place in bodies if PROBLEM in place]) > 40
    described = [operation for item in document["paths"].values() for operation in item.values()]
    for operation in described:
        for status, answer in operation["responses"].items():
            assert all({"example", "examples"} & set(content) for content in answer["content"].values()), status


async def test_an_example_keeps_what_is_null(site: Site) -> None:
    document = (await Caller(site, None).get("/openapi.json")).json()
    content = document["paths"]["/api/activations"]["get"]["responses"]["200"]["content"]
    shown = content["application/json"]["example"]
    assert shown["next_cursor"] is None
    assert shown["activations"][0]["certificate_ends_at"] is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"surprise": 1}, ": Additional properties are not allowed ('surprise' was unexpected)"),
        ({"stage": "party"}, 'stage: "party" is not one of'),
        ({"entitlement_until": "tomorrow"}, 'entitlement_until: "tomorrow" is not valid under any'),
        ({"steps": STATUS["steps"] | {"colour": "blue"}}, "steps: Additional properties are not allowed ('colour'"),
        ({"attention": [STATUS["attention"][0] | {"nit": "1"}]}, "attention/0: Additional properties are not"),
        ({"steps": {}}, 'steps: "current" is a required property'),
    ],
)
def test_a_status_that_is_not_as_described_is_found(site: Site, change: dict[str, Any], told: str) -> None:
    document = document_of(site.app.state.api)
    schema = document["components"]["schemas"]["CaseStatus"]
    assert wrong(document, schema, STATUS) == []
    found = wrong(document, schema, STATUS | change)
    assert found[0].startswith(told), found
