"""A job is known by its number: what comes of one that gave way to another changes nothing and breaks nothing."""

from typing import Any

import pytest

from domain.case.case import Case
from domain.case.jobs import CompanyChecked, IssueLetter, LetterIssued, QueuedJob
from domain.decisions import results
from tests.support.cases import NOW, a_case, deliver, send, settle, with_letter, with_loan

OLDER, NEWER = "1" * 64, "2" * 64
ISSUED = LetterIssued(folio="AC-1", key="letters/1.pdf", sha256="e" * 64)
ORDERS = {
    "submit_representative": {"sha256": OLDER},
    "company_updated": {"sha256": OLDER},
}


def ordered(case: Case) -> QueuedJob:
    return case.queue[-1]


def fails(case: Case, queued: QueuedJob) -> Case:
    return results.failed(case, queued, "StoreUnavailableError", False, NOW)


def representatives_of(case: Case) -> list[str]:
    return [each.job.representative_sha256 for each in case.queue if isinstance(each.job, IssueLetter)]


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_an_order_that_fails_after_newer_data_came_neither_breaks_nor_comes_back(name: str, before: int) -> None:
    case = with_letter(a_case())
    case = send(case, name, **ORDERS[name])
    older = ordered(case)
    for _ in range(before):
        case = fails(case, older)

    case = send(case, name, sha256=NEWER)
    after = fails(case, older)

    assert after == case
    assert [each.number for each in after.queue] == [older.number + 1]


@pytest.mark.parametrize(("name", "result"), [("submit_representative", ISSUED), ("company_updated", CompanyChecked())])
def test_an_older_order_that_succeeds_late_does_not_win(name: str, result: Any) -> None:
    case = send(with_letter(a_case()), name, **ORDERS[name])
    older = ordered(case)
    case = send(case, name, sha256=NEWER)

    case = results.done(case, older, result, NOW)
    case = settle(case)

    assert NEWER in {case.company_sha256, case.representative_sha256}
    assert OLDER not in {case.company_sha256, case.representative_sha256}


@pytest.mark.parametrize("name", ORDERS)
def test_data_sent_again_after_others_are_the_newest(name: str) -> None:
    case = with_letter(a_case())
    for sha256 in (OLDER, NEWER, OLDER):
        case = deliver(case, name, sha256=sha256)

    case = settle(case)

    assert OLDER in {case.company_sha256, case.representative_sha256}


def test_the_representative_of_before_may_come_back_while_another_letter_is_owed() -> None:
    case = send(with_letter(a_case()), "submit_representative", sha256=OLDER)
    case = settle(case)
    case = send(case, "submit_representative", sha256=NEWER)

    case = settle(send(case, "submit_representative", sha256=OLDER))

    assert case.representative_sha256 == OLDER


def test_a_representative_sent_together_with_new_company_data_is_kept() -> None:
    case = send(with_letter(a_case()), "company_updated", sha256=NEWER)
    check = ordered(case)
    case = send(case, "submit_representative", sha256=OLDER)

    case = results.done(case, check, CompanyChecked(), NOW)
    orders = representatives_of(case)
    case = settle(case)

    assert orders == [OLDER]
    assert (case.company_sha256, case.representative_sha256) == (NEWER, OLDER)
    assert case.letter.issued is not None
    assert not case.letter.issued.outdated


def test_the_first_letter_is_made_of_company_data_that_came_while_it_was_owed() -> None:
    case = send(send(a_case(), "company_updated", sha256=NEWER), "submit_representative", sha256=OLDER)

    case = settle(case)

    assert case.letter.issued is not None
    assert not case.letter.issued.outdated


def test_a_nit_that_was_locked_while_the_check_ran_is_refused() -> None:
    case = send(with_loan(a_case()), "company_updated", sha256=NEWER)
    check = ordered(case)
    case = send(case, "step_completed", step=3)

    case = results.done(case, check, CompanyChecked(nit_changed=True), NOW)

    assert case.company_sha256 != NEWER
    assert [each.code for each in case.rejected] == ["nit_locked"]
