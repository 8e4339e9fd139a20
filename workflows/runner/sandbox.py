"""How workflow code is run: in Temporal's sandbox, with the product's own modules loaded once for all cases.

The sandbox would load the workflow's module anew for every case that enters a worker's memory, which is most of what a
case's first task costs. What it would watch for, the clock, chance and the environment, is instead forbidden in these
rooms by the linter, and the tests of the workflow replay a case at every task.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from domain.case.revisions import Revisions
from workflows.carrying import REVISIONS
from workflows.runner.guard import EventsAfter, Guarded
from workflows.runner.kept import Kept
from workflows.runner.noting import Note, Noted
from workflows.snapshots import SHOW, Shown


class GuardedRunner(SandboxedWorkflowRunner):
    """The sandbox, with the guard against another task's time around every case."""

    def __init__(
        self,
        restrictions: SandboxRestrictions,
        events_after: EventsAfter | None,
        kept: Kept,
        note: Note | None,
        revisions: Revisions,
    ) -> None:
        """Guard with what the server knows of a case; hand on what each knows after a task where somebody notes it."""
        super().__init__(restrictions=restrictions)
        self._events_after = events_after
        self._kept = kept
        self._note = note
        self._revisions = revisions

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return a guarded instance."""
        taken: list[Shown] = []
        told: dict[str, Callable[..., Any]] = {REVISIONS: lambda: self._revisions}
        if self._note is not None:
            told[SHOW] = taken.append
        guarded = self._guarded(replace(det, extern_functions={**det.extern_functions, **told}))
        return guarded if self._note is None else Noted(guarded, taken, self._note, self._revisions)

    def _guarded(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return Guarded(super().create_instance(det), self._events_after, self._kept)


def workflow_runner(
    events_after: EventsAfter | None = None,
    kept: Kept | None = None,
    note: Note | None = None,
    revisions: Revisions | None = None,
) -> SandboxedWorkflowRunner:
    """Return the runner for worker and replayer, which has no server to ask, keeps nothing and notes nothing."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules("workflows", "activities", "domain")
    return GuardedRunner(restrictions, events_after, kept or Kept(0), note, revisions or Revisions())
