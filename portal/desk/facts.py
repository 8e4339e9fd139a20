"""What the desk knows of a case: all that a representative sees, and what concerns support alone."""

from datetime import datetime

from domain.attention import Attention
from domain.model import Model
from portal.facts import Facts


class RejectedSignal(Model):
    """A message that did not count, and why."""

    name: str
    reason: str
    time: datetime


class DeskFacts(Facts, extra="ignore"):
    """The whole case."""

    needs_attention: bool
    attention: tuple[Attention, ...]
    rejected_signals: tuple[RejectedSignal, ...]
    rejected_signals_count: int
    repeated_messages_count: int
    waiting_to_retry: tuple[str, ...]
    closing: str | None

    @property
    def messages_taken(self) -> tuple[int, int]:
        """A pair that changes whenever the case has taken a message."""
        return len(self.timeline), self.repeated_messages_count
