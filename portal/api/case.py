"""The whole case as the API's document describes it: every name that the answer of `status` has, however deep.

Only described, never used to make the answer, which is the case's own: a worker of a later version may add names.
"""

from datetime import date, datetime
from typing import Any, Literal

from domain.case.attention import Attention
from domain.case.certificate import Certificate, CertificateState, Payment
from domain.case.events import DeliveryOutcome, EventType
from domain.case.letters import SignedVersion
from domain.case.reminders import ReminderOutcome, Subject
from domain.contract import CompanyId, EventId, Sha256, UploadId
from domain.model import Model
from domain.views.entitlement import Signing
from domain.views.stage import Stage
from domain.views.timeline import TimelineEvent


class PaymentStatus(Model):
    """Whether the certificate is paid, what it costs in whole pesos, and the payments on record."""

    paid: bool
    purchase_offered: bool
    price_cop: int
    iva_cop: int
    total_cop: int
    validity_days: int
    payments: list[Payment]


class CertificateStatus(Model):
    """The company's own certificate; days are inclusive. Of several, the one that is valid longest."""

    state: CertificateState
    serial: str | None
    valid_from: date | None
    valid_until: date | None
    days_left: int | None
    renewal_from: date | None
    observations: str | None
    certificates: list[Certificate]


class LoanStatus(Model):
    """The loan."""

    state: Literal["active", "expired", "revoked", "replaced"]
    starts_on: date
    ends_on: date
    days_left: int
    last_safe_purchase_on: date
    ended_on: date | None


class LoanTerms(Model):
    """What a loan comes to, and its dates if the first correct letter came now; no dates once there is one."""

    days: int
    upload_limit_bytes: int
    would_start_on: date | None
    would_end_on: date | None


class LetterStatus(Model):
    """The letter that was issued, and every signed version, oldest first."""

    folio: str | None
    key: str | None
    sha256: Sha256 | None
    issued_at: datetime | None
    attached: UploadId | None
    versions: list[SignedVersion]


class StepsStatus(Model):
    """The six steps; `current` is null once all are done."""

    current: int | None
    completed: list[int]
    names: list[str]
    nit_locked: bool


class ReminderSent(Model):
    """A reminder that was sent, so many days before the end; a negative number is after it."""

    subject: Subject
    days: int
    at: datetime


class ReminderSkipped(ReminderSent):
    """A reminder that was not sent, and why."""

    reason: ReminderOutcome


class ReminderNext(Model):
    """The reminder that comes next."""

    subject: Subject | None
    days: int
    at: datetime


class RemindersStatus(Model):
    """What was sent, what was not, and what comes."""

    sent: list[ReminderSent]
    skipped: list[ReminderSkipped]
    next: ReminderNext | None
    muted_until: date | None


class RejectedSignal(Model):
    """A signal that did not count: why, as a sentence and as the code and the values that it is made of."""

    name: str
    reason: str
    time: datetime
    code: str | None
    values: dict[str, Any] | None


class WaitingEvent(Model):
    """An event that is still to be delivered."""

    id: EventId
    type: EventType
    at: datetime
    attempts: int


class EndedEvent(WaitingEvent):
    """An event that is over."""

    outcome: DeliveryOutcome
    ended_at: datetime


class WebhooksStatus(Model):
    """The events for the billing backend; the first of those that wait is being tried."""

    on: bool
    gone: bool
    waiting: list[WaitingEvent]
    failing_since: datetime | None
    error: str | None
    next_try_at: datetime | None
    deliveries: list[EndedEvent]


class CaseStatus(Model):
    """The whole case, as the query `status` tells it. Names may be added."""

    company_id: CompanyId
    stage: Stage
    entitlement: Signing
    entitlement_until: date | None
    payment: PaymentStatus
    certificate: CertificateStatus
    loan: LoanStatus | None
    loan_terms: LoanTerms
    letter: LetterStatus
    steps: StepsStatus
    reminders: RemindersStatus
    needs_attention: bool
    attention: list[Attention]
    rejected_signals: list[RejectedSignal]
    rejected_signals_count: int
    repeated_messages_count: int
    webhooks: WebhooksStatus
    waiting_to_retry: list[str]
    timeline: list[TimelineEvent]
    next_actions: list[str]
    earlier_lines: int = 0
    """Lines of the timeline and rejected signals that gave way to newer ones and are kept in the bucket."""
    closing: str | None
