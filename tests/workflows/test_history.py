"""What a case costs and keeps: billable actions, the open history, what a new run carries on."""

import asyncio
import re
import uuid
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from domain.case.policy import Policy
from domain.case.rules import CURRENT
from domain.contract import TASK_QUEUE, WORKFLOW_TYPE, workflow_id
from stack.probes import free_port
from tests.support.deploy.losing import keeping_worker
from tests.support.workflows.costs import MOST_ACTIONS_OF_A_LIFE, a_life, settled_actions, size_of, up_to_the_payment
from tests.support.world import CaseUnderTest, World

ACTIONS_OF_A_REMINDER = 2
OPEN_HISTORY_BYTES = 2048


async def test_a_life_costs_at_most_21_actions_and_each_further_reminder_2(empty_world: World) -> None:
    policy = Policy(loan_reminder_days=(25, 19, 13, 7))
    costs = []
    async with keeping_worker(empty_world):
        for reminders in (2, 3):
            before = await settled_actions(empty_world)
            case = await empty_world.start(policy)
            await a_life(case, reminders)
            costs.append(await settled_actions(empty_world) - before)
        history = await case.handle.fetch_history()

    print(f"actions of a life: {costs[0].total()} {dict(costs[0])}")  # noqa: T201
    print(f"a further reminder: {costs[1].total() - costs[0].total()}; open history: {size_of(history)} bytes")  # noqa: T201
    assert costs[0].total() <= MOST_ACTIONS_OF_A_LIFE
    assert costs[1].total() - costs[0].total() == ACTIONS_OF_A_REMINDER
    assert size_of(history) < OPEN_HISTORY_BYTES


async def test_a_case_answers_while_its_new_run_waits_for_the_first_task(case: CaseUnderTest) -> None:
    await case.pay()
    await case.issue_certificate(days=90)
    first_run = (await case.handle.describe()).run_id
    await case.settle()

    await case.world.skipper.fast_forward(case.handle, timedelta(days=94))
    facts = await case.status()

    assert facts["stage"] == "certificate_expired"
    assert (await case.handle.describe()).run_id != first_run


async def test_a_quiet_case_begins_a_new_run_and_carries_everything_on(case: CaseUnderTest) -> None:
    await case.handle.signal("payment_confirmd", {"by": "billing"})
    await a_life(case, reminders=1)
    before = await case.status()
    first_run = (await case.handle.describe()).run_id

    await case.pay()  # known from the run before
    facts = await case.settle()

    started = (await case.handle.fetch_history()).events[0].workflow_execution_started_event_attributes
    assert started.continued_execution_run_id
    assert first_run == (await case.handle.describe()).run_id
    assert facts["timeline"] == before["timeline"]
    assert facts["rejected_signals"] == before["rejected_signals"]
    assert (facts["repeated_messages_count"], facts["stage"]) == (1, "certificate_active")


async def test_a_long_history_is_cut_also_where_the_case_does_not_sleep_for_months(case: CaseUnderTest) -> None:
    await case.settle()
    first_run = (await case.handle.describe()).run_id

    await asyncio.gather(*(case.handle.signal("payment_confirmd", {"by": "billing"}) for _ in range(410)))
    facts = await case.settle()

    history = await case.handle.fetch_history()
    assert first_run != (await case.handle.describe()).run_id
    assert len(history.events) < 20
    assert (facts["rejected_signals_count"], facts["stage"]) == (410, "started")


async def test_a_new_run_keeps_memo_and_search_attributes(case: CaseUnderTest) -> None:
    await a_life(case, reminders=1)

    described = await case.handle.describe()
    attributes = {key.name: value for key, value in described.typed_search_attributes}
    assert attributes["ActivationStage"] == "certificate_active"
    assert attributes["NeedsAttention"] is False
    assert "LoanEndsAt" not in attributes
    assert (
        attributes["CertificateEndsAt"].isoformat().startswith((await case.status())["certificate"]["valid_until"][:4])
    )


async def test_cases_are_found_by_stage(case: CaseUnderTest) -> None:
    await case.stage_in_visibility("started")

    await case.with_letter()
    await case.stage_in_visibility("letter_issued")

    await case.attach_scan()
    await case.stage_in_visibility("loan_active")

    await case.pay()
    await case.stage_in_visibility("certificate_in_process")


async def test_a_case_about_to_begin_a_new_run_is_found_by_its_stage_though_no_mail_goes_out(idle_world: World) -> None:
    nobody_listens = idle_world.settings.smtp.model_copy(update={"port": free_port()})
    async with idle_world.worker():
        case = await idle_world.start()
        await up_to_the_payment(case, reminders=1)
    async with idle_world.worker(smtp=nobody_listens):
        await case.issue_certificate()
        await case.stage_in_visibility("certificate_active")

        assert (await case.status())["waiting_to_retry"] == ["tell"]


async def test_the_supports_page_says_where_the_case_stands_and_what_it_understands(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()

    details = await case.details()
    assert "**loan_active**" in details
    assert re.search(r"Wakes 20\d\d-.*Z: loan reminder, 15 days", details)
    assert "payment_confirmed" in details


@pytest.mark.parametrize("days", [400])
async def test_a_case_nobody_touches_for_a_year_needs_no_further_run(case: CaseUnderTest, days: int) -> None:
    await case.settle()

    await case.skip(timedelta(days=days))

    assert (await case.status())["stage"] == "started"
    assert len((await case.handle.fetch_history()).events) < 20


async def test_a_case_under_newer_rules_waits_for_a_newer_worker(idle_world: World) -> None:
    company_id = f"T{uuid.uuid4().hex[:12]}"
    carried = {"policy": Policy().model_dump(mode="json"), "rules": CURRENT + 1}
    start = {"company_id": company_id, "profile_sha256": "a" * 64, "carried": carried}
    async with idle_world.worker(), asyncio.timeout(60):
        handle = await idle_world.client.start_workflow(
            WORKFLOW_TYPE, start, id=workflow_id(company_id), task_queue=TASK_QUEUE
        )
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                why = event.workflow_task_failed_event_attributes.failure.message
                break
    found = await handle.describe()
    await handle.terminate()

    assert "start a newer worker" in why
    assert found.status is WorkflowExecutionStatus.RUNNING
