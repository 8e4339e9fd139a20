"""Sending a reminder: which one is due, and what its being sent or refused changes."""

from datetime import datetime

from domain.calendar import DAY, bogota_date, start_of_day
from domain.case.attention import AttentionKind
from domain.case.case import SYSTEM, Case
from domain.case.jobs import TellNotice, retry_after
from domain.case.reminders import Milestone, ReminderOutcome, Subject, company_opening, owed, settle
from domain.case.rules import ATTENTION_BY_CAUSE, ONE_REMINDER_A_DAY, TWO_LANES
from domain.decisions import deliveries, mailboxes
from domain.decisions.results import FAILURES_BEFORE_ATTENTION
from domain.notices import Notice, NoticeSent
from domain.remarks import remark
from domain.views.mails import LOAN_NOTICES, build_reminder

REMINDER_JOB = "reminder"


def due_reminder(case: Case, now: datetime) -> Milestone | None:
    """Return the reminder to send now: owed, within the hours, and not waiting after a failure."""
    due = owed(case.reminders, now)
    return due[-1] if due and reminder_at(case, now) <= now else None


def reminder_at(case: Case, now: datetime) -> datetime:
    """Return when a reminder that is owed may go out: within the hours, after a failure's wait, once a day."""
    at = max(now, case.reminders.retry_at or now, of_today(case, now) or now)
    if case.rules >= TWO_LANES and case.reminders.was_sent_on(bogota_date(at)):
        at = start_of_day(bogota_date(at) + DAY)
    return company_opening(case.company_id, at, case.calendar)


def of_today(case: Case, now: datetime) -> datetime | None:
    """Return when the day's own reminder is planned, if it is still to come: one that is late gives way to it."""
    if case.rules < ONE_REMINDER_A_DAY:
        return None
    to_come = (each.at for each in case.reminders.planned if each.at > now and bogota_date(each.at) == bogota_date(now))
    return next(to_come, None)


def reminder_done(case: Case, milestone: Milestone, sent: Notice, result: NoticeSent, now: datetime) -> Case:
    """Return the case after a reminder was taken by the mail server. The plan may be another one by then."""
    case = mailboxes.without_rests_of_reminders(case, now)
    if _is_planned(case, milestone, sent, now):
        case = case.evolve(reminders=settle(case.reminders, [milestone], ReminderOutcome.SENT, now))
    elif not result.repeated:
        case = case.evolve(reminders=case.reminders.model_copy(update={"sent_on": bogota_date(now)}))
    case = deliveries.learned(case, result.webhooks, now)
    case = case.settle_attention(AttentionKind.FAILING, subject=REMINDER_JOB)
    action = "reminder_uncertain" if result.uncertain else "reminder_sent"
    subject = Subject.LOAN if sent.kind in LOAN_NOTICES else Subject.CERTIFICATE
    case = case.record(now, SYSTEM, action, subject=subject, days=milestone.days)
    return mailboxes.learned(case, TellNotice(notice=sent.kind, key=sent.key), result, now)


def reminder_failed(
    case: Case, milestone: Milestone, sent: Notice, error_type: str, *, final: bool, now: datetime
) -> Case:
    """Return the case after a reminder failed: owed until a later one takes its place, or given up if refused."""
    planned = _is_planned(case, milestone, sent, now)
    if final:
        if planned:
            case = case.evolve(reminders=settle(case.reminders, [milestone], ReminderOutcome.REFUSED, now))
        case = case.settle_attention(AttentionKind.FAILING, subject=REMINDER_JOB)
        return mailboxes.refused(case, f"reminder {milestone.days}", now)
    if not planned:
        return case
    failures = case.reminders.failures + 1
    waiting = case.reminders.model_copy(update={"failures": failures, "retry_at": now + retry_after(failures)})
    case = case.evolve(reminders=waiting)
    if failures < FAILURES_BEFORE_ATTENTION:
        return case
    why = remark("reminder_failing", error=error_type)
    return case.raise_attention(now, AttentionKind.FAILING, REMINDER_JOB, why)


def _is_planned(case: Case, milestone: Milestone, sent: Notice, now: datetime) -> bool:
    """Tell whether a reminder is of the plan as it stands: a certificate may have come while it was under way."""
    return case.rules < ATTENTION_BY_CAUSE or build_reminder(case, milestone.days, now).key == sent.key
