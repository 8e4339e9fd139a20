"""How workflow code is run: in Temporal's sandbox, with the product's own modules loaded once for all cases.

The sandbox would load the workflow's module anew for every task, which is most of what a case's first task costs. What
it would watch for, the clock, chance and the environment, is instead forbidden in these rooms by the linter, and every
task begins with a replay, in the tests as in production.
"""

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.runner.guard import Guarded


class GuardedRunner(SandboxedWorkflowRunner):
    """The sandbox, with the guard against an earlier task's time around every case."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return a guarded instance."""
        return Guarded(super().create_instance(det))


def workflow_runner() -> SandboxedWorkflowRunner:
    """Return the runner for worker and replayer."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules("workflows", "activities", "domain")
    return GuardedRunner(restrictions=restrictions)
