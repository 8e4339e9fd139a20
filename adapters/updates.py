"""Sends an update to a case until the case has seen it."""

import asyncio
import secrets
from typing import Any, Final

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.messages.models import Message

UNPROCESSED: Final = "UnprocessedUpdate"
"""The server's word for an update that a worker was given and neither took nor refused."""
NOT_ADMITTED: Final = ("unexpected workflow task failure", "because workflow is closing")
"""What it says where the task that was to take the update came to nothing, as one that would have begun a new run just
when a message came, and where a run ends to be followed by another."""

ID_BYTES: Final = 6
"""Of an update that nobody asks again for: its id need only be new within one run, and stands there four times."""


async def sent(handle: WorkflowHandle[Any, Any], name: str, message: Message, known_by: str | None) -> dict[str, Any]:
    """Return an update's answer, however often it must be sent; raises as the client does where the answer is no."""
    while True:
        try:
            answer: dict[str, Any] = await handle.execute_update(
                name, message.model_dump(mode="json", exclude_none=True), id=known_by or secrets.token_urlsafe(ID_BYTES)
            )
        except (WorkflowUpdateFailedError, RPCError) as error:
            if not was_unseen(error):
                raise
            await asyncio.sleep(0.05)
        else:
            return answer


def was_unseen(error: WorkflowUpdateFailedError | RPCError) -> bool:
    """Tell whether no case has seen the update, so that it may be sent again."""
    if isinstance(error, RPCError):
        return any(text in error.message for text in NOT_ADMITTED)
    return isinstance(error.cause, ApplicationError) and error.cause.type == UNPROCESSED
