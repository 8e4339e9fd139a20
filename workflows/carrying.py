"""The case at a run's beginning and end: not opened yet, taken over from the run before, handed to the next one."""

from typing import Any, Final

from pydantic import ValidationError
from temporalio import workflow

from domain import holidays
from domain.case.case import Case
from domain.case.jobs import OpenCase
from domain.case.packed import packed, unpacked
from domain.case.policy import Policy, stands
from domain.case.revisions import Revisions
from domain.case.rules import CURRENT, HANDED_OVER_PACKED, SAID_ONCE
from domain.errors import ActivaError
from workflows.payloads import ActivationInput

REVISIONS: Final = "revisions"
"""The name under which a worker tells the revisions that it begins runs under."""


def begins_under() -> Revisions:
    """Return under which revisions this worker begins runs. A replay may be told others: it compares no input."""
    told = workflow.extern_functions().get(REVISIONS)
    return Revisions() if told is None else told()


def unopened_case(start: ActivationInput) -> Case:
    """Return an empty case, under the policy that was asked for if it can be used: nobody has looked at it yet."""
    try:
        policy = Policy.model_validate(start.policy or {})
    except ValidationError:
        policy = Policy()
    return Case(company_id=start.company_id, policy=policy, company_sha256=start.profile_sha256)


def opening_order(opening: OpenCase, failures: int, revisions: Revisions) -> OpenCase:
    """Return what the step that opens a case is told; a policy that its start says wholly only after a failure.

    What failed may have been a worker of an earlier release, which knows no order without one.
    """
    if failures or revisions.rules < SAID_ONCE or not stands(opening.policy):
        return opening
    return opening.model_copy(update={"policy": None, "policy_stands": True})


def input_to_carry_on(case: Case, revisions: Revisions) -> dict[str, Any]:
    """Return the input of the run that takes over, under a worker's revisions; what every input says is not said
    twice."""
    values = revisions.of_next_run(case).stored()
    return {
        "company_id": values.pop("company_id"),
        "profile_sha256": values.pop("company_sha256"),
        "carried": values,
    }


def handed_over(case: Case, revisions: Revisions) -> dict[str, Any]:
    """Return the input of the run that takes over as this run writes it. The rules stay legible to every release."""
    start = input_to_carry_on(case, revisions)
    rules = start["carried"].get("rules", 0)
    if rules < HANDED_OVER_PACKED:
        return start
    return {**start, "carried": {"rules": rules, **packed(start["carried"])}}


def carried_case(start: ActivationInput) -> Case:
    """Return the case that the run before handed over; raises NewerRulesError."""
    handed = start.carried or {}
    leave_to_newer_worker(handed.get("rules", 0))
    values = unpacked(handed)
    leave_to_newer_worker(values.get("rules", 0), values.get("holidays", 0))
    named = {"company_id": start.company_id, "company_sha256": start.profile_sha256}
    return Case.restored({**values, **named})


def leave_to_newer_worker(rules: int, table: int = 0) -> None:
    """Raise NewerRulesError where a case is run under rules, or a table of days off, that this worker does not know.

    It fails the task, not the case: the task is given out again until a newer worker takes it. By its own rules this
    one would order commands that the newer one can't replay.
    """
    if rules > CURRENT or table > holidays.NEWEST:
        raise NewerRulesError(
            f"the case is run under rules {rules} and days off {table}, this worker knows {CURRENT} and "
            f"{holidays.NEWEST}; start a newer worker"
        )


class NewerRulesError(ActivaError):
    """A worker of an earlier release has been given a case of a later one."""
