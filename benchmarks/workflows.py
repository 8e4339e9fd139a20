"""The two workflows that are compared, alone: who measures a worker or a replay loads nothing beside them."""

from collections.abc import Callable

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from benchmarks.bare import Bare
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

WORKFLOWS: dict[str, type] = {"product": CertificateActivation, "bare": Bare}

RUNNERS: dict[str, Callable[[], WorkflowRunner]] = {"product": workflow_runner, "bare": SandboxedWorkflowRunner}


def workflow_worker(client: Client, name: str, task_queue: str, *, cached: int = 0) -> Worker:
    """Return a worker of one of the workflows alone, with the product's own options unless it is to keep cases.

    A worker that keeps a case answers no question about it: docs/decisions/0016-old-clock.md.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[WORKFLOWS[name]],
        workflow_runner=RUNNERS[name](),
        max_cached_workflows=cached,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
