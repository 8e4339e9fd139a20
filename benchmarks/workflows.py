"""The two workflows that are compared, alone: who measures a worker or a replay loads nothing beside them."""

from collections.abc import Callable

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from adapters import histories
from benchmarks.bare import Bare
from workflows.activation import CertificateActivation
from workflows.runner.kept import STICKY, Kept
from workflows.runner.sandbox import workflow_runner

WORKFLOWS: dict[str, type] = {"product": CertificateActivation, "bare": Bare}

RUNNERS: dict[str, Callable[[], WorkflowRunner]] = {"product": workflow_runner, "bare": SandboxedWorkflowRunner}
"""For a replay, which has no server."""
KEPT = 1000
"""How many cases stay in memory: the product's setting unless told otherwise, and Temporal's own default."""
CONFIGURATION = (
    f"product: the worker's options as shipped, {KEPT:,} cases kept, its runner; activities over ports in memory\n"
    f"bare: the bare workflow under Temporal's defaults, {KEPT:,} cases kept, its sandbox; one idle activity"
)


def workflow_worker(client: Client, name: str, task_queue: str) -> Worker:
    """Return a worker of one of the workflows alone: as the product ships, or under Temporal's defaults."""
    if name == "bare":
        return Worker(client, task_queue=task_queue, workflows=[Bare])
    kept = Kept(KEPT)
    worker = Worker(
        client,
        task_queue=task_queue,
        workflows=[CertificateActivation],
        workflow_runner=workflow_runner(histories.events_after(client), kept),
        max_cached_workflows=kept.cores_bound,
        sticky_queue_schedule_to_start_timeout=STICKY,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    return kept.of(worker)
