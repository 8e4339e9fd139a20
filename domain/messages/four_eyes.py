"""What one person of support may do alone, and what a second one must confirm.

Whoever has taken over one person's session, or means harm, can then do a bounded harm.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from domain.messages.models import (
    ActivationClosed,
    CertificateIssued,
    CertificateWithdrawn,
    Decision,
    LetterReviewed,
    LoanRevoked,
    Message,
    PaymentConfirmed,
)
from domain.model import Model, canonical_sha256

WINDOW: Final = timedelta(hours=1)


class FourEyes(Model):
    """From where on a second person is needed."""

    cases_alone: Annotated[int, Field(ge=0)] = 50
    """The cases that one person may reach by batches in an hour; one that ends something always needs two."""
    entries_per_hour: Annotated[int, Field(ge=1, le=1000)] = 20
    """What weighs and is entered by hand by one person, payments, certificates and acceptances among it."""
    minutes_to_confirm: Annotated[int, Field(ge=5, le=240)] = 60
    """How long a rehearsal, or what waits for a second person, is good for."""

    def batch_needs_second(self, message: Message, count: int, reached: Iterable[datetime], now: datetime) -> bool:
        """Tell whether a batch must be confirmed by a second person."""
        return ends(message) or not self.may_reach(count, reached, now)

    def may_reach(self, count: int, reached: Iterable[datetime], now: datetime) -> bool:
        """Tell whether a person whose batches have reached cases then may reach so many more alone."""
        return len(self.lately(reached, now)) + count <= self.cases_alone

    def lately(self, entries: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
        """Return those of the last hour."""
        return tuple(at for at in entries if now - at < WINDOW)

    def may_enter(self, entries: Iterable[datetime], now: datetime) -> bool:
        """Tell whether a person who has made these entries may make another alone."""
        return len(self.lately(entries, now)) < self.entries_per_hour


def weighs(message: Message) -> bool:
    """Tell whether a message moves money, gives or takes a certificate, or ends something."""
    if isinstance(message, LetterReviewed):
        return message.decision is Decision.ACCEPT
    kinds = (PaymentConfirmed, CertificateIssued, CertificateWithdrawn)
    return isinstance(message, kinds) or ends(message)


def ends(message: Message) -> bool:
    """Tell whether a message closes a case or takes a loan back."""
    return isinstance(message, ActivationClosed | LoanRevoked)


class _Set(Model):
    query: str
    signal: str
    message: dict[str, Any]
    company_ids: tuple[str, ...]


def digest_of(query: str, signal: str, message: Message, company_ids: Iterable[str]) -> str:
    """Return what stands for a rehearsed batch: its filter, what is sent, and to whom, in whatever order."""
    said = message.model_dump(mode="json", exclude_none=True)
    return canonical_sha256(_Set(query=query, signal=signal, message=said, company_ids=tuple(sorted(company_ids))))
