"""The two workflows that are compared, alone: who measures a worker or a replay loads nothing beside them."""

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from benchmarks.bare import Bare
from workflows.activation import CertificateActivation

WORKFLOWS: dict[str, type] = {"product": CertificateActivation, "bare": Bare}

CACHED = 1000


def workflow_worker(client: Client, name: str, task_queue: str) -> Worker:
    """Return a worker of one of the workflows alone, with the product's own options."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[WORKFLOWS[name]],
        max_cached_workflows=CACHED,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
