"""What the results of a case's steps change."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from domain.calendar import bogota_date
from domain.case.attention import AttentionKind
from domain.case.case import SYSTEM, Case
from domain.case.events import Webhooks
from domain.case.jobs import (
    AcceptanceRecorded,
    CaseOpened,
    CheckCompany,
    CheckUpload,
    CompanyChecked,
    IssueLetter,
    KeepEarlier,
    LetterIssued,
    OpenCase,
    QueuedJob,
    RecordAcceptance,
    RecordRevocation,
    TellNotice,
    UploadChecked,
    job_name,
    retry_after,
)
from domain.case.letters import MOST_KEPT, IssuedLetter, SignedVersion
from domain.case.loan import FirstAcceptance, LoanEnding, loan_from
from domain.case.policy import Policy
from domain.case.reminders import Reminders, Subject, plan
from domain.case.rules import (
    ATTENTION_BY_CAUSE,
    EVIDENCE_WINS,
    NEWEST_DATA_ALONE,
    ONE_MAIL_FOR_ALL_THAT_WAIT,
    TWO_LANES,
)
from domain.case.steps import nit_locked
from domain.decisions import deliveries, mailboxes, reject
from domain.decisions.certificate import redo_request
from domain.decisions.letter import letter_ordered, owe_letter, superseding, upload_message_key
from domain.letter.examination import Verdict
from domain.notices import Addressee, NoticeKind, NoticeSent
from domain.remarks import remark

FAILURES_BEFORE_ATTENTION = 2


def opened(start: OpenCase, result: CaseOpened, now: datetime) -> Case:
    """Return a new case, or a closed one taken up again; a loan that was ever accepted stands as it began."""
    policy = result.policy or Policy.model_validate(start.policy or {}).with_reminders_that_sell()
    if result.archived is not None:
        case = Case.restored(result.archived).evolve(
            policy=policy,
            closing=None,
            company_sha256=result.company_sha256 or start.profile_sha256,
            rules=result.rules,
            holidays=result.holidays,
        )
        if result.company_changed and case.letter.issued is not None:
            outdated = case.letter.issued.model_copy(update={"outdated": True})
            case = case.evolve(letter=case.letter.model_copy(update={"issued": outdated}))
        case = deliveries.learned(case, result.webhooks, now).record(now, SYSTEM, "activation_reopened")
    else:
        case = Case(
            company_id=start.company_id,
            policy=policy,
            company_sha256=start.profile_sha256,
            webhooks=Webhooks(on=result.webhooks),
            rules=result.rules,
            holidays=result.holidays,
        ).record(now, SYSTEM, "activation_started")
    if result.first_acceptance is not None and case.loan is None:
        case = _revoked(_with_loan(case, result.first_acceptance, now), result.revoked_on)
    elif result.rules >= EVIDENCE_WINS:
        case = _revoked(case, result.revoked_on)
    case = case.settle_attention(AttentionKind.PROFILE, subject="company").settle_attention(AttentionKind.STORED_DATA)
    for unusable in result.unusable:
        case = case.raise_attention(now, AttentionKind.STORED_DATA, unusable.code, unusable)
    if result.problem is not None:
        case = case.raise_attention(now, AttentionKind.PROFILE, "company", result.problem)
    return case


def _revoked(case: Case, on: date | None) -> Case:
    """Return the case whose loan was taken back, if there is evidence of it: the archive may be from before."""
    if on is None or case.loan is None or case.loan.ending is not None:
        return case
    case = case.evolve(loan=case.loan.ended(LoanEnding.REVOKED, on))
    if case.reminders.subject is not Subject.LOAN:
        return case
    return case.evolve(reminders=Reminders(record=case.reminders.record))


def _with_loan(case: Case, first: FirstAcceptance, now: datetime) -> Case:
    """Return the case with its loan and the reminders before its end, unless a certificate is held until later."""
    loan = loan_from(first, case.policy, case.calendar)
    case = case.evolve(loan=loan)
    latest = case.track.latest
    if latest is not None and latest.valid_until >= bogota_date(now):
        return case
    policy = case.policy
    planned = plan(loan.ends_on, policy.loan_days, policy.loan_reminder_days, case.company_id, case.calendar)
    return case.evolve(reminders=case.reminders.planned_anew(Subject.LOAN, loan.ends_on, planned))


def _letter_issued(case: Case, job: IssueLetter, result: LetterIssued, now: datetime) -> Case:
    if result.refused:
        codes = ", ".join(each.code for each in result.refused)
        return case.raise_attention(
            now, AttentionKind.PROFILE, "representative", remark("letter_not_issued", codes=codes)
        )
    issued = IssuedLetter(
        number=job.number,
        folio=result.folio,
        sha256=result.sha256,
        issued_at=now.replace(microsecond=0),
        outdated=job.company_sha256 != case.company_sha256,
    )
    earlier = case.letter.earlier_folios
    if case.letter.issued is not None:
        earlier = (*earlier, case.letter.issued.folio)[-MOST_KEPT:]
    letter = case.letter.model_copy(update={"issued": issued, "earlier_folios": earlier})
    is_other = job.representative_sha256 != case.representative_sha256
    case = case.evolve(letter=letter, representative_sha256=job.representative_sha256)
    case = mailboxes.corrected(case, Addressee.REPRESENTATIVE if is_other else None, now)
    case = case.settle_attention(AttentionKind.PROFILE, subject="representative")
    return redo_request(case).record(now, SYSTEM, "letter_issued", folio=result.folio)


def _upload_checked(case: Case, job: CheckUpload, result: UploadChecked, now: datetime) -> Case:
    folio = case.letter.issued.folio if case.letter.issued is not None else ""
    version = SignedVersion(
        upload_id=job.upload_id,
        folio=folio,
        verdict=result.verdict,
        received_at=result.received_at,
        sha256=result.sha256,
        reasons=result.reasons,
    )
    codes = ", ".join(each.code for each in result.reasons) or None
    if result.sha256 is None:
        case = case.forget(upload_message_key(job.upload_id))
    if result.verdict is Verdict.REJECTED:
        case = case.evolve(letter=case.letter.with_upload(version)).record(now, job.by, "letter_rejected", codes=codes)
        if not job.tell:
            return case
        what = "rejected" if result.sha256 is not None or case.rules < TWO_LANES else "missing"
        return case.enqueue_newest(
            TellNotice(notice=NoticeKind.LETTER_REJECTED, key=f"letter/{job.upload_id}/{what}", reasons=result.reasons),
            now,
        )
    others_wait = case.letter.under_review is not None
    case = case.evolve(letter=superseding(case.letter, job.upload_id).with_upload(version))
    case = case.settle_attention(AttentionKind.LETTER_REVIEW)
    if result.verdict is Verdict.ACCEPTED:
        return _accepted(case, result.first_acceptance, job, now)
    case = case.record(now, job.by, "letter_under_review", codes=codes)
    case = case.raise_attention(now, AttentionKind.LETTER_REVIEW, job.upload_id, remark("letter_waits"))
    return _support_told(case, job.upload_id, now, others_wait=others_wait)


def _support_told(case: Case, upload_id: str, now: datetime, *, others_wait: bool) -> Case:
    """Return the case that tells support of a letter, unless support knows that one waits: the desk shows them all.

    What was told and not decided yet keeps its time limit, however often a letter is deleted and sent again.
    """
    due = case.calendar.add_business_hours(now, case.policy.review_business_hours)
    knows = others_wait or (case.review_told_until is not None and now < case.review_told_until)
    if knows and case.rules >= ONE_MAIL_FOR_ALL_THAT_WAIT:
        return case.evolve(review_due_at=case.review_due_at or case.review_told_until or due)
    case = case.evolve(review_due_at=due, review_told_until=due if case.rules >= ONE_MAIL_FOR_ALL_THAT_WAIT else None)
    return case.enqueue_newest(TellNotice(notice=NoticeKind.REVIEW_NEEDED, key=f"letter/{upload_id}/review/1"), now)


def _accepted(case: Case, first: FirstAcceptance | None, job: CheckUpload | RecordAcceptance, now: datetime) -> Case:
    version = case.letter.version(job.upload_id)
    if case.letter.under_review is None or case.rules < ATTENTION_BY_CAUSE:
        case = case.evolve(review_due_at=None)
    reason = job.reason if isinstance(job, RecordAcceptance) else None
    folio = version.folio if version is not None else None
    case = case.record(now, job.by, "letter_accepted", reason, folio=folio)
    if first is None or case.loan is not None:
        return case
    case = _with_loan(case, first, now)
    case = case.record(now, SYSTEM, "loan_started")
    return case.enqueue(TellNotice(notice=NoticeKind.LOAN_STARTED, key="loan/started"))


def _acceptance_recorded(case: Case, job: RecordAcceptance, result: AcceptanceRecorded, now: datetime) -> Case:
    version = case.letter.version(job.upload_id)
    if version is not None:
        case = case.evolve(
            letter=case.letter.with_change(version.model_copy(update={"verdict": Verdict.ACCEPTED, "reasons": ()}))
        )
    return _accepted(case, result.first_acceptance, job, now)


def _revocation_recorded(case: Case, job: RecordRevocation, result: None, now: datetime) -> Case:  # noqa: ARG001
    return case


def _earlier_kept(case: Case, job: KeepEarlier, result: None, now: datetime) -> Case:  # noqa: ARG001
    return case.evolve(earlier=case.earlier.without_page(job.events, job.rejected)).keep_earlier()


def _company_checked(case: Case, job: CheckCompany, result: CompanyChecked, now: datetime) -> Case:
    if result.refused is not None:
        return reject(case, "company_updated", result.refused, now)
    if result.nit_changed and nit_locked(case.steps):  # step 3 may have been done while the check was under way
        return reject(case, "company_updated", remark("nit_locked"), now)
    case = case.evolve(company_sha256=job.sha256).record(now, job.by, "company_updated")
    case = mailboxes.corrected(case, Addressee.COMPANY, now)
    case = redo_request(case.settle_attention(AttentionKind.PROFILE, subject="company"))
    issued, ordered = case.letter.issued, letter_ordered(case)
    if issued is not None:
        outdated = issued.model_copy(update={"outdated": True})
        case = case.evolve(letter=case.letter.model_copy(update={"issued": outdated}))
    if ordered is not None and case.rules >= NEWEST_DATA_ALONE:
        return owe_letter(case, ordered.representative_sha256)
    if issued is None or case.representative_sha256 is None:
        return case
    signed = case.letter.attached or case.letter.under_review
    return case if signed is not None else owe_letter(case, case.representative_sha256)


def _told(case: Case, job: TellNotice, result: NoticeSent, now: datetime) -> Case:
    case = deliveries.learned(case, result.webhooks, now)
    if not (job.rest and result.later):
        case = case.record(now, SYSTEM, "notice_uncertain" if result.uncertain else "notice_sent", notice=job.notice)
    return mailboxes.learned(case, job, result, now)


_RESULTS: Mapping[type, Callable[[Case, Any, Any, datetime], Case]] = {
    IssueLetter: _letter_issued,
    CheckUpload: _upload_checked,
    RecordAcceptance: _acceptance_recorded,
    RecordRevocation: _revocation_recorded,
    CheckCompany: _company_checked,
    KeepEarlier: _earlier_kept,
    TellNotice: _told,
}


def done(case: Case, queued: QueuedJob, result: Any, now: datetime) -> Case:
    """Return the case after a job that succeeded, whatever its answer was; one that is owed no more changes nothing."""
    if case.owed(queued) is None:
        return case
    job = queued.job
    case = case.without_job(queued).settle_attention(AttentionKind.FAILING, subject=job_name(job))
    return _RESULTS[type(job)](case, job, result, now)


def failed(case: Case, queued: QueuedJob, error_type: str, final: bool, now: datetime) -> Case:
    """Return the case after a job that failed: it waits for its next try, or is given up if no try can help.

    Only a mail is ever given up, when the server refuses every address for good.
    """
    owed, job = case.owed(queued), queued.job
    if owed is None:
        return case
    if isinstance(job, TellNotice) and final:
        return mailboxes.refused_mail(without_mail(case, queued, "notice_refused", now), job, now)
    failures = owed.failures + 1
    case = case.with_job(owed.model_copy(update={"failures": failures, "not_before": now + retry_after(failures)}))
    if failures < FAILURES_BEFORE_ATTENTION:
        return case
    why = remark("job_failing", job=job_name(job), error=error_type)
    return case.raise_attention(now, AttentionKind.FAILING, job_name(job), why)


def without_mail(case: Case, queued: QueuedJob, action: str, now: datetime) -> Case:
    """Return the case that owes a mail no more, and why."""
    case = case.without_job(queued).settle_attention(AttentionKind.FAILING, subject=job_name(queued.job))
    notice = queued.job.notice if isinstance(queued.job, TellNotice) else None
    return case.record(now, SYSTEM, action, notice=notice)
