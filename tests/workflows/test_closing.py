"""Closing a case and taking it up again: nothing is forgotten, and no second loan is had that way."""

import contextlib

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.case.policy import Policy
from tests.support import builders
from tests.support.world import CaseUnderTest, World


async def close(case: CaseUnderTest) -> None:
    await case.signal("activation_closed", reason="the company left")
    await case.handle.result()


async def reopen(case: CaseUnderTest) -> bool:
    company = builders.company(company_id=case.company_id)
    return (await case.door.start(company, Policy(), reopen=True)).started


async def test_a_closed_case_is_complete_and_tells_its_last_state(case: CaseUnderTest) -> None:
    await case.with_loan()

    await case.signal("activation_closed", reason="the company left")
    last = await case.handle.result()

    assert (last["stage"], last["closing"]) == ("closed", "the company left")
    assert (await case.status())["stage"] == "closed"
    assert (await case.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    await case.stage_in_visibility("closed")


async def test_starting_a_closed_case_needs_to_be_said(case: CaseUnderTest) -> None:
    await close(case)

    started = await case.door.start(builders.company(company_id=case.company_id), Policy())

    assert (started.started, started.closed) == (False, True)


async def test_a_reopened_case_knows_what_it_knew(case: CaseUnderTest) -> None:
    loan = (await case.with_loan())["loan"]
    await case.pay()
    before = await case.settle()
    await close(case)

    assert await reopen(case)

    facts = await case.settle()
    assert (facts["loan"]["starts_on"], facts["loan"]["ends_on"]) == (loan["starts_on"], loan["ends_on"])
    assert (facts["stage"], facts["payment"]) == ("certificate_in_process", before["payment"])
    await case.pay()
    assert (await case.settle())["repeated_messages_count"] == 1
    assert len(case.mails("payment/")) == 1


async def test_the_loan_keeps_its_dates_even_when_the_case_was_terminated(case: CaseUnderTest) -> None:
    loan = (await case.with_loan())["loan"]
    await case.settle()
    await case.handle.terminate("by mistake")

    assert await reopen(case)

    await case.with_letter()
    answer = await case.attach(await case.signed(80))
    assert (answer["loan"]["starts_on"], answer["loan"]["ends_on"]) == (loan["starts_on"], loan["ends_on"])
    await case.settle()
    assert len(case.mails("loan/started")) == 1


async def test_a_revoked_loan_does_not_come_back_when_the_case_was_terminated(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.signal("loan_revoked", reason="fraud reported")
    await case.settle()
    await case.handle.terminate("by mistake")

    assert await reopen(case)

    facts = await case.settle()
    assert (facts["loan"]["state"], facts["entitlement"], facts["reminders"]["next"]) == ("revoked", "none", None)


async def test_cancelling_in_temporal_closes_the_case_like_support_does(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()

    await case.handle.cancel()

    assert (await case.handle.result())["closing"] == "cancelled in Temporal"


async def test_a_case_that_is_cancelled_before_its_first_task_takes_what_came_and_forgets_nothing(
    idle_world: World,
) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.with_loan()
        await close(case)
    assert await reopen(case)
    await case.pay()
    await case.handle.cancel()

    async with idle_world.worker():
        last = await case.handle.result()

    assert (last["closing"], last["payment"]["paid"]) == ("cancelled in Temporal", True)
    assert [each["action"] for each in last["timeline"]].count("loan_started") == 1
    assert (await case.door.start(builders.company(company_id=case.company_id), Policy())).closed


async def test_a_message_to_a_closed_case_is_refused_to_its_sender(case: CaseUnderTest) -> None:
    await close(case)

    with pytest.raises(RPCError, match="already completed"):
        await case.pay()


async def test_messages_sent_together_with_the_closing_are_all_taken(case: CaseUnderTest) -> None:
    await case.settle()

    await case.signal("activation_closed", reason="the company left")
    sent = 0
    with contextlib.suppress(RPCError):  # once it is closed the sender is told so
        for number in range(20):
            await case.pay(f"FV-{number}")
            sent = number + 1

    last = await case.handle.result()
    assert sum(1 for each in last["timeline"] if each["action"].startswith("payment_")) == sent
