"""Delivering one event to the billing backend: write the body, hand it over once.

It may arrive more than once, as whoever receives it is told by its id: an answer can be lost, and an attempt can break
off after the event was taken.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio import activity

from domain.case.events import DeliverWebhook, DeliveryOutcome, WebhookTried


class Receiver(Protocol):
    """The billing backend's door for events."""

    async def take(self, event_id: str, sent_at: datetime, body: bytes) -> bool:
        """Hand an event over; return False when the receiver wants no events any more.

        Raises WebhookNotTakenError when it was not taken and may be later.
        """


@dataclass(frozen=True)
class WebhookActivities:
    """What the worker registers. Without a receiver every event is answered with `off`."""

    receiver: Receiver | None
    now: Callable[[], datetime]
    """Aware UTC: the receiver compares it with its own clock."""

    @activity.defn
    def deliver_webhook(self, order: DeliverWebhook) -> WebhookTried:
        """Deliver an event; raises WebhookNotTakenError, which is worth another try."""
        if self.receiver is None:
            return WebhookTried(outcome=DeliveryOutcome.OFF, attempts=0)
        taken = asyncio.run(self.receiver.take(order.id, self.now(), body_of(order)))
        outcome = DeliveryOutcome.DELIVERED if taken else DeliveryOutcome.GONE
        return WebhookTried(outcome=outcome, attempts=activity.info().attempt)


def body_of(order: DeliverWebhook) -> bytes:
    """Return the body of an event, the same bytes each time it is sent."""
    at = order.at.isoformat().replace("+00:00", "Z")
    body = {"type": order.type.value, "timestamp": at, "data": {"company_id": order.company_id, **order.data}}
    return json.dumps(body, separators=(",", ":")).encode()
