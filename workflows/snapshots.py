"""What a case shows to the worker around it, which keeps it outside Temporal: no command, no event, no action."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from temporalio import workflow

from domain.case.case import Case
from domain.case.revisions import Revisions
from domain.case.snapshot import Position, Snapshot
from workflows.carrying import input_to_carry_on
from workflows.payloads import ActivationInput

SHOW: Final = "show_case"
"""The name under which the worker takes what a case shows."""


@dataclass(frozen=True)
class Standing:
    """A case between two tasks."""

    start: ActivationInput | None
    """None before its first task."""
    case: Case | None
    """None until it is opened."""
    closed: bool


Shown = Callable[[], Standing]


def show(standing: Shown) -> None:
    """Let the worker ask for the case after each task; a replay has no worker around it."""
    if (take := workflow.extern_functions().get(SHOW)) is not None:
        take(standing)


def snapshot_of(start: ActivationInput, standing: Standing, position: Position, revisions: Revisions) -> Snapshot:
    """Return what the case would be started anew with. What was under way is owed again: it is known by its key."""
    case = None if standing.case is None else standing.case.evolve(sending=None)
    return Snapshot(
        company_id=start.company_id,
        position=position,
        start=start.model_dump(mode="json", exclude_none=True) if case is None else input_to_carry_on(case, revisions),
        opened=case is not None,
        closed=standing.closed,
    )
