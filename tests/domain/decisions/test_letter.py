"""Letters of a case: issued, uploaded, under review, taken away."""

import pytest

from domain.case.case import Case
from domain.decisions.letter import owe_letter
from domain.errors import NotAllowedNowError
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from domain.views.status import status
from tests.support.cases import (
    NOW,
    REPRESENTATIVE_SHA,
    Outside,
    a_case,
    deliver,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_upload,
)


def under_review() -> Case:
    return with_upload(with_letter(a_case()), "U1", verdict=Verdict.UNDER_REVIEW)


def attached(case: Case) -> str | None:
    return status(case, NOW)["letter"]["attached"]


def test_a_letter_is_uploaded_only_after_one_was_issued() -> None:
    with pytest.raises(NotAllowedNowError, match="no letter has been issued yet"):
        send(a_case(), "letter_uploaded", upload_id="U1")


def test_other_data_of_the_representative_give_another_letter_with_the_next_number() -> None:
    case = settle(send(with_loan(a_case()), "submit_representative", sha256="9" * 64))

    assert case.letter.issued is not None
    assert (case.letter.issued.number, case.representative_sha256) == (2, "9" * 64)


def test_new_data_of_the_company_renew_a_letter_that_is_not_signed_yet() -> None:
    case = settle(send(with_letter(a_case()), "company_updated", sha256="9" * 64))

    assert case.letter.issued is not None
    assert (case.letter.issued.number, case.letter.issued.outdated) == (2, False)
    assert case.representative_sha256 == REPRESENTATIVE_SHA


@pytest.mark.parametrize("signed", [with_loan(a_case()), under_review()], ids=["accepted", "under review"])
def test_new_data_of_the_company_leave_a_signed_letter_alone(signed: Case) -> None:
    case = settle(send(signed, "company_updated", sha256="9" * 64))

    assert case.letter.issued is not None
    assert signed.letter.issued is not None
    assert (case.letter.issued.folio, case.letter.issued.outdated) == (signed.letter.issued.folio, True)


def test_the_same_representative_gets_another_letter_once_the_company_has_changed() -> None:
    changed = settle(send(with_loan(a_case()), "company_updated", sha256="9" * 64))

    case = settle(send(changed, "submit_representative", sha256=REPRESENTATIVE_SHA))

    assert case.letter.issued is not None
    assert (case.letter.issued.number, case.letter.issued.outdated) == (2, False)


def test_a_late_decision_on_one_letter_never_decides_another() -> None:
    case = with_upload(under_review(), "U2", verdict=Verdict.UNDER_REVIEW)

    with pytest.raises(NotAllowedNowError, match="U1 does not wait for a review"):
        send(case, "letter_reviewed", decision="accept", reason="seen", upload_id="U1")


def test_deleting_takes_away_every_letter_that_stands() -> None:
    case = with_upload(with_upload(with_loan(a_case()), "U2"), "U3", verdict=Verdict.UNDER_REVIEW)

    case = send(case, "delete_letter")

    assert (case.letter.attached, case.letter.under_review, case.attention) == (None, None, ())


def test_a_review_accepted_while_the_own_certificate_signs_starts_no_loan() -> None:
    case = with_certificate(under_review())

    case = settle(send(case, "letter_reviewed", decision="accept", reason="seen"))

    assert (case.letter.attached is not None, case.loan) == (True, None)


def test_two_letters_that_are_owed_at_once_are_both_issued_in_order() -> None:
    case = settle(owe_letter(owe_letter(a_case(), "1" * 64), "2" * 64))

    assert case.letter.issued is not None
    assert (case.letter.issued.number, case.representative_sha256) == (2, "2" * 64)


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.UNDER_REVIEW])
def test_a_later_letter_takes_the_place_of_one_under_review(verdict: Verdict) -> None:
    case = with_upload(under_review(), "U2", verdict=verdict)

    waiting = case.letter.under_review
    assert (None if waiting is None else waiting.upload_id) == ("U2" if verdict is Verdict.UNDER_REVIEW else None)


def test_a_letter_whose_place_was_taken_is_not_reviewed_any_more() -> None:
    case = with_upload(under_review(), "U2")

    with pytest.raises(NotAllowedNowError, match="no letter waits for a review"):
        send(case, "letter_reviewed", decision="accept", reason="legible")


def test_a_rejected_upload_leaves_the_letter_under_review_and_the_attached_one() -> None:
    case = with_upload(
        with_upload(with_loan(a_case()), "U2", verdict=Verdict.UNDER_REVIEW), "U3", verdict=Verdict.REJECTED
    )

    assert (attached(case), case.letter.under_review is not None) == ("U1", True)


@pytest.mark.parametrize(
    ("decision", "reached"), [("accept", NoticeKind.LOAN_STARTED), ("reject", NoticeKind.LETTER_REJECTED)]
)
def test_a_decision_is_told_to_the_company(decision: str, reached: NoticeKind) -> None:
    world = Outside()

    settle(send(under_review(), "letter_reviewed", decision=decision, reason="looked at it"), world=world)

    assert world.kinds() == [reached]


def test_a_decision_is_not_turned_round() -> None:
    case = settle(send(under_review(), "letter_reviewed", decision="reject", reason="not signed"))

    with pytest.raises(NotAllowedNowError, match="the letter was already decided: reject; another letter"):
        send(case, "letter_reviewed", decision="accept", reason="legible")


def test_a_rejection_is_mailed_only_when_nobody_waits_for_the_answer() -> None:
    signal, update = Outside(verdicts={"U1": Verdict.REJECTED}), Outside(verdicts={"U1": Verdict.REJECTED})
    case = with_letter(a_case())

    settle(send(case, "letter_uploaded", upload_id="U1"), world=signal)
    settle(send(case, "attach_letter", upload_id="U1"), world=update)

    assert (signal.kinds(), update.kinds()) == ([NoticeKind.LETTER_REJECTED], [])


def test_a_deleted_letter_keeps_its_verdict_as_evidence_and_stops_the_way_to_step_three() -> None:
    case = send(with_loan(a_case()), "delete_letter")

    [version] = case.letter.versions
    assert (version.verdict, version.withdrawn, attached(case)) == (Verdict.ACCEPTED, True, None)
    assert deliver(case, "continue_to_test_set").steps == ()


def test_a_deleted_letter_under_review_waits_for_nobody() -> None:
    case = send(under_review(), "delete_letter")

    assert (case.letter.under_review, case.review_due_at, list(case.attention)) == (None, None, [])


def test_letters_that_were_replaced_are_remembered_by_their_folios() -> None:
    first = with_letter(a_case())
    assert first.letter.issued is not None

    case = settle(send(first, "submit_representative", sha256="9" * 64))

    assert case.letter.earlier_folios == (first.letter.issued.folio,)
