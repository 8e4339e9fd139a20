"""The case at a run's beginning and end: not opened yet, taken over from the run before, handed to the next one."""

from typing import Any

from pydantic import ValidationError

from domain import holidays
from domain.case.case import Case
from domain.case.jobs import OpenCase
from domain.case.packed import packed, unpacked
from domain.case.policy import Policy, stands
from domain.case.rules import CURRENT
from domain.errors import ActivaError
from workflows.payloads import ActivationInput


def unopened_case(start: ActivationInput) -> Case:
    """Return an empty case, under the policy that was asked for if it can be used: nobody has looked at it yet."""
    try:
        policy = Policy.model_validate(start.policy or {})
    except ValidationError:
        policy = Policy()
    return Case(company_id=start.company_id, policy=policy, company_sha256=start.profile_sha256)


def opening_order(opening: OpenCase, failures: int) -> OpenCase:
    """Return what the step that opens a case is told; a policy that its start says wholly only after a failure.

    What failed may have been a worker of an earlier release, which knows no order without one.
    """
    if failures or not stands(opening.policy):
        return opening
    return opening.model_copy(update={"policy": None, "policy_stands": True})


def input_to_carry_on(case: Case) -> dict[str, Any]:
    """Return the input of the run that takes over, under the current rules; what every input says is not said twice."""
    values = case.evolve(rules=CURRENT, holidays=holidays.NEWEST).stored()
    return {
        "company_id": values.pop("company_id"),
        "profile_sha256": values.pop("company_sha256"),
        "carried": values,
    }


def handed_over(case: Case) -> dict[str, Any]:
    """Return the input of the run that takes over as this run writes it. The rules stay legible to every release."""
    start = input_to_carry_on(case)
    return {**start, "carried": {"rules": CURRENT, **packed(start["carried"])}}


def carried_case(start: ActivationInput) -> Case:
    """Return the case that the run before handed over; raises NewerRulesError."""
    handed = start.carried or {}
    leave_to_newer_worker(handed.get("rules", 0))
    values = unpacked(handed)
    named = {"company_id": start.company_id, "company_sha256": start.profile_sha256}
    return Case.restored({**values, **named})


def leave_to_newer_worker(rules: int) -> None:
    """Raise NewerRulesError where a case is run under rules that this worker does not know.

    It fails the task, not the case: the task is given out again until a newer worker takes it. By its own rules this
    one would order commands that the newer one can't replay.
    """
    if rules > CURRENT:
        raise NewerRulesError(f"the case is run under rules {rules}, this worker knows {CURRENT}; start a newer worker")


class NewerRulesError(ActivaError):
    """A worker of an earlier release has been given a case of a later one."""
