"""While a new release takes an old one's place, workers of both serve the same cases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.worker import Worker

from domain.case.jobs import CaseOpened
from domain.case.policy import Policy
from domain.contract import TASK_QUEUE, CompanyId, Sha256
from domain.model import Model
from tests.support.world import World
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

OWN = Policy(price_cop=1)
ASKED = Policy(price_cop=300_000)


class OpenCaseBefore(Model):
    """The order as it was before a policy could stand in the start alone."""

    company_id: CompanyId
    profile_sha256: Sha256
    policy: dict[str, Any] | None = None


@activity.defn(name="open_case")
def open_case_before(start: OpenCaseBefore) -> CaseOpened:
    """Answer as before, with the policy that was given, or with the worker's own."""
    return CaseOpened(policy=Policy.model_validate({**OWN.model_dump(), **(start.policy or {})}), rules=2)


async def test_an_older_worker_that_opens_a_case_captures_the_policy_of_its_start(empty_world: World) -> None:
    async with Worker(
        empty_world.client,
        task_queue=TASK_QUEUE,
        workflows=[CertificateActivation],
        workflow_runner=workflow_runner(),
        activities=[open_case_before],
        activity_executor=ThreadPoolExecutor(2),
        max_cached_workflows=0,
    ):
        case = await empty_world.start(ASKED, opens=False)
        await case.skip(timedelta(minutes=1))
        facts = await case.status()
        history = await case.handle.fetch_history()

    rounds = [each for each in history.events if each.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    assert len(rounds) == 2
    assert facts["payment"]["price_cop"] == ASKED.price_cop
