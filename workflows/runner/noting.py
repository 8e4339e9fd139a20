"""Handing on what a case knows after each of its tasks, so that it can be kept outside Temporal.

Nothing here enters the history: the case is looked at from outside when its task is done. A question brings it up to
date, too, whatever was lost since its last task: it goes through all of the history first.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from domain.case.revisions import Revisions
from domain.case.snapshot import Position, Snapshot
from workflows.runner.wrapped import Wrapped
from workflows.snapshots import Shown, snapshot_of


class Note(Protocol):
    """Takes what a case left, in any thread; it neither blocks nor fails."""

    def __call__(self, company_id: str, position: Position, snapshot: Callable[[], Snapshot], *, is_new: bool) -> None:
        """Take where a case stands and what gives its snapshot; it is not new where somebody only asked for it."""


class Noted(Wrapped):
    """An instance whose case is handed on after each task."""

    def __init__(self, instance: WorkflowInstance, shown: Sequence[Shown], note: Note, revisions: Revisions) -> None:
        """Look at an instance that has had no activation yet; `shown` is where its workflow says how to look."""
        super().__init__(instance)
        self._shown = shown
        self._note = note
        self._revisions = revisions
        self._event = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Run the activation and hand on what the case knows then."""
        done = self._instance.activate(act)
        if done.HasField("failed"):
            return done
        kinds = {_kind_of(job) for job in act.jobs}
        if "remove_from_cache" in kinds:
            return done  # it is taken apart, which the case takes for being cancelled
        is_new = kinds != {"query_workflow"}
        if is_new:
            self._event = act.history_length
        if not (is_new and act.is_replaying):
            self._hand_on(is_new=is_new)
        return done

    def _hand_on(self, *, is_new: bool) -> None:
        standing = self._shown[0]()
        if (start := standing.start) is None:
            return
        info = self.get_info()
        position = Position(run_id=info.run_id, began_at=info.workflow_start_time, event=self._event)
        self._note(
            start.company_id, position, lambda: snapshot_of(start, standing, position, self._revisions), is_new=is_new
        )


def _kind_of(job: WorkflowActivationJob) -> str:
    return str(job.WhichOneof("variant"))
