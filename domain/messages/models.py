"""What may be sent to a case: one frozen model per signal and update."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.contract import EventId, Sha256, UploadId
from domain.messages.fields import Actor, Day, DayOrInstant, Fingerprint, Instant, Line, LongText, Serial, WholeNumber
from domain.model import Model
from domain.notices import NoticeKind


class Message(Model):
    """What every message carries. `by` is who sends it, as in `support:ana` or `billing`; claimed, not proven."""

    by: Actor

    @property
    def is_from_support(self) -> bool:
        """Tell whether a support person sends it, who may correct what others can't."""
        return self.by.startswith("support:")


class PaymentConfirmed(Message):
    """The certificate was paid, in whole pesos."""

    reference: Line
    amount_cop: Annotated[WholeNumber, Field(ge=1, le=10**12)]
    paid_at: Instant | None = None
    method: Line | None = None
    reason: LongText | None = None
    """Why a person confirms it by hand."""


class LetterUploaded(Message):
    """A file lies in the inbox under this id."""

    upload_id: UploadId


class Decision(StrEnum):
    """What a person decides about a letter under review."""

    ACCEPT = "accept"
    REJECT = "reject"


class LetterReviewed(Message):
    """A person has looked at the letter under review."""

    decision: Decision
    reason: LongText
    upload_id: UploadId | None = None
    """Which letter was looked at; without it, the one that waits."""


class CertificateIssued(Message):
    """The company's own certificate exists; both days are inclusive, and only whole days count of an instant."""

    serial: Serial
    valid_from: DayOrInstant
    valid_until: DayOrInstant
    fingerprint_sha256: Fingerprint | None = None
    issuer: Line | None = None
    reason: LongText | None = None
    """Why a person registers it by hand."""


class CertificateRejected(Message):
    """The issuer wants something mended before it issues the certificate."""

    observations: LongText


class CertificateWithdrawn(Message):
    """A certificate was registered by mistake; the case goes on as if it had not been."""

    serial: Serial
    reason: LongText


class StepCompleted(Message):
    """One of the six steps of the enablement is done."""

    step: Annotated[WholeNumber, Field(ge=1, le=6)]


class LoanRevoked(Message):
    """The lender takes the certificate back."""

    reason: LongText


class RemindersMuted(Message):
    """No reminder is sent up to and on this day."""

    until: Day
    reason: LongText


class CompanyUpdated(Message):
    """The company's stored data changed; the digest is of the new bytes."""

    sha256: Sha256


class NoticeRequested(Message):
    """Send a mail again, with today's facts."""

    notice: NoticeKind
    reason: LongText


class WebhookRequested(Message):
    """Send an event to the billing backend again, under the id it had."""

    event: EventId
    reason: LongText


class ActivationClosed(Message):
    """The case is over."""

    reason: LongText


class VerifyPayment(Message):
    """Ask whether the certificate is paid."""


class SubmitRepresentative(Message):
    """The legal representative's stored data; the digest is of the bytes."""

    sha256: Sha256


class AttachLetter(Message):
    """A file lies in the inbox under this id; the sender waits for the verdict."""

    upload_id: UploadId


class DeleteLetter(Message):
    """Take the attached letter away; the loan's dates stay."""


class ContinueToTestSet(Message):
    """Finish this step and go on to the third."""


SIGNALS: Mapping[str, type[Message]] = {
    "payment_confirmed": PaymentConfirmed,
    "letter_uploaded": LetterUploaded,
    "letter_reviewed": LetterReviewed,
    "certificate_issued": CertificateIssued,
    "certificate_rejected": CertificateRejected,
    "certificate_withdrawn": CertificateWithdrawn,
    "step_completed": StepCompleted,
    "loan_revoked": LoanRevoked,
    "reminders_muted": RemindersMuted,
    "company_updated": CompanyUpdated,
    "notice_requested": NoticeRequested,
    "webhook_requested": WebhookRequested,
    "activation_closed": ActivationClosed,
}
UPDATES: Mapping[str, type[Message]] = {
    "verify_payment": VerifyPayment,
    "submit_representative": SubmitRepresentative,
    "attach_letter": AttachLetter,
    "delete_letter": DeleteLetter,
    "continue_to_test_set": ContinueToTestSet,
}
