"""What the backend and the support staff say about steps, loan, reminders, data, mails and the end of a case."""

from datetime import datetime

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.certificate import PaymentStanding
from domain.case.jobs import CheckCompany, RecordRevocation, TellNotice
from domain.case.loan import LoanEnding
from domain.case.reminders import Subject
from domain.case.steps import THIS_STEP
from domain.decisions import deliveries
from domain.decisions.repeats import RepeatedError
from domain.errors import NotAllowedNowError
from domain.letter.examination import Verdict
from domain.messages.models import (
    ActivationClosed,
    CompanyUpdated,
    ContinueToTestSet,
    LoanRevoked,
    NoticeRequested,
    RemindersMuted,
    StepCompleted,
    WebhookRequested,
)
from domain.notices import NoticeKind
from domain.reason import Reason
from domain.remarks import remark
from domain.views.actions import may_continue
from domain.views.mails import may_be_told


def step_completed(case: Case, message: StepCompleted, now: datetime) -> Case:
    """Mark a step as done, in whatever order the steps are reported."""
    return _with_step(case, message.step, message.by, now)


def continue_to_test_set(case: Case, message: ContinueToTestSet, now: datetime) -> Case:
    """Finish this step and go on to the test set (S15)."""
    return _with_step(case, THIS_STEP, message.by, now)


def _with_step(case: Case, step: int, by: str, now: datetime) -> Case:
    if step in case.steps:
        raise RepeatedError
    if step == THIS_STEP and not may_continue(case, now):
        raise NotAllowedNowError(remark("step_unfinished"))
    case = case.evolve(steps=tuple(sorted((*case.steps, step))))
    return case.record(now, by, "step_completed", step=step)


def loan_revoked(case: Case, message: LoanRevoked, now: datetime) -> Case:
    """End the loan today; it is never lent again."""
    loan = case.loan
    if loan is not None and loan.ending is LoanEnding.REVOKED:
        raise RepeatedError
    if loan is None or not loan.covers(bogota_date(now)):
        raise NotAllowedNowError(remark("no_loan"))
    case = case.evolve(loan=loan.ended(LoanEnding.REVOKED, bogota_date(now)))
    if case.reminders.subject is Subject.LOAN:
        case = case.evolve(reminders=case.reminders.model_copy(update={"planned": (), "failures": 0, "retry_at": None}))
    case = case.record(now, message.by, "loan_revoked", message.reason)
    case = case.enqueue(RecordRevocation(revoked_on=bogota_date(now)))
    return case.enqueue(TellNotice(notice=NoticeKind.LOAN_REVOKED, key="loan/revoked"))


def reminders_muted(case: Case, message: RemindersMuted, now: datetime) -> Case:
    """Send no reminder up to and on a day; a later message moves that day."""
    case = case.evolve(reminders=case.reminders.model_copy(update={"muted_until": message.until}))
    return case.record(now, message.by, "reminders_muted", message.reason, until=message.until)


def company_updated(case: Case, message: CompanyUpdated, now: datetime) -> Case:  # noqa: ARG001
    """Owe the check of the company's new data; they count once they are found fit."""
    owed = [each.job.sha256 for each in case.queue if isinstance(each.job, CheckCompany)]
    if message.sha256 == (owed[-1] if owed else case.company_sha256):
        raise RepeatedError
    return case.enqueue_latest(CheckCompany(sha256=message.sha256, by=message.by))


def notice_requested(case: Case, message: NoticeRequested, now: datetime) -> Case:
    """Send a mail again with today's facts, if they still are facts."""
    if not may_be_told(case, message.notice, now):
        raise NotAllowedNowError(remark("notice_untrue", notice=message.notice))
    number = case.notices_requested + 1
    case = case.evolve(notices_requested=number)
    case = case.record(now, message.by, "notice_requested", message.reason, notice=message.notice)
    return case.enqueue(
        TellNotice(
            notice=message.notice,
            key=f"again/{number}/{message.notice}/{now:%Y%m%dT%H%M%S}",
            amount_cop=_amount(case),
            reasons=_reasons(case, message.notice),
        )
    )


def webhook_requested(case: Case, message: WebhookRequested, now: datetime) -> Case:
    """Send an event again, at once if none before it waits; it keeps its id, so that a repeat is recognised."""
    event = deliveries.found(case, message.event, now)
    if event is None:
        raise NotAllowedNowError(remark("event_unknown", event=message.event))
    case = case.record(now, message.by, "webhook_requested", message.reason, event_type=event.type, event_id=event.id)
    return deliveries.again(case, event, now)


def activation_closed(case: Case, message: ActivationClosed, now: datetime) -> Case:
    """Close the case once what it owes is done."""
    if case.closing is not None:
        raise RepeatedError
    case = case.evolve(closing=message.reason)
    return case.record(now, message.by, "activation_closed", message.reason)


def _amount(case: Case) -> int | None:
    confirmed = [each for each in case.track.payments if each.standing is PaymentStanding.CONFIRMED]
    return confirmed[-1].amount_cop if confirmed else None


def _reasons(case: Case, notice: NoticeKind) -> tuple[Reason, ...]:
    if notice is NoticeKind.CERTIFICATE_REJECTED and case.track.request is not None:
        return (Reason(code="observations", message=(case.track.request.observations or "")[:400]),)
    if notice is NoticeKind.LETTER_REJECTED:
        rejected = [each for each in case.letter.versions if each.verdict is Verdict.REJECTED]
        return rejected[-1].reasons if rejected else ()
    if case.letter.under_review is not None and notice is NoticeKind.LETTER_UNDER_REVIEW:
        return case.letter.under_review.reasons
    return ()
