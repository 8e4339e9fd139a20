"""The loan's dates: fixed by the first accepted upload, moved by nothing."""

import json
from datetime import date, datetime, timedelta

import pytest

from domain.calendar import BusinessCalendar, bogota_date
from domain.case.case import Case
from domain.case.loan import FirstAcceptance, LoanEnding, loan_from
from domain.case.policy import Policy
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from domain.views.status import status
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    deliver,
    live,
    opened,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)


def loan_dates(case: Case, now: datetime = NOW) -> tuple[str, str, str]:
    loan = status(case, now)["loan"]
    return loan["starts_on"], loan["ends_on"], loan["last_safe_purchase_on"]


@pytest.mark.parametrize(
    ("received_at", "starts_on"),
    [
        pytest.param("2026-11-24 23:59", date(2026, 11, 24), id="just before midnight"),
        pytest.param("2026-11-25 00:00", date(2026, 11, 25), id="at midnight"),
        pytest.param("2026-11-25 00:01", date(2026, 11, 25), id="just after midnight"),
    ],
)
def test_a_loan_starts_on_the_date_of_receipt_in_bogota(received_at: str, starts_on: date) -> None:
    case = with_loan(a_case(bogota(received_at)), bogota(received_at))

    assert case.loan is not None
    assert starts_on == case.loan.starts_on


@pytest.mark.parametrize(
    ("starts", "ends_on", "last_safe_purchase_on"),
    [
        pytest.param("2026-11-24", "2026-12-24", "2026-12-10", id="a plain month"),
        pytest.param("2026-06-21", "2026-07-21", "2026-07-03", id="two Mondays off"),
        pytest.param("2026-12-01", "2026-12-31", "2026-12-16", id="Christmas"),
        pytest.param("2027-02-26", "2027-03-28", "2027-03-10", id="Holy Week, and an end on a Sunday"),
    ],
)
def test_a_loan_lasts_thirty_days_and_leaves_ten_business_days_to_buy(
    starts: str, ends_on: str, last_safe_purchase_on: str
) -> None:
    first = FirstAcceptance(upload_id="U1", received_at=bogota(f"{starts} 12:00"))

    loan = loan_from(first, Policy(), BusinessCalendar())

    assert (ends_on, last_safe_purchase_on) == (loan.ends_on.isoformat(), loan.last_safe_purchase_on.isoformat())


def test_a_loan_takes_its_length_from_the_policy_of_its_case() -> None:
    case = with_loan(a_case(loan_days=90))

    assert loan_dates(case)[:2] == ("2026-11-24", "2027-02-22")


def test_a_letter_reviewed_days_later_starts_the_loan_on_the_day_of_its_receipt() -> None:
    later = bogota("2026-11-27 09:00")
    case = with_upload(with_letter(a_case()), "U1", verdict=Verdict.UNDER_REVIEW)

    case = settle(send(case, "letter_reviewed", later, decision="accept", reason="legible"), later)

    assert loan_dates(case) == ("2026-11-24", "2026-12-24", "2026-12-10")


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.UNDER_REVIEW])
def test_an_upload_that_is_not_accepted_starts_no_loan(verdict: Verdict) -> None:
    assert with_upload(with_letter(a_case()), "U1", verdict=verdict).loan is None


def test_a_rejection_by_a_person_starts_no_loan() -> None:
    case = with_upload(with_letter(a_case()), "U1", verdict=Verdict.UNDER_REVIEW)

    case = settle(send(case, "letter_reviewed", decision="reject", reason="not signed"))

    assert case.loan is None


def test_the_first_file_that_was_rejected_does_not_date_the_loan() -> None:
    later = bogota("2026-11-30 09:00")
    case = with_upload(with_letter(a_case()), "U1", verdict=Verdict.REJECTED)

    assert loan_dates(with_upload(case, "U2", later))[0] == "2026-11-30"


def test_a_later_letter_never_moves_the_dates() -> None:
    case = with_loan(a_case())

    later = with_upload(case, "U2", bogota("2026-12-20 09:00"))

    assert case.loan == later.loan


def test_deleting_and_uploading_again_never_moves_the_dates() -> None:
    later = bogota("2026-12-20 09:00")
    case = with_loan(a_case())

    again = with_upload(settle(send(case, "delete_letter", later), later), "U2", later)

    assert case.loan == again.loan


def test_a_letter_after_the_end_is_kept_and_changes_nothing() -> None:
    later = bogota("2027-01-20 09:00")
    case = settle(with_loan(a_case()), later)

    after = with_upload(case, "U2", later)

    assert (case.loan, "U2") == (after.loan, status(after, later)["letter"]["attached"])


def test_a_change_of_policy_on_reopening_never_moves_the_dates() -> None:
    world = Outside()
    case = with_loan(opened(world), world=world)
    closed = settle(send(case, "activation_closed", reason="moved away"), world=world)

    again = opened(world, bogota("2026-12-01 09:00"), json.loads(json.dumps(closed.stored())), loan_days=300)

    assert case.loan == again.loan


def test_a_case_opened_anew_without_its_archive_has_the_loan_that_lies_with_the_evidence() -> None:
    world = Outside()
    case = with_loan(opened(world), world=world)

    again = opened(world, bogota("2026-12-01 09:00"))

    assert case.loan == again.loan


def test_nobody_gets_a_second_loan_by_opening_a_case_again_after_the_end() -> None:
    world, later = Outside(), bogota("2027-06-01 09:00")
    with_loan(opened(world), world=world)

    again = with_upload(with_letter(settle(opened(world, later), later, world), later, world), "U9", later, world)

    assert status(again, later)["entitlement"] == "none"
    assert loan_dates(again)[0] == "2026-11-24"


