"""The door of a case: takes a message, recognises a repeated one, or says why it does not fit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from domain.case.attention import AttentionKind
from domain.case.case import MOST_REJECTED, Case, RejectedMessage
from domain.case.rules import ATTENTION_BY_CAUSE
from domain.decisions import certificate, letter, payment, support
from domain.decisions.repeats import RepeatedError
from domain.errors import NotAllowedNowError
from domain.messages.models import (
    SIGNALS,
    ActivationClosed,
    AttachLetter,
    CertificateIssued,
    CertificateRejected,
    CertificateWithdrawn,
    CompanyUpdated,
    ContinueToTestSet,
    DeleteLetter,
    LetterReviewed,
    LetterUploaded,
    LoanRevoked,
    Message,
    NoticeRequested,
    PaymentConfirmed,
    RemindersMuted,
    StepCompleted,
    SubmitRepresentative,
    WebhookRequested,
)
from domain.messages.parsing import closest_name, shorten
from domain.remarks import Remark, remark

LONGEST_REASON = 700
MOST_OWED = 60
"""Steps that may wait before no more are taken on."""

ALWAYS_TAKEN = frozenset({PaymentConfirmed, CertificateIssued, LoanRevoked, ActivationClosed})
"""Each owes a mail or two at most, and what it says can't wait until the mails that are owed already have gone out."""

Decide = Callable[[Case, Any, datetime], Case]

DECISIONS: Mapping[type[Message], Decide] = {
    PaymentConfirmed: payment.payment_confirmed,
    LetterUploaded: letter.letter_uploaded,
    AttachLetter: letter.letter_uploaded,
    LetterReviewed: letter.letter_reviewed,
    DeleteLetter: letter.delete_letter,
    SubmitRepresentative: letter.submit_representative,
    CertificateIssued: certificate.certificate_issued,
    CertificateRejected: certificate.certificate_rejected,
    CertificateWithdrawn: certificate.certificate_withdrawn,
    StepCompleted: support.step_completed,
    ContinueToTestSet: support.continue_to_test_set,
    LoanRevoked: support.loan_revoked,
    RemindersMuted: support.reminders_muted,
    CompanyUpdated: support.company_updated,
    NoticeRequested: support.notice_requested,
    WebhookRequested: support.webhook_requested,
    ActivationClosed: support.activation_closed,
}
"""Every message that may change a case; `verify_payment` only asks."""


def admit(case: Case, name: str, message: Message, now: datetime) -> Case:
    """Return the case after a message; one that was taken before is only counted.

    Raises NotAllowedNowError when the message does not fit the case as it stands.
    """
    decide = DECISIONS.get(type(message))
    if decide is None:
        return case
    try:
        decided = decide(case, message, now)
        taken = ALWAYS_TAKEN if case.rules >= ATTENTION_BY_CAUSE else {PaymentConfirmed}
        if len(decided.queue) > max(MOST_OWED, len(case.queue)) and type(message) not in taken:
            raise NotAllowedNowError(remark("too_much_owed", count=len(case.queue)))
        case = decided
    except RepeatedError:
        case = case.evolve(repeated_count=case.repeated_count + 1)
    case = case.settle_attention(AttentionKind.REJECTED_MESSAGE, subject=name)
    if message.is_from_support:
        case = case.settle_attention(AttentionKind.REJECTED_MESSAGE, subject="")
    return case


def reject(case: Case, name: str, why: Remark, now: datetime) -> Case:
    """Return the case with a message on record that did not count, for a support person to act on."""
    shown = name if name in SIGNALS else shorten(name)
    meant = name if name in SIGNALS else closest_name(name) or ""
    rejected = RejectedMessage(
        name=shown,
        at=now.replace(microsecond=0),
        reason=why.message[:LONGEST_REASON],
        code=why.code or None,
        values=why.values or None,
    )
    case = case.evolve(rejected=(*case.rejected, rejected)[-MOST_REJECTED:], rejected_count=case.rejected_count + 1)
    quoted = why.model_copy(update={"message": f"{shown} was rejected: {why.message[:200]}"})
    return case.raise_attention(now, AttentionKind.REJECTED_MESSAGE, meant, quoted)
