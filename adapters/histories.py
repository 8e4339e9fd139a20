"""What the server has of a case's history, for code that runs in a thread of its own and may wait."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.service import RPCError

WITHIN: Final = timedelta(seconds=10)
"""How long the question may wait: as long as the server waits for a task, which after that is given out anew."""
FIRST, FURTHER = 16, 256
"""Events of the first page, the newest, and of each further one: most questions are about the last few."""


def events_after(client: Client) -> Callable[[str, str, int], list[HistoryEvent] | None]:
    """Return a blocking function from workflow id, run id and an event's number to the events after it, oldest first.

    It returns None where the server does not answer in time or fails, and is to be called from other threads than the
    one this is called from, whose event loop it uses.
    """
    loop = asyncio.get_running_loop()

    def found(identifier: str, run_id: str, number: int) -> list[HistoryEvent] | None:
        asked = asyncio.run_coroutine_threadsafe(_events(client, identifier, run_id, number), loop)
        try:
            return asked.result(WITHIN.total_seconds())
        except (TimeoutError, RPCError):
            asked.cancel()
            return None

    return found


async def _events(client: Client, identifier: str, run_id: str, number: int) -> list[HistoryEvent]:
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=identifier, run_id=run_id),
        maximum_page_size=FIRST,
    )
    newest_first: list[HistoryEvent] = []
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(request, retry=True, timeout=WITHIN)
        newest_first.extend(page.history.events)
        request.next_page_token, request.maximum_page_size = page.next_page_token, FURTHER
        if not page.next_page_token or newest_first[-1].event_id <= number + 1:
            return [event for event in reversed(newest_first) if event.event_id > number]
