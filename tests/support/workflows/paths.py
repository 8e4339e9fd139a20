"""The paths of a case whose histories are kept: each one a life that some company lives."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import WorkflowUpdateFailedError

from tests.support.receiver import Receiver
from tests.support.world import CaseUnderTest

Path = Callable[[CaseUnderTest], Awaitable[None]]
PathOfEvents = Callable[[CaseUnderTest, Receiver], Awaitable[None]]


async def loan_then_certificate(case: CaseUnderTest) -> None:
    await case.update("verify_payment")
    await case.with_loan()
    await case.update("continue_to_test_set")
    await case.skip_to_next_reminder()
    await case.pay()
    await case.settle()
    await case.issue_certificate()
    await case.settle()
    await case.skip_to_next_reminder()


async def loan_that_ends(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()
    await case.skip(timedelta(days=34))
    await case.attach(await case.signed(20))


async def bought_at_once_and_renewed(case: CaseUnderTest) -> None:
    await case.pay()
    last_day = await case.issue_certificate(days=40)
    await case.settle()
    await case.skip(timedelta(days=20))
    await case.pay("FV-200")
    await case.issue_certificate("5F02", start=last_day + timedelta(days=1))
    await case.skip(timedelta(days=30))


async def rejected_request(case: CaseUnderTest) -> None:
    await case.pay(amount_cop=100)
    await case.pay()
    await case.signal("certificate_rejected", observations="The RUT does not match")
    await case.settle()
    await case.with_letter()
    await case.issue_certificate()
    await case.settle()


async def letters_replaced_and_deleted(case: CaseUnderTest) -> None:
    await case.with_letter()
    await case.attach(b"%PDF-1.7 broken")
    await case.signal("letter_uploaded", upload_id=await case.upload(b"no PDF"))
    await case.attach_scan()
    await case.update("delete_letter")
    await case.with_letter(full_name="Pedro Pérez Gómez")
    await case.attach(await case.signed(30))
    await case.signal("loan_revoked", reason="fraud reported")
    await case.settle()


async def hostile_messages(case: CaseUnderTest) -> None:
    await case.handle.signal("payment_confirmed", args=[])
    await case.handle.signal("payment_confirmed", args=[{}, {}])
    await case.handle.signal("nobody_knows_this", b"\x00")
    try:
        await case.update("continue_to_test_set")
    except WorkflowUpdateFailedError:
        await case.settle()
    await case.signal("reminders_muted", until="2027-01-31", reason="asked for")
    await case.settle()


async def pasted_texts(case: CaseUnderTest) -> None:
    await case.pay("FV\u00a077")
    await case.settle()
    await case.pay("FV 77")
    await case.signal("reminders_muted", until="2027-01-31", reason="asked\u200b by telephone")
    await case.settle()
    await case.signal("reminders_muted", until="2027-02-28", reason="asked\u200b again")
    await case.settle()


async def payments_with_a_point(case: CaseUnderTest) -> None:
    await case.signal("payment_confirmed", reference="FV-1", amount_cop=297_500.0)
    await case.signal("payment_confirmed", reference="FV-2", amount_cop=297_500.5)
    await case.settle()
    await case.with_letter()
    await case.pay()
    await case.settle()


async def closed(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.signal("activation_closed", reason="the company left")
    await case.handle.result()


async def cancelled(case: CaseUnderTest) -> None:
    await case.settle()
    await case.handle.cancel()
    await case.handle.result()


async def events_late(case: CaseUnderTest, receiver: Receiver) -> None:
    receiver.answers(503)
    await case.with_loan()
    await case.skip(timedelta(days=1))
    await case.pay()
    receiver.answers(200)
    await case.skip(timedelta(hours=6))
    await case.issue_certificate()
    await case.settle()


async def events_given_up(case: CaseUnderTest, receiver: Receiver) -> None:
    receiver.answers(503)
    await case.with_loan()
    await case.skip(timedelta(days=4))
    receiver.answers(410)
    given_up = (await case.status())["webhooks"]["deliveries"]
    await case.signal("webhook_requested", event=given_up[0]["id"], reason="the receiver is back")
    await case.settle()
    receiver.answers(200)
    await case.signal("webhook_requested", event=given_up[1]["id"], reason="it wants them again")
    await case.settle()
    await case.signal("activation_closed", reason="the company left")
    await case.handle.result()


PATHS_OF_EVENTS: dict[str, PathOfEvents] = {path.__name__: path for path in (events_late, events_given_up)}
"""With a worker that delivers events."""
PATHS: dict[str, Path] = {
    path.__name__: path
    for path in (
        loan_then_certificate,
        loan_that_ends,
        bought_at_once_and_renewed,
        rejected_request,
        letters_replaced_and_deleted,
        hostile_messages,
        pasted_texts,
        payments_with_a_point,
        closed,
        cancelled,
    )
}
