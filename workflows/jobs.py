"""Which activity does which job, with which request."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.cases import CaseActivities
from activities.letters import LetterActivities
from activities.notices import NoticeActivities
from activities.uploads import UploadActivities
from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.jobs import (
    CheckCompany,
    CheckCompanyRequest,
    CheckUpload,
    CheckUploadRequest,
    IssueLetter,
    IssueLetterRequest,
    Job,
    KeepEarlier,
    KeepEarlierRequest,
    QueuedJob,
    RecordAcceptance,
    RecordAcceptanceRequest,
    RecordRevocation,
    RecordRevocationRequest,
    TellNotice,
    UploadChecked,
)
from domain.case.loan import FirstAcceptance
from domain.case.rules import SAID_ONCE
from domain.case.steps import nit_locked
from domain.contract import letters_queue
from domain.errors import MailboxRefusedError
from domain.model import Model
from domain.notices import BriefSendNotice, Notice, NoticeSent, ProfileRefs, SendNotice
from domain.views.mails import build_notice
from workflows.policies import IN_TURN, MAIL, REMINDER, STORAGE


async def perform(case: Case, queued: QueuedJob, now: datetime) -> Any:
    """Do a job of a case and return its result; raises ActivityError when every try failed."""
    job = queued.job
    activity: Any
    request: Model
    match job:
        case IssueLetter():
            activity, request = LetterActivities.issue_letter, _issue_letter(case, job, now)
        case CheckUpload():
            return await _checked(_check_upload(case, job, now))
        case RecordAcceptance():
            activity, request = UploadActivities.record_acceptance, _record_acceptance(case, job)
        case RecordRevocation():
            activity = UploadActivities.record_revocation
            request = RecordRevocationRequest(company_id=case.company_id, revoked_on=job.revoked_on)
        case CheckCompany():
            activity, request = CaseActivities.check_company, _check_company(case, job)
        case KeepEarlier():
            activity, request = CaseActivities.keep_earlier, _keep_earlier(case, job)
        case TellNotice():
            notice = build_notice(case, job.notice, job.key, now, amount_cop=job.amount_cop, reasons=job.reasons)
            activity, request = NoticeActivities.send_notice, mail_order(case, notice, queued.failures)
    limits = MAIL if isinstance(job, TellNotice) else STORAGE
    return await workflow.execute_activity_method(activity, request, **limits)


async def _checked(request: CheckUploadRequest) -> UploadChecked:
    """Have a letter checked on a queue of its own, whose slots no other step needs."""
    checked: UploadChecked = await workflow.execute_activity_method(
        UploadActivities.check_upload,
        request,
        task_queue=letters_queue(workflow.info().task_queue),
        priority=IN_TURN,
        **STORAGE,
    )
    return checked


def _issue_letter(case: Case, job: IssueLetter, now: datetime) -> Model:
    return IssueLetterRequest(
        company_id=case.company_id,
        number=job.number,
        profiles=ProfileRefs(company_sha256=job.company_sha256, representative_sha256=job.representative_sha256),
        issued_on=bogota_date(now),
        loan_days=case.policy.loan_days,
    )


def _check_upload(case: Case, job: CheckUpload, now: datetime) -> CheckUploadRequest:
    return CheckUploadRequest(
        company_id=case.company_id,
        upload_id=job.upload_id,
        asked_at=now,
        limit_bytes=case.policy.upload_limit_bytes,
        folio=case.letter.issued.folio if case.letter.issued is not None else "",
        older_folios=case.letter.earlier_folios,
        starts_loan=not case.own_valid_on(bogota_date(now)),
        own_days=tuple((each.valid_from, each.valid_until) for each in case.track.certificates),
        accepted=_accepted_beside(case, job),
        checked=_checked_beside(case, job),
    )


def _record_acceptance(case: Case, job: RecordAcceptance) -> Model:
    return RecordAcceptanceRequest(
        company_id=case.company_id,
        upload_id=job.upload_id,
        received_at=job.received_at,
        accepted=_accepted_beside(case, job),
        checked=_checked_beside(case, job),
    )


def _accepted_beside(case: Case, job: Job) -> tuple[FirstAcceptance, ...]:
    owed = (each.job for each in case.queue if isinstance(each.job, RecordAcceptance) and each.job != job)
    return tuple(FirstAcceptance(upload_id=each.upload_id, received_at=each.received_at) for each in owed)


def _checked_beside(case: Case, job: Job) -> tuple[str, ...]:
    owed = (each for each in case.queue if isinstance(each.job, CheckUpload) and each.job != job)
    return tuple(each.job.upload_id for each in owed if isinstance(each.job, CheckUpload) and each.failures)


def _check_company(case: Case, job: CheckCompany) -> Model:
    return CheckCompanyRequest(
        company_id=case.company_id,
        sha256=job.sha256,
        current_sha256=case.company_sha256,
        nit_locked=nit_locked(case.steps),
    )


def _keep_earlier(case: Case, job: KeepEarlier) -> Model:
    return KeepEarlierRequest(
        company_id=case.company_id,
        events=case.earlier.events[: job.events],
        rejected=case.earlier.rejected[: job.rejected],
    )


async def remind(case: Case, notice: Notice) -> NoticeSent:
    """Send a reminder with a single try; raises ActivityError when it failed or came too late."""
    return await workflow.execute_activity_method(
        NoticeActivities.send_notice, mail_order(case, notice, case.reminders.failures), **REMINDER
    )


def mail_order(case: Case, notice: Notice, failures: int) -> SendNotice:
    """Return the order to send a notice: at the first try as short as this release alone reads it."""
    order = SendNotice if failures or case.rules < SAID_ONCE else BriefSendNotice
    profiles = ProfileRefs(company_sha256=case.company_sha256, representative_sha256=case.representative_sha256)
    return order(notice=notice, profiles=profiles)


def why(error: ActivityError) -> tuple[str, bool]:
    """Return the type of what failed, and whether no later try can help: only a refused mailbox is final."""
    cause = error.cause
    error_type = (cause.type if isinstance(cause, ApplicationError) else None) or type(cause).__name__
    return error_type, error_type == MailboxRefusedError.__name__
