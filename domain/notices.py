"""The mails a case sends, as data: which, about what dates and money, and under which key.

A notice carries no personal data. Names and addresses are read from the profiles when it is sent.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.contract import CompanyId, Sha256
from domain.model import Model


class NoticeKind(StrEnum):
    """Each mail, by what it tells."""

    LOAN_STARTED = "loan_started"
    LOAN_REMINDER = "loan_reminder"
    LOAN_ENDED = "loan_ended"
    LOAN_REVOKED = "loan_revoked"
    LETTER_REJECTED = "letter_rejected"
    LETTER_UNDER_REVIEW = "letter_under_review"
    REVIEW_NEEDED = "review_needed"
    """To support: a signed letter waits for a person's decision."""
    PAYMENT_RECEIVED = "payment_received"
    CERTIFICATE_REJECTED = "certificate_rejected"
    CERTIFICATE_ACTIVE = "certificate_active"
    CERTIFICATE_REMINDER = "certificate_reminder"
    CERTIFICATE_ENDED = "certificate_ended"


TO_SUPPORT = frozenset({NoticeKind.REVIEW_NEEDED})
"""Notices for the support's mailbox; every other one goes to the company and its legal representative."""


class Reason(Model):
    """Why something was not accepted: a stable code, and what to do about it in Spanish for the person."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    message: Annotated[str, StringConstraints(max_length=400)]


class ProfileRefs(Model):
    """Which versions of the stored data to read."""

    company_sha256: Sha256
    representative_sha256: Sha256 | None = None


class Notice(Model):
    """One mail to send once. `key` names it within its company: the same key is the same mail."""

    company_id: CompanyId
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=120)]
    kind: NoticeKind
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day, inclusive, of the loan or the certificate, in Bogotá."""
    days_left: int | None = None
    """Days from the day of sending to `ends_on`; negative once it has passed."""
    last_safe_purchase_on: date | None = None
    renewal_from: date | None = None
    """First day on which a renewal is offered, when that day is still to come."""
    amount_cop: Annotated[int, Field(ge=0)] | None = None
    reasons: tuple[Reason, ...] = ()


class SendNotice(Model):
    """A notice and the versions of the profiles that name its readers."""

    notice: Notice
    profiles: ProfileRefs


class NoticeSent(Model):
    """What became of a notice that is over."""

    sent_at: datetime
    repeated: bool = False
    """It had been sent before."""
    uncertain: bool = False
    """Two tries broke after the mail was handed over; a third is never made."""