def test_a_loan_is_over_on_the_day_after_its_last() -> None:
    case = with_loan(a_case())
    last, after = bogota("2026-12-24 23:59"), bogota("2026-12-25 00:00")

    assert (status(settle(case, last), last)["entitlement"], status(case, after)["entitlement"]) == ("loan", "none")
    ended = settle(case, after).loan
    assert ended is not None
    assert (LoanEnding.EXPIRED, date(2026, 12, 24)) == (ended.ending, ended.ended_on)


def test_a_loan_that_ran_out_during_an_outage_ended_on_its_last_day() -> None:
    loan = settle(with_loan(a_case()), bogota("2027-02-10 09:00")).loan

    assert loan is not None
    assert (LoanEnding.EXPIRED, date(2026, 12, 24)) == (loan.ending, loan.ended_on)


def test_a_payment_does_not_end_the_loan() -> None:
    case = with_payment(with_loan(a_case()))

    assert case.loan is not None
    assert (case.loan.ending, status(case, NOW)["entitlement"]) == (None, "loan")


def test_an_own_certificate_replaces_the_loan_on_its_first_day_and_not_before() -> None:
    case = with_certificate(with_payment(with_loan(a_case())), valid_from=date(2026, 12, 1))
    before, first_day = bogota("2026-11-30 23:59"), bogota("2026-12-01 00:00")

    assert status(settle(case, before), before)["entitlement"] == "loan"
    loan = settle(case, first_day).loan
    assert loan is not None
    assert (LoanEnding.REPLACED, date(2026, 12, 1)) == (loan.ending, loan.ended_on)


def test_a_certificate_valid_only_after_the_loan_ran_out_did_not_replace_it() -> None:
    case = with_certificate(with_payment(with_loan(a_case())), valid_from=date(2026, 12, 28))

    loan = settle(case, bogota("2027-01-10 09:00")).loan

    assert loan is not None
    assert (LoanEnding.EXPIRED, date(2026, 12, 24)) == (loan.ending, loan.ended_on)


def test_a_loan_replaced_during_an_outage_ended_within_its_term() -> None:
    case = with_certificate(with_payment(with_loan(a_case())), valid_from=date(2026, 12, 20))

    loan = settle(case, bogota("2027-01-10 09:00")).loan

    assert loan is not None
    assert (LoanEnding.REPLACED, date(2026, 12, 24)) == (loan.ending, loan.ended_on)


def test_a_revoked_loan_ends_at_once_and_is_not_lent_again() -> None:
    later = bogota("2026-12-01 09:00")
    case = settle(send(with_loan(a_case()), "loan_revoked", later, reason="misuse"), later)

    again = with_upload(case, "U2", later)

    assert again.loan is not None
    assert (LoanEnding.REVOKED, date(2026, 12, 1)) == (again.loan.ending, again.loan.ended_on)
    assert status(again, later)["entitlement"] == "none"


def test_a_loan_that_ran_out_before_anybody_looked_is_not_revoked() -> None:
    later = bogota("2027-02-10 09:00")

    case = settle(deliver(with_loan(a_case()), "loan_revoked", later, reason="misuse"), later)

    assert case.loan is not None
    assert (case.loan.ending, case.rejected_count) == (LoanEnding.EXPIRED, 1)


def test_a_loan_that_ends_before_the_paid_certificate_is_there_asks_for_attention() -> None:
    world = Outside()
    case = live(with_payment(with_loan(a_case())), NOW, bogota("2026-12-25 09:00"), world)

    assert [each.kind for each in case.attention] == ["no_certificate"]
    assert NoticeKind.LOAN_ENDED not in world.kinds()


def test_a_letter_accepted_while_the_own_certificate_signs_starts_no_loan() -> None:
    world = Outside()
    case = with_certificate(with_letter(opened(world)), world=world)

    assert with_upload(case, "U1", world=world).loan is None


def test_a_letter_accepted_beside_an_own_certificate_can_be_attached_for_a_loan_once_that_is_over() -> None:
    world, later = Outside(), bogota("2027-12-01 10:00")
    case = live(
        with_upload(with_certificate(with_letter(opened(world)), world=world), "U1", world=world), NOW, later, world
    )
    assert "attach_letter" not in status(case, NOW)["next_actions"]
    case = live(case, NOW, later, world)
    assert "attach_letter" in status(case, later)["next_actions"]

    case = with_upload(case, "U2", later, world)

    assert case.loan is not None
    assert case.loan.starts_on == bogota_date(later)


def test_a_letter_reviewed_once_the_own_certificate_signs_announces_no_loan() -> None:
    world = Outside()
    case = with_upload(with_letter(opened(world)), "U1", world=world, verdict=Verdict.UNDER_REVIEW)
    case = with_certificate(case, world=world)

    settle(send(case, "letter_reviewed", decision="accept", reason="legible"), world=world)

    assert NoticeKind.LOAN_STARTED not in world.kinds()


def test_a_letter_that_arrived_beside_an_own_certificate_and_is_reviewed_after_it_starts_no_loan() -> None:
    world = Outside(received_at={"U1": NOW})
    case = with_upload(
        with_letter(with_certificate(opened(world), days=2)), "U1", world=world, verdict=Verdict.UNDER_REVIEW
    )
    later = NOW + timedelta(days=4)

    case = settle(send(case, "letter_reviewed", later, decision="accept", reason="legible"), later, world)

    assert (case.loan, case.letter.attached is not None) == (None, True)


@pytest.mark.parametrize("loan_days", [1, 5, 10, 13, 14])
def test_a_loan_too_short_to_buy_in_time_says_to_buy_on_its_first_day(loan_days: int) -> None:
    case = with_loan(a_case(loan_days=loan_days))

    assert case.loan is not None
    assert case.loan.starts_on <= case.loan.last_safe_purchase_on <= case.loan.ends_on
