"""The letter: issued for a representative, uploaded, reviewed by a person, taken away."""

from datetime import datetime

from domain.calendar import bogota_date
from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.jobs import CheckUpload, IssueLetter, RecordAcceptance, TellNotice
from domain.case.letters import LetterTrack, SignedVersion
from domain.case.rules import LOANS_KEEP_OUT_OF_OWN_DAYS
from domain.decisions.repeats import RepeatedError, digest, once
from domain.errors import NotAllowedNowError
from domain.letter.examination import Verdict
from domain.messages.models import (
    AttachLetter,
    Decision,
    DeleteLetter,
    LetterReviewed,
    LetterUploaded,
    SubmitRepresentative,
)
from domain.notices import NoticeKind
from domain.reason import Reason
from domain.remarks import remark


def submit_representative(case: Case, message: SubmitRepresentative, now: datetime) -> Case:  # noqa: ARG001
    """Owe a letter for these data; the same data of company and representative already have theirs."""
    issued, ordered = case.letter.issued, letter_ordered(case)
    if ordered is not None:
        if _profiles(ordered) == (case.company_sha256, message.sha256):
            raise RepeatedError
    elif issued is not None and not issued.outdated and message.sha256 == case.representative_sha256:
        raise RepeatedError
    return owe_letter(case, message.sha256)


def letter_ordered(case: Case) -> IssueLetter | None:
    """Return the latest letter that is owed and not issued yet."""
    return next((each.job for each in reversed(case.queue) if isinstance(each.job, IssueLetter)), None)


def owe_letter(case: Case, representative_sha256: str) -> Case:
    """Return the case owing the next letter, for the company's current data and a representative's."""
    number = case.letter.numbers_used + 1
    case = case.evolve(letter=case.letter.model_copy(update={"numbers_used": number}))
    return case.enqueue_latest(
        IssueLetter(number=number, company_sha256=case.company_sha256, representative_sha256=representative_sha256)
    )


def letter_uploaded(case: Case, message: LetterUploaded | AttachLetter, now: datetime) -> Case:  # noqa: ARG001
    """Owe the check of an uploaded file."""
    if case.letter.issued is None:
        raise NotAllowedNowError(remark("no_letter"))
    case = once(case, upload_message_key(message.upload_id))
    tell = isinstance(message, LetterUploaded)
    return case.enqueue(CheckUpload(upload_id=message.upload_id, by=message.by, tell=tell))


def upload_message_key(upload_id: str) -> str:
    """Return the key by which the message of an upload is recognised when it comes again."""
    return f"upload:{digest(upload_id)}"


def letter_reviewed(case: Case, message: LetterReviewed, now: datetime) -> Case:
    """Take a person's decision on the letter under review."""
    waiting = case.letter.under_review or _last_reviewed(case)
    if message.upload_id is not None:
        waiting = _reviewable(case, message.upload_id)
    if waiting is None:
        raise NotAllowedNowError(remark("no_review"))
    for decision in Decision:
        if _review_key(waiting, decision) in case.seen:
            if decision is message.decision:
                raise RepeatedError
            raise NotAllowedNowError(remark("review_decided", decision=decision))
    case = case.remember(_review_key(waiting, message.decision)).evolve(review_due_at=None, review_told_until=None)
    case = case.settle_attention(AttentionKind.LETTER_REVIEW)
    if message.decision is Decision.ACCEPT and _needs_no_loan(case, waiting, now):
        # Who signs with an own certificate needs no loan, and keeps the right to one.
        accepted = waiting.model_copy(update={"verdict": Verdict.ACCEPTED, "reasons": ()})
        case = case.evolve(letter=case.letter.with_change(accepted))
        return case.record(now, message.by, "letter_accepted", message.reason, folio=waiting.folio)
    if message.decision is Decision.ACCEPT:
        return case.enqueue(
            RecordAcceptance(
                upload_id=waiting.upload_id, received_at=waiting.received_at, by=message.by, reason=message.reason
            )
        )
    reasons = (Reason(code="review", message=message.reason[:400]),)
    rejected = waiting.model_copy(update={"verdict": Verdict.REJECTED, "reasons": reasons})
    case = case.evolve(letter=case.letter.with_change(rejected))
    case = case.record(now, message.by, "letter_rejected", message.reason)
    return case.enqueue_newest(
        TellNotice(notice=NoticeKind.LETTER_REJECTED, key=f"letter/{waiting.upload_id}/rejected", reasons=reasons),
        now,
    )


def _needs_no_loan(case: Case, letter: SignedVersion, now: datetime) -> bool:
    days = [now, letter.received_at] if case.rules >= LOANS_KEEP_OUT_OF_OWN_DAYS else [now]
    return any(case.own_valid_on(bogota_date(each)) for each in days)


def delete_letter(case: Case, message: DeleteLetter, now: datetime) -> Case:
    """Take the attached letter away. Its bytes stay as evidence and the loan's dates stay as they are (S13)."""
    letter = case.letter
    while (standing := letter.under_review or letter.attached) is not None:
        letter = letter.with_change(standing.model_copy(update={"withdrawn": True}))
    if letter == case.letter:
        raise RepeatedError
    case = case.evolve(letter=letter, review_due_at=None).settle_attention(AttentionKind.LETTER_REVIEW)
    return case.record(now, message.by, "letter_deleted")


def superseding(letter: LetterTrack, upload_id: str) -> LetterTrack:
    """Return the track in which a new letter takes the place of another that still waited for a review."""
    waiting = letter.under_review
    if waiting is None or waiting.upload_id == upload_id:
        return letter
    return letter.with_change(waiting.model_copy(update={"superseded": True}))


def _profiles(job: IssueLetter) -> tuple[str, str]:
    return job.company_sha256, job.representative_sha256


def _reviewable(case: Case, upload_id: str) -> SignedVersion:
    """Return the version a review names, if it waits for one or had one."""
    version = case.letter.version(upload_id)
    if version is None:
        raise NotAllowedNowError(remark("upload_unknown", upload_id=upload_id))
    reviewed = any(_review_key(version, decision) in case.seen for decision in Decision)
    if version != case.letter.under_review and not reviewed:
        raise NotAllowedNowError(remark("upload_not_reviewed", upload_id=upload_id))
    return version


def _last_reviewed(case: Case) -> SignedVersion | None:
    keys = {_review_key(each, decision): each for each in case.letter.versions for decision in Decision}
    return next((keys[key] for key in reversed(case.seen) if key in keys), None)


def _review_key(version: SignedVersion, decision: Decision) -> str:
    return f"review:{version.upload_id}:{decision}"
