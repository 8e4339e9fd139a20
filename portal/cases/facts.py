"""What a page knows of a case: the answer to the status query, read into types."""

from datetime import date, datetime

from pydantic import AwareDatetime

from domain.case.certificate import CertificateState, Payment
from domain.case.letters import SignedVersion
from domain.case.steps import THIS_STEP
from domain.letter.examination import Verdict
from domain.model import Model
from domain.views.entitlement import Signing
from domain.views.stage import Stage
from domain.views.timeline import TimelineEvent


class PaymentFacts(Model, extra="ignore"):
    """Money in whole pesos."""

    paid: bool
    purchase_offered: bool
    price_cop: int
    iva_cop: int
    total_cop: int
    validity_days: int
    payments: tuple[Payment, ...]


class CertificateFacts(Model, extra="ignore"):
    """The own certificate; days are dates in Bogotá."""

    state: CertificateState
    serial: str | None
    valid_from: date | None
    valid_until: date | None
    days_left: int | None
    renewal_from: date | None
    observations: str | None


class LoanFacts(Model, extra="ignore"):
    """The loan; `state` is `active`, `expired`, `revoked` or `replaced`."""

    state: str
    starts_on: date
    ends_on: date
    days_left: int
    last_safe_purchase_on: date
    ended_on: date | None


class LoanTerms(Model, extra="ignore"):
    """What a loan comes to; no dates once there is one."""

    days: int
    upload_limit_bytes: int
    would_start_on: date | None
    would_end_on: date | None


class LetterFacts(Model, extra="ignore"):
    """The letter that waits for a signature, and every signed version, oldest first."""

    folio: str | None
    sha256: str | None
    issued_at: AwareDatetime | None
    attached: str | None
    versions: tuple[SignedVersion, ...]

    def version(self, upload_id: str) -> SignedVersion | None:
        """Return the version of an upload."""
        return next((each for each in self.versions if each.upload_id == upload_id), None)

    @property
    def attached_version(self) -> SignedVersion | None:
        """The accepted letter that stands attached."""
        return None if self.attached is None else self.version(self.attached)

    @property
    def under_review(self) -> SignedVersion | None:
        """The letter that a person must decide on."""
        waiting = (
            each
            for each in self.versions
            if each.verdict is Verdict.UNDER_REVIEW and not each.withdrawn and not each.superseded
        )
        return next(waiting, None)


class StepsFacts(Model, extra="ignore"):
    """The six steps; `current` is None once all are done."""

    current: int | None
    completed: tuple[int, ...]
    names: tuple[str, ...]


class Reminder(Model, extra="ignore"):
    """The next reminder that will be sent."""

    days: int
    at: datetime


class RemindersFacts(Model, extra="ignore"):
    """Of the reminders a page shows what comes; the sent ones stand in the timeline."""

    next: Reminder | None
    muted_until: date | None


class Facts(Model, extra="ignore"):
    """The whole case, as far as a representative is concerned."""

    company_id: str
    stage: Stage
    entitlement: Signing
    entitlement_until: date | None
    payment: PaymentFacts
    certificate: CertificateFacts
    loan: LoanFacts | None
    loan_terms: LoanTerms
    letter: LetterFacts
    steps: StepsFacts
    reminders: RemindersFacts
    timeline: tuple[TimelineEvent, ...]
    next_actions: tuple[str, ...]

    @property
    def this_step_done(self) -> bool:
        """Tell whether step 2 is finished."""
        return THIS_STEP in self.steps.completed

    @property
    def may_continue(self) -> bool:
        """Tell whether step 2 can be finished now."""
        return "continue_to_test_set" in self.next_actions

    @property
    def loan_on_offer(self) -> bool:
        """Tell whether a letter still leads to something: a first loan, or a better letter for the running one."""
        return self.entitlement is not Signing.OWN and (self.loan is None or self.loan.state == "active")
