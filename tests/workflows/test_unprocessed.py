"""An update that no case has seen is sent again by the door, whoever lost it."""

from typing import Any

import pytest
from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowUpdateInput, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from adapters.activations import Activations
from domain.messages.models import VerifyPayment
from tests.support.world import CaseUnderTest


class LosesTheFirst(Interceptor):
    """A client whose first update comes back as the server answers one that no case has seen."""

    def __init__(self, how: Exception) -> None:
        self.sent = 0
        self.how = how

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return _Losing(next, self)


class _Losing(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, losing: LosesTheFirst) -> None:
        super().__init__(following)
        self._losing = losing

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:  # noqa: A002  # the SDK's name
        self._losing.sent += 1
        if self._losing.sent == 1:
            raise self._losing.how
        return await super().start_workflow_update(input)


LEFT_LYING = WorkflowUpdateFailedError(
    ApplicationError("Workflow Update is rejected because it wasn't processed by worker.", type="UnprocessedUpdate")
)
OF_A_FAILED_TASK = RPCError(
    "Unable to perform workflow execution update due to unexpected workflow task failure.",
    RPCStatusCode.FAILED_PRECONDITION,
    b"",
)


OF_A_RUN_THAT_ENDS = RPCError(
    "workflow operation can not be applied because workflow is closing", RPCStatusCode.RESOURCE_EXHAUSTED, b""
)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(LEFT_LYING, id="a worker left it lying"),
        pytest.param(OF_A_FAILED_TASK, id="its task came to nothing"),
        pytest.param(OF_A_RUN_THAT_ENDS, id="a run that another follows was ending"),
    ],
)
async def test_an_update_that_no_case_has_seen_is_sent_again(case: CaseUnderTest, how: Exception) -> None:
    losing = LosesTheFirst(how)
    client = await case.world.place.connect(interceptors=[losing])
    door = Activations(client, case.world.objects)

    answer = await door.update(case.company_id, "verify_payment", VerifyPayment(by="representative"))

    assert losing.sent == 2
    assert answer["paid"] is False
