"""The own certificate: offered, paid, issued, rejected, renewed."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.calendar import DAY, BusinessCalendar
from tests.support.world import CaseUnderTest


async def test_a_company_that_has_not_paid_is_offered_the_certificate(case: CaseUnderTest) -> None:
    answer = await case.update("verify_payment")

    assert (answer["paid"], answer["purchase_offered"]) == (False, True)
    assert (answer["price_cop"], answer["iva_cop"], answer["total_cop"]) == (250_000, 47_500, 297_500)
    assert answer["validity_days"] == 365
    assert answer["next_actions"] == ["submit_representative", "buy_certificate"]


async def test_a_company_that_has_paid_goes_on(case: CaseUnderTest) -> None:
    await case.signal("step_completed", step=1)
    await case.pay()

    answer = await case.update("verify_payment")

    assert (answer["paid"], answer["purchase_offered"]) == (True, False)
    assert (await case.update("continue_to_test_set"))["steps"]["current"] == 3
    await case.settle()
    assert len(case.mails("payment/")) == 1


async def test_nobody_goes_on_without_payment_or_loan(case: CaseUnderTest) -> None:
    with pytest.raises(WorkflowUpdateFailedError):
        await case.update("continue_to_test_set")


async def test_a_payment_below_the_total_is_recorded_and_is_no_payment(case: CaseUnderTest) -> None:
    await case.pay(amount_cop=250_000)

    facts = await case.settle()
    assert (facts["payment"]["paid"], facts["needs_attention"]) == (False, True)
    assert facts["payment"]["payments"][0]["standing"] == "insufficient"
    assert "250000 of 297500 pesos" in facts["attention"][0]["text"]


async def test_the_same_reference_with_the_whole_amount_mends_it(case: CaseUnderTest) -> None:
    await case.pay(amount_cop=250_000)

    await case.pay(amount_cop=297_500)

    facts = await case.settle()
    assert (facts["payment"]["paid"], facts["needs_attention"]) == (True, False)


async def test_a_second_payment_while_one_is_in_process_needs_a_person(case: CaseUnderTest) -> None:
    await case.pay("FV-77")

    await case.pay("FV-78")

    facts = await case.settle()
    assert [each["standing"] for each in facts["payment"]["payments"]] == ["confirmed", "unexpected"]
    assert facts["needs_attention"]


async def test_a_payment_does_not_end_the_loan_and_the_certificate_does(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.pay()
    paid = await case.settle()

    last_day = await case.issue_certificate()

    assert (paid["stage"], paid["entitlement"]) == ("certificate_in_process", "loan")
    facts = await case.settle()
    assert (facts["stage"], facts["entitlement"]) == ("certificate_active", "own")
    assert facts["entitlement_until"] == str(last_day)
    assert facts["loan"]["state"] == "replaced"
    assert len(case.mails("certificate/")) == 1


async def test_paid_becomes_in_process_once_the_six_steps_are_finished(case: CaseUnderTest) -> None:
    await case.pay()
    paid = (await case.settle())["certificate"]["state"]

    for step in range(1, 7):
        await case.signal("step_completed", step=step)

    assert (paid, (await case.settle())["certificate"]["state"]) == ("paid", "in_process")


async def test_a_rejected_request_is_told_and_redone_with_corrected_data(case: CaseUnderTest) -> None:
    await case.pay()
    await case.signal("certificate_rejected", observations="The RUT does not match")
    rejected = await case.settle()

    await case.with_letter()

    assert (rejected["stage"], rejected["certificate"]["observations"]) == (
        "certificate_rejected",
        "The RUT does not match",
    )
    assert len(case.mails("request/")) == 1
    assert (await case.settle())["stage"] == "certificate_in_process"


async def test_the_certificate_expires_and_the_company_is_told(case: CaseUnderTest) -> None:
    await case.pay()
    last_day = await case.issue_certificate(days=90)
    await case.settle()

    await case.skip_to(BusinessCalendar().on_or_after(last_day + DAY))

    facts = await case.status()
    assert (facts["stage"], facts["entitlement"]) == ("certificate_expired", "none")
    assert facts["reminders"]["sent"][0]["days"] == 60
    assert len(case.mails("certificate/")) == 2


async def test_a_renewal_is_offered_from_the_first_reminder_on_and_follows_on(case: CaseUnderTest) -> None:
    await case.pay()
    last_day = await case.issue_certificate(days=90)
    await case.settle()
    await case.skip(timedelta(days=29))
    early = (await case.status())["payment"]["purchase_offered"]
    await case.skip(timedelta(days=3))
    offered = await case.status()

    await case.pay("FV-200")
    await case.issue_certificate("5F02", days=365, start=last_day + timedelta(days=1))

    await case.skip(timedelta(days=70))
    facts = await case.status()
    assert (early, offered["payment"]["purchase_offered"]) == (False, True)
    assert offered["stage"] == "certificate_expiring"
    assert (facts["stage"], facts["entitlement"]) == ("certificate_active", "own")
    assert facts["entitlement_until"] == str(last_day + timedelta(days=366))
