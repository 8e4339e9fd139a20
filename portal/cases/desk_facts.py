"""What the desk knows of a case: all that a representative sees, and what concerns support alone."""

from datetime import datetime

from domain.case.attention import Attention
from domain.case.events import Delivery
from domain.model import Model
from domain.views.earlier import RejectedSignal
from domain.views.timeline import TimelineEvent
from portal.cases.facts import Facts


class WaitingEvent(Model):
    """An event that the billing backend has not taken yet."""

    id: str
    type: str
    at: datetime
    attempts: int


class WebhookFacts(Model, extra="ignore"):
    """The events for the billing backend: those that wait, and the last ones that are over, oldest first."""

    on: bool
    gone: bool
    waiting: tuple[WaitingEvent, ...]
    error: str | None
    next_try_at: datetime | None
    deliveries: tuple[Delivery, ...]


class DeskFacts(Facts, extra="ignore"):
    """The whole case."""

    needs_attention: bool
    attention: tuple[Attention, ...]
    rejected_signals: tuple[RejectedSignal, ...]
    rejected_signals_count: int
    repeated_messages_count: int
    webhooks: WebhookFacts
    waiting_to_retry: tuple[str, ...]
    earlier_lines: int = 0
    """Kept in the bucket; a worker of before doesn't tell."""
    closing: str | None

    @property
    def messages_taken(self) -> tuple[int, tuple[TimelineEvent, ...], int]:
        """A value that changes whenever the case has taken a message; a full timeline keeps its length."""
        return len(self.timeline), self.timeline[-1:], self.repeated_messages_count
