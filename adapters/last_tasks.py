"""Whether a case's snapshot is of its last task. Asking costs no billable action."""

from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution as Execution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecution

from adapters.snapshots import Kept

PAGE_EVENTS: Final = 20
WITHIN: Final = timedelta(seconds=10)


async def last_task(client: Client, workflow_id: str, run_id: str) -> int | None:
    """Return the number of the event with which the last task began that is over, or None before the first one."""
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=Execution(workflow_id=workflow_id, run_id=run_id),
        maximum_page_size=PAGE_EVENTS,
    )
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(request, timeout=WITHIN)
        for event in page.history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                began: int = event.workflow_task_completed_event_attributes.started_event_id
                return began
        if not page.next_page_token:
            return None
        request.next_page_token = page.next_page_token


async def is_behind(client: Client, found: WorkflowExecution, kept: Kept | None) -> bool:
    """Tell whether a run has done a task that the snapshot does not know of."""
    position = None if kept is None else kept.snapshot.position
    if position is not None and position.run_id != found.run_id and position.began_at > found.start_time:
        return False  # of a later run
    last = await last_task(client, found.id, found.run_id)
    return last is not None and (position is None or position.run_id != found.run_id or position.event < last)
