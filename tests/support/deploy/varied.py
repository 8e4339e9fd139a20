"""Cases in the middle of their lives, no two alike."""

from collections.abc import Awaitable, Callable

from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import CaseUnderTest

Way = Callable[[CaseUnderTest], Awaitable[object]]


async def _new(case: CaseUnderTest) -> None:
    await case.settle()


async def _lent(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.update("continue_to_test_set")
    await case.signal("step_completed", step=3)


async def _paid_too_little_then_whole(case: CaseUnderTest) -> None:
    await case.pay("FV-1", amount_cop=100)
    await case.pay("FV-2")
    await case.pay("FV-2")


async def _own_certificate(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.pay()
    await case.issue_certificate()


async def _sent_back(case: CaseUnderTest) -> None:
    await case.pay()
    await case.signal("certificate_rejected", observations="The RUT does not match")


async def _hostile_and_muted(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.handle.signal("payment_confirmed", args=[])
    await case.handle.signal("nobody_knows_this", b"\x00")
    await case.signal("reminders_muted", until="2060-01-31", reason="asked for")


async def _letter_replaced(case: CaseUnderTest) -> None:
    await case.with_letter()
    await case.attach(b"%PDF-1.7 broken")
    await case.attach_scan()
    await case.update("delete_letter")
    await case.with_letter(full_name="Pedro Pérez Gómez")


async def _revoked(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.signal("loan_revoked", reason="fraud reported")


async def _closed(case: CaseUnderTest) -> None:
    await case.pay()
    await case.signal("activation_closed", reason="the company left")
    await case.handle.result()


async def _withdrawn(case: CaseUnderTest) -> None:
    await case.pay()
    await case.issue_certificate("5F77")
    await case.signal("certificate_withdrawn", serial="5F77", reason="another company's")


VARIED: dict[str, Way] = {
    "new": _new,
    "letter issued": CaseUnderTest.with_letter,
    "under review": attach_doubtful,
    "lent": _lent,
    "paid too little, then whole": _paid_too_little_then_whole,
    "own certificate": _own_certificate,
    "sent back": _sent_back,
    "hostile and muted": _hostile_and_muted,
    "letter replaced": _letter_replaced,
    "revoked": _revoked,
    "closed": _closed,
    "withdrawn": _withdrawn,
}
