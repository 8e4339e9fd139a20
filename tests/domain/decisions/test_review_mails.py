"""How often support is written to about letters that wait: nobody fills its mailbox by sending them again."""

from datetime import datetime, timedelta

import pytest

from domain.case.case import Case
from domain.decisions import clock
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from tests.support.cases import NOW, Outside, a_case, bogota, send, settle, with_letter, with_upload

LATE = bogota("2026-11-25 18:00")
"""18 business hours after NOW."""


def doubtful(case: Case, upload_id: str, world: Outside, now: datetime = NOW) -> Case:
    return with_upload(case, upload_id, now, world, Verdict.UNDER_REVIEW)


def told(world: Outside) -> int:
    return world.kinds().count(NoticeKind.REVIEW_NEEDED)


def test_four_doubtful_letters_make_one_mail_to_support() -> None:
    world = Outside()
    case = with_letter(a_case())
    for number in range(4):
        case = doubtful(case, f"U{number}", world, NOW + number * timedelta(hours=1))

    assert told(world) == 1
    assert [each.upload_id for each in case.letter.versions] == ["U0", "U1", "U2", "U3"]
    assert case.letter.under_review is not None
    assert case.letter.under_review.upload_id == "U3"


def test_letters_that_are_deleted_and_sent_again_make_one_mail_too() -> None:
    world = Outside()
    case = with_letter(a_case())
    for number in range(4):
        case = settle(send(doubtful(case, f"U{number}", world), "delete_letter"), world=world)

    assert told(world) == 1


@pytest.mark.parametrize("deleted", [False, True])
def test_whoever_keeps_sending_does_not_put_the_late_mail_off(deleted: bool) -> None:
    world = Outside()
    case = doubtful(with_letter(a_case()), "U1", world)
    later = NOW + timedelta(hours=5)
    if deleted:
        case = settle(send(case, "delete_letter", later), later, world)
    case = doubtful(case, "U2", world, later)

    assert clock.next_deadline(case, later) == (LATE, "review of the letter is late")
    assert told(world) == 1
    settle(case, LATE, world)
    assert told(world) == 2


def test_a_letter_after_the_late_mail_is_not_told_but_becomes_late_itself() -> None:
    world = Outside()
    case = settle(doubtful(with_letter(a_case()), "U1", world), LATE, world)
    case = doubtful(case, "U2", world, LATE + timedelta(hours=1))

    assert told(world) == 2
    settle(case, LATE + timedelta(days=5), world)
    assert told(world) == 3


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_letter_after_a_decision_is_told_anew(decision: str) -> None:
    world = Outside()
    case = doubtful(with_letter(a_case()), "U1", world)
    case = settle(send(case, "letter_reviewed", decision=decision, reason="seen"), world=world)
    doubtful(case, "U2", world)

    assert told(world) == 2


def test_a_case_under_the_rules_of_before_goes_on_as_it_began() -> None:
    world = Outside()
    case = with_letter(a_case()).evolve(rules=1)
    for number in range(2):
        case = doubtful(case, f"U{number}", world)

    assert told(world) == 2
    assert case.review_told_until is None
