"""The door of a case: takes a message, recognises a repeated one, or says why it does not fit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.jobs import KeepEarlier, TellNotice
from domain.case.rejections import RejectedMessage
from domain.case.rules import ATTENTION_BY_CAUSE, REJECTIONS_HAVE_A_CAUSE, TWO_LANES
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

NATURAL_KEYS = ("reference", "serial", "upload_id", "event")
ALWAYS_TAKEN = frozenset({PaymentConfirmed, CertificateIssued, LoanRevoked, ActivationClosed})
"""Each owes a step and a mail at most, and what it says can't wait until what is owed already has been done."""

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
        if _owes_too_much(case, decided, message):
            raise NotAllowedNowError(remark("too_much_owed", count=len(case.queue)))
    except RepeatedError:
        again = case.evolve(repeated_count=case.repeated_count + 1)
        if case.rules < REJECTIONS_HAVE_A_CAUSE:
            return _with_rejections_settled(again, name, message)
        return again.settle_attention(AttentionKind.REJECTED_MESSAGE, subject=_subject(name, dict(message)))
    return _with_rejections_settled(decided, name, message)


def _with_rejections_settled(case: Case, name: str, message: Message) -> Case:
    """Return the case after a message that was taken: what was rejected of it, or of its name alone, is settled."""
    for subject in (name, _subject(name, dict(message)), *([""] if message.is_from_support else [])):
        case = case.settle_attention(AttentionKind.REJECTED_MESSAGE, subject=subject)
    return case


def _subject(name: str, values: Mapping[str, Any]) -> str:
    """Return what a rejection is known by: the message's name, and what it was about where that can be told."""
    about = next((values[field] for field in NATURAL_KEYS if values.get(field)), None)
    return name if about is None or not name else f"{name} {about}"


def _owes_too_much(case: Case, decided: Case, message: Message) -> bool:
    """Tell whether a message asks for more than can wait. Mails that wait hold up a request for a mail only."""
    if case.rules >= TWO_LANES and not isinstance(message, NoticeRequested):
        before, after = (
            sum(not isinstance(each.job, TellNotice | KeepEarlier) for each in of.queue) for of in (case, decided)
        )
    else:
        before, after = len(case.queue), len(decided.queue)
    taken = ALWAYS_TAKEN if case.rules >= ATTENTION_BY_CAUSE else {PaymentConfirmed}
    return after > max(MOST_OWED, before) and type(message) not in taken


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
    case = case.record_rejection(rejected)
    quoted = why.model_copy(update={"message": f"{shown} was rejected: {why.message[:200]}"})
    subject = _subject(meant, why.values) if case.rules >= REJECTIONS_HAVE_A_CAUSE else meant
    return case.raise_attention(now, AttentionKind.REJECTED_MESSAGE, subject, quoted)
