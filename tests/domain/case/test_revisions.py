"""What a worker begins under, and what it leaves to a newer one."""

import pytest

from domain import holidays
from domain.case.case import Case
from domain.case.packed import FORM
from domain.case.revisions import Revisions
from domain.case.rules import CURRENT, HANDED_OVER_PACKED
from tests.support.cases import a_case, with_loan
from workflows.carrying import NewerRulesError, carried_case, handed_over, leave_to_newer_worker
from workflows.payloads import ActivationInput

HELD_BACK = Revisions(rules=HANDED_OVER_PACKED - 1)


def test_a_worker_begins_under_the_newest_revisions_it_knows() -> None:
    begun = Revisions().of_next_run(a_case().evolve(rules=1))

    assert (begun.rules, begun.holidays) == (CURRENT, holidays.NEWEST)


def test_one_that_is_held_back_hands_a_case_over_as_the_release_before_reads_it() -> None:
    case = a_case().evolve(rules=1)

    handed = handed_over(case, HELD_BACK)

    assert FORM not in handed["carried"]
    assert carried_case(ActivationInput.model_validate(handed)) == case.evolve(rules=HELD_BACK.rules)


def test_no_case_goes_back_behind_its_own_rules() -> None:
    case = a_case().evolve(rules=CURRENT)

    handed = ActivationInput.model_validate(handed_over(case, HELD_BACK))

    assert carried_case(handed).rules == CURRENT


@pytest.mark.parametrize(("rules", "table"), [(CURRENT + 1, 0), (0, holidays.NEWEST + 1)])
def test_what_is_newer_is_left_to_a_newer_worker(rules: int, table: int) -> None:
    leave_to_newer_worker(CURRENT, holidays.NEWEST)

    with pytest.raises(NewerRulesError, match="start a newer worker"):
        leave_to_newer_worker(rules, table)


@pytest.mark.parametrize("packed", [True, False])
def test_a_case_under_a_newer_table_of_days_off_is_not_taken_over(packed: bool) -> None:
    revisions = Revisions(rules=CURRENT if packed else HELD_BACK.rules, holidays=holidays.NEWEST + 1)
    handed = ActivationInput.model_validate(handed_over(a_case().evolve(rules=1), revisions))

    with pytest.raises(NewerRulesError):
        carried_case(handed)


def test_what_a_later_release_adds_under_the_same_rules_is_left_unread() -> None:
    case = with_loan(a_case())
    stored = case.stored()
    newer = {**stored, "policy": {**stored["policy"], "colour": "green"}, "loan": {**stored["loan"], "a": 1}, "b": [2]}

    assert Case.restored(newer) == case
