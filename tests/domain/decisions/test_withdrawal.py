"""A certificate that was registered by mistake is taken away, and the case goes on as if it had not been."""

from datetime import date, timedelta

import pytest

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.errors import NotAllowedNowError
from domain.views.status import status
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    deliver,
    live,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)

LATER = NOW + timedelta(days=1)


def withdrawn(case: Case, serial: str = "0A1B", **fields: str) -> Case:
    return settle(
        send(case, "certificate_withdrawn", LATER, **{"serial": serial, "reason": "another company's", **fields}), LATER
    )


def test_the_loan_and_its_reminders_come_back() -> None:
    lent = with_loan(a_case())

    case = withdrawn(with_certificate(lent))

    assert status(case, LATER)["entitlement"] == "loan"
    assert case.reminders.planned == lent.reminders.planned
    assert live(case, LATER, bogota("2026-12-30 10:00"), Outside()).reminders.record[-1].subject == "loan"


def test_the_paid_request_is_open_again() -> None:
    case = withdrawn(with_certificate(with_payment(a_case())))

    assert status(case, LATER)["stage"] == "certificate_in_process"
    assert status(case, LATER)["payment"]["paid"]


def test_the_certificate_of_before_signs_on() -> None:
    held = with_certificate(with_payment(a_case()))
    wrong = with_certificate(held, LATER, serial="FFFF", valid_from=date(2027, 1, 1), days=700)

    case = withdrawn(wrong, "FF:FF")

    assert [each.serial for each in case.track.certificates] == ["0A1B"]
    assert case.reminders.planned == held.reminders.planned
    assert "fulfilled" not in status(case, LATER)["certificate"]["certificates"][0]


def test_it_may_be_registered_again_and_withdrawn_once() -> None:
    case = withdrawn(with_certificate(a_case()))
    again = withdrawn(case)

    assert again.repeated_count == 1
    assert status(with_certificate(case, LATER), LATER)["entitlement"] == "own"


@pytest.mark.parametrize(
    ("fields", "said"), [({"by": "billing"}, "only support"), ({"serial": "99"}, "no certificate of this case")]
)
def test_nobody_else_and_nothing_else(fields: dict[str, str], said: str) -> None:
    case = with_certificate(a_case())

    with pytest.raises(NotAllowedNowError, match=said):
        withdrawn(case, **fields)
    assert deliver(case, "certificate_withdrawn", LATER, serial="99", reason="x").track == case.track


def test_a_letter_accepted_under_a_wrong_certificate_starts_the_loan_on_the_day_of_its_receipt() -> None:
    case = with_upload(with_letter(with_certificate(a_case())), "U1")
    assert case.loan is None

    case = withdrawn(case)

    assert case.loan is not None
    assert (case.loan.starts_on, status(case, LATER)["entitlement"]) == (bogota_date(NOW), "loan")


def test_a_letter_that_was_deleted_meanwhile_starts_none() -> None:
    case = send(with_upload(with_letter(with_certificate(a_case())), "U1"), "delete_letter")

    assert withdrawn(case).loan is None
