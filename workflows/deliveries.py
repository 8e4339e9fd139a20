"""Telling the billing backend what happened, beside everything else a case does.

One event at a time, in order; its wait for another try has a timer of its own. So a receiver that is slow or down
holds up no message, no mail and no step, and the case's own timer is left alone.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.webhooks import WebhookActivities
from domain.case.case import Case
from domain.case.events import DeliverWebhook, WebhookEvent
from domain.decisions import deliveries
from workflows.jobs import why
from workflows.policies import webhook


class Deliveries:
    """Delivers what waits in the case; `case` returns the case as it stands, `keep` takes the changed one."""

    def __init__(self, case: Callable[[], Case], keep: Callable[[Case], None]) -> None:
        self._case = case
        self._keep = keep
        self._task: asyncio.Task[None] | None = None
        self.trying = False
        """An event is under way; a run may not end now."""
        self.has_news = False
        """A try has ended since the case was last looked at."""

    def go_on(self) -> None:
        """Look for new events, and begin to deliver if something waits and nobody delivers yet."""
        self.has_news = False
        self._keep(deliveries.noticed(self._case(), workflow.now()))
        if self._task is not None and self._task.done():
            self._task.result()
            self._task = None
        if self._task is None and self._case().webhooks.waiting:
            self._task = asyncio.create_task(self._deliver())

    async def _deliver(self) -> None:
        while (found := deliveries.next_try(self._case(), workflow.now())) is not None:
            event, wait = found
            if wait:
                await self._until_due(wait)
            else:
                await self._try(event)

    async def _until_due(self, wait: timedelta) -> None:
        """Wait for the next try, or until it is asked for at once or nothing waits any more."""
        with suppress(TimeoutError):
            await workflow.wait_condition(self._is_due, timeout=wait, timeout_summary="deliver again")

    def _is_due(self) -> bool:
        found = deliveries.next_try(self._case(), workflow.now())
        return found is None or not found[1]

    async def _try(self, event: WebhookEvent) -> None:
        began = workflow.now()
        self._keep(deliveries.begun(self._case(), began))
        tries = deliveries.tries(self._case())
        order = DeliverWebhook(
            company_id=self._case().company_id, id=event.id, type=event.type, at=event.at, data=event.data
        )
        self.trying = True
        try:
            result = await workflow.execute_activity_method(WebhookActivities.deliver_webhook, order, **webhook(tries))
        except ActivityError as error:
            self._keep(deliveries.failed(self._case(), event, tries, why(error)[0], began, workflow.now()))
        else:
            self._keep(deliveries.tried(self._case(), event, result, workflow.now()))
        finally:
            self.trying, self.has_news = False, True
