"""The loan track: the provider's certificate, lent once, for a term that nothing moves."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from domain.calendar import BusinessCalendar, bogota_date
from domain.case.policy import Policy
from domain.model import Model


class LoanEnding(StrEnum):
    """Why a loan is over."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    """The company's own certificate became active."""


class FirstAcceptance(Model):
    """The evidence that fixes the loan's first day. It lies in S3 under one immutable key per company."""

    upload_id: str
    received_at: datetime
    """When the first upload that was accepted arrived, aware UTC."""


class Loan(Model):
    """One company's loan. `ends_on` is its last day, inclusive; all days in Bogotá."""

    upload_id: str
    starts_on: date
    ends_on: date
    last_safe_purchase_on: date
    """A certificate bought later may not be issued before the loan ends; the first day, where the loan is too short."""
    ending: LoanEnding | None = None
    ended_on: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the company may sign with the lent certificate on a day."""
        return self.ending is None and self.starts_on <= day <= self.ends_on

    def resumed(self) -> Self:
        """Return the loan running on, in its own term."""
        return self.model_copy(update={"ending": None, "ended_on": None})

    def ended(self, ending: LoanEnding, on: date) -> Self:
        """Return the loan over since a day."""
        return self.model_copy(update={"ending": ending, "ended_on": on})


def loan_from(first: FirstAcceptance, policy: Policy, calendar: BusinessCalendar) -> Loan:
    """Return the loan that the first accepted upload starts. The first day is not counted in its length."""
    starts_on = bogota_date(first.received_at)
    ends_on = starts_on + timedelta(days=policy.loan_days)
    return Loan(
        upload_id=first.upload_id,
        starts_on=starts_on,
        ends_on=ends_on,
        last_safe_purchase_on=max(last_safe_purchase(ends_on, policy, calendar), starts_on),
    )


def last_safe_purchase(ends_on: date, policy: Policy, calendar: BusinessCalendar) -> date:
    """Return the last day on which buying still leaves time for the issue: lead and margin in business days."""
    return calendar.before(ends_on, policy.issuance_lead_business_days + policy.safety_margin_business_days)
