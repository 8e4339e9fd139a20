"""What the billing backend is told, as data: the events, how one crosses to an activity, and what became of each.

An event carries no personal data and no text that a person typed: ids, dates, a verdict and codes.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from domain.contract import CompanyId, EventId
from domain.model import Answer, Model


class EventType(StrEnum):
    """What happened."""

    LETTER_UNDER_REVIEW = "letter.under_review"
    LETTER_ACCEPTED = "letter.accepted"
    LETTER_REJECTED = "letter.rejected"
    LOAN_STARTED = "loan.started"
    LOAN_EXPIRING = "loan.expiring"
    LOAN_ENDED = "loan.ended"
    CERTIFICATE_ACTIVE = "certificate.active"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    CERTIFICATE_EXPIRED = "certificate.expired"


def event_id(company_id: str, event: str) -> str:
    """Return the id of a company's event, which its name gives: the same arguments, the same id."""
    return f"evt_{hashlib.sha256(f'{company_id}/{event}'.encode()).hexdigest()[:24]}"


class WebhookEvent(Model):
    """One event to deliver."""

    id: EventId
    type: EventType
    at: datetime
    """When the case noticed it, UTC, in whole seconds."""
    data: dict[str, Any]
    attempts: int = 0
    """Tries that failed."""
    held_up_seconds: int = 0
    """How long no worker was there to try it, while it waited."""


class DeliveryOutcome(StrEnum):
    """What became of an event."""

    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """Not taken for three days, while the case was closing, or pushed out by a flood of others."""
    GONE = "gone"
    """The receiver wants no events any more: it answered 410 to this one or to one before it."""
    OFF = "off"
    """The worker has no address to deliver to."""


class Delivery(Model):
    """One event that is over. What was delivered drops its data; what was not keeps them for another request."""

    id: EventId
    type: EventType
    at: datetime
    outcome: DeliveryOutcome
    attempts: int
    ended_at: datetime
    data: dict[str, Any] | None = None


class Webhooks(Model):
    """The events of one case: still to deliver, over, and known so that none is announced twice."""

    on: bool = False
    """A worker that delivers events has opened the case or sent a mail of it."""
    gone: bool = False
    """The receiver answered 410: nothing turns events on again but a person's request."""
    known: tuple[EventId, ...] = ()
    """Of what the case's state tells of."""
    loan_expiring_at: datetime | None = None
    """Computed once, so that a later holiday table does not move it."""
    waiting: tuple[WebhookEvent, ...] = ()
    """Oldest first; the first one is tried."""
    failures: int = 0
    """Rounds of tries that failed since the last one that did not."""
    failing_since: datetime | None = None
    error: str | None = None
    """The type of the last failure."""
    next_try_at: datetime | None = None
    """Set while the first event waits after a failure; not while it is tried."""
    deliveries: tuple[Delivery, ...] = ()
    """The last ones that are over, oldest first."""


class DeliverWebhook(Model):
    """The order to deliver one event."""

    company_id: CompanyId
    id: EventId
    type: EventType
    at: datetime
    data: dict[str, Any]


class WebhookTried(Answer):
    """How a round of tries ended; one in which the receiver did not take the event is a failure, not a value."""

    outcome: DeliveryOutcome
    attempts: Annotated[int, Field(ge=0)]
    """Tries of this round."""
