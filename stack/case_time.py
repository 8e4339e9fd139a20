"""Moving the time of one case on a server that allows it, for the demonstration, the tests and the benchmarks.

The server (1.32) stops the time where it was told to only if the case is idle then. When the end falls into a task, it
goes on from timer to timer: reminders are sent that nobody waits for. So time moves while the case is idle, and the
end must be some seconds from whatever the case does on the way.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

Handle = WorkflowHandle[Any, Any]
PATIENCE_SECONDS: Final = 180
"""A machine with much else to do takes longer than a minute over the steps of one case."""
EVENTS_BEFORE_THE_FIRST_TASK_ENDS: Final = 4


async def now(handle: Handle) -> datetime:
    """Return the case's own time, aware UTC."""
    info = (await handle.describe()).raw_description.workflow_extended_info.time_skipping_info
    return info.current_time.ToDatetime(UTC) if info.HasField("current_time") else datetime.now(UTC)


async def until_idle(handle: Handle) -> None:
    """Return once no task and no activity of the latest run is under way; raises TimeoutError after three minutes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await _is_busy(handle):  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)


async def skip(skipper: TimeSkipper, handle: Handle, duration: timedelta) -> None:
    """Let time pass; returns once everything has been done that fell due."""
    await until_idle(handle)
    await skipper.fast_forward(handle, duration)
    await until_idle(handle)


async def _is_busy(handle: Handle) -> bool:
    found = (await handle.describe()).raw_description
    # A run that follows another waits up to a second for its first task, which is not pending until then.
    begins = found.workflow_execution_info.history_length < EVENTS_BEFORE_THE_FIRST_TASK_ENDS
    return begins or found.HasField("pending_workflow_task") or bool(found.pending_activities)
