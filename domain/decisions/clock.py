"""What the passing of time does to a case, and when to look again.

Everything here is a function of the case and of `now`. Nothing is scheduled ahead: what is due follows from the state,
so that a case that slept through an outage catches up by being looked at once.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from domain.calendar import DAY, bogota_date, start_of_day
from domain.case.attention import AttentionKind
from domain.case.case import SYSTEM, Case
from domain.case.certificate import renewal_from
from domain.case.jobs import REMINDER, TellNotice
from domain.case.loan import LoanEnding
from domain.case.reminders import LATE, ReminderOutcome, Subject, company_opening, owed, settle, turn_after_an_outage
from domain.case.rules import (
    ATTENTION_BY_CAUSE,
    LATE_REMINDERS_ARE_SPREAD,
    LOANS_KEEP_OUT_OF_OWN_DAYS,
    ONE_MAIL_FOR_ALL_THAT_WAIT,
)
from domain.decisions import deliveries, mailboxes
from domain.decisions.due import ENDS, job_at, mails_are_held
from domain.decisions.reminding import REMINDER_JOB, of_today, reminder_at
from domain.decisions.results import without_mail
from domain.notices import NoticeKind
from domain.remarks import remark
from domain.views.mails import may_be_told

LONGEST_SENDING = timedelta(minutes=5)
"""A mail that is under way has been sent, or has failed, by then."""
AGAIN_KEYS = "again/"
"""Of mails that a person asked for."""


def tick(case: Case, now: datetime) -> Case:
    """Return the case after everything that time alone has brought about up to now."""
    for step in _STEPS:
        case = step(case, now)
    return case


def _own_certificate_begins(case: Case, now: datetime) -> Case:
    loan = case.loan
    if loan is None or loan.ending is not None:
        return case
    # After an outage the loan may be over by now: what counts is whether the certificate came while it ran.
    day = min(bogota_date(now), loan.ends_on)
    if not case.own_valid_on(day):
        return case
    case = case.evolve(loan=loan.ended(LoanEnding.REPLACED, day)).record(now, SYSTEM, "loan_replaced")
    if case.reminders.subject is not Subject.LOAN or case.rules < LOANS_KEEP_OUT_OF_OWN_DAYS:
        return case
    return case.evolve(reminders=case.reminders.model_copy(update={"planned": ()}))


def _loan_ends(case: Case, now: datetime) -> Case:
    loan = case.loan
    if loan is None or loan.ending is not None or bogota_date(now) <= loan.ends_on:
        return case
    case = case.evolve(loan=loan.ended(LoanEnding.EXPIRED, loan.ends_on)).record(now, SYSTEM, "loan_expired")
    if case.track.bought_on(bogota_date(now)):
        return case.raise_attention(now, AttentionKind.NO_CERTIFICATE, "loan", remark("loan_over"))
    return _tell_the_end(case, Subject.LOAN, NoticeKind.LOAN_ENDED, "loan/ended", now)


def _certificate_ends(case: Case, now: datetime) -> Case:
    latest = case.track.latest
    if latest is None or case.track.end_recorded or bogota_date(now) <= latest.valid_until:
        return case
    case = case.evolve(track=case.track.model_copy(update={"end_recorded": True}))
    case = case.record(now, SYSTEM, "certificate_expired")
    key = f"certificate/{latest.valid_until}/ended"
    return _tell_the_end(case, Subject.CERTIFICATE, NoticeKind.CERTIFICATE_ENDED, key, now)


def _tell_the_end(case: Case, subject: Subject, kind: NoticeKind, key: str, now: datetime) -> Case:
    """Owe the mail that it is over, unless a reminder still to come will say so or the company has bought."""
    planned = case.reminders.subject is subject and case.reminders.planned
    if planned or case.track.bought_on(bogota_date(now)) or _muted(case, now):
        return case
    # It ended at midnight: within the hours, an outage has made it late.
    when = turn_after_an_outage if case.rules >= LATE_REMINDERS_ARE_SPREAD else company_opening
    at = when(case.company_id, now, case.calendar)
    return case.enqueue(TellNotice(notice=kind, key=key), not_before=at)


def _nobody_who_paid_is_left_alone(case: Case, now: datetime) -> Case:
    """Ask a person to look where a company has bought and signs with nothing; and no more once it signs again."""
    if case.rules < ATTENTION_BY_CAUSE:
        return case
    today = bogota_date(now)
    if case.own_valid_on(today) or (case.loan is not None and case.loan.covers(today)):
        return case.settle_attention(AttentionKind.NO_CERTIFICATE)
    if any(each.kind is AttentionKind.NO_CERTIFICATE for each in case.attention):
        return case
    late = _late_from(case)
    if late is not None and today >= late and case.track.request is not None:
        why = remark("request_late", paid_on=case.track.request.opened_on)
        return case.raise_attention(now, AttentionKind.NO_CERTIFICATE, "request", why)
    over = case.loan is not None or any(each.valid_until < today for each in case.track.certificates)
    if case.track.bought_on(today) and over:
        return case.raise_attention(now, AttentionKind.NO_CERTIFICATE, "signing", remark("nothing_signs"))
    return case


def _late_from(case: Case) -> date | None:
    """Return the first day on which a paid certificate should have been issued."""
    request, policy = case.track.request, case.policy
    if request is None or request.opened_on is None or request.observations is not None:
        return None
    days = policy.issuance_lead_business_days + policy.safety_margin_business_days
    return case.calendar.after(request.opened_on, days) + DAY


def _review_is_late(case: Case, now: datetime) -> Case:
    waiting = case.letter.under_review
    if waiting is None or case.review_due_at is None or now < case.review_due_at:
        return case
    case = case.evolve(review_due_at=None).record(now, SYSTEM, "review_late")
    if case.rules >= ONE_MAIL_FOR_ALL_THAT_WAIT:
        quiet_until = case.calendar.add_business_hours(now, case.policy.review_business_hours)
        case = case.evolve(review_told_until=quiet_until)
    return case.enqueue_newest(
        TellNotice(notice=NoticeKind.REVIEW_NEEDED, key=f"letter/{waiting.upload_id}/review/2"), now
    )


def _settle_reminders(case: Case, now: datetime) -> Case:
    """Record as skipped what is owed but must not be sent; at most the most urgent one is left owed."""
    if case.sending == REMINDER:
        return case
    due = owed(case.reminders, now)
    if not due:
        return case.settle_attention(AttentionKind.FAILING, subject=REMINDER_JOB)
    if case.track.bought_on(bogota_date(now)) and not _is_about_the_certificate_held(case):
        outcome, over = ReminderOutcome.BOUGHT, due
    elif _muted(case, now):
        outcome, over = ReminderOutcome.MUTED, due
    else:
        outcome, over = ReminderOutcome.SUPERSEDED, due[:-1]
    if over:
        case = case.settle_attention(AttentionKind.FAILING, subject=REMINDER_JOB)
    return _with_late_reminder_spread(case.evolve(reminders=settle(case.reminders, over, outcome, now)), now)


def _with_late_reminder_spread(case: Case, now: datetime) -> Case:
    """Return the case whose reminder, late after an outage, waits within an hour: all companies' are late at once."""
    due, reminders = owed(case.reminders, now), case.reminders
    if not due or reminders.retry_at is not None or case.rules < LATE_REMINDERS_ARE_SPREAD:
        return case
    if now - due[-1].at < LATE or of_today(case, now) is not None:
        return case
    at = turn_after_an_outage(case.company_id, now, case.calendar)
    return case.evolve(reminders=reminders.model_copy(update={"retry_at": at}))


def _is_about_the_certificate_held(case: Case) -> bool:
    return case.reminders.subject is Subject.CERTIFICATE and case.track.request is None


def _muted(case: Case, now: datetime) -> bool:
    until = case.reminders.muted_until
    return until is not None and bogota_date(now) <= until


def _drop_mails_no_longer_true(case: Case, now: datetime) -> Case:
    """Look again at the mails that still wait: nobody who has bought meanwhile is told to buy (decision 5)."""
    for queued in case.waiting_mails:
        if isinstance(queued.job, TellNotice) and not _may_still_be_told(case, queued.job, now):
            case = without_mail(case, queued, "notice_dropped", now)
    return case


def _may_still_be_told(case: Case, job: TellNotice, now: datetime) -> bool:
    is_reminder = mailboxes.is_rest_of_a_reminder(job) or (job.notice in ENDS and case.rules >= ATTENTION_BY_CAUSE)
    if is_reminder and _muted(case, now) and not job.key.startswith(AGAIN_KEYS):
        return False
    return may_be_told(case, job.notice, now)


def _give_up_mails_of_a_closed_case(case: Case, now: datetime) -> Case:
    """Drop the mails that keep failing, so that a mail server which is down never holds a case open."""
    if case.closing is None:
        return case
    for queued in case.waiting_mails:
        if queued.failures or queued.not_before is not None:
            case = without_mail(case, queued, "notice_given_up", now)
    return case


_STEPS: tuple[Callable[[Case, datetime], Case], ...] = (
    _own_certificate_begins,
    _loan_ends,
    _certificate_ends,
    _nobody_who_paid_is_left_alone,
    _review_is_late,
    _settle_reminders,
    _drop_mails_no_longer_true,
    _give_up_mails_of_a_closed_case,
    deliveries.noticed,
    deliveries.give_up_at_closing,
)


def next_deadline(case: Case, now: datetime) -> tuple[datetime, str] | None:
    """Return when to look again if no message comes, and what for; None when nothing is to come.

    Right after `tick`, with nothing due, it lies in the future. While a mail is under way its end is another occasion
    to look, so only what comes before that counts: a timer costs money.
    """
    deadlines = (found for find in _DEADLINES for found in find(case, now))
    if case.sending is not None:
        deadlines = (found for found in deadlines if now < found[0] <= now + LONGEST_SENDING)
    return min(deadlines, default=None)


def _jobs(case: Case, now: datetime) -> list[tuple[datetime, str]]:
    held = mails_are_held(case)
    jobs = (each for each in case.queue if not (held and isinstance(each.job, TellNotice)))
    return [(job_at(case, each, now), "try again") for each in jobs]


def _reminder(case: Case, now: datetime) -> list[tuple[datetime, str]]:
    if not case.reminders.planned:
        return []
    first = case.reminders.planned[0]
    if first.at <= now and mails_are_held(case):
        return []
    at = reminder_at(case, now) if first.at <= now else first.at
    label = f"{case.reminders.subject} reminder, {first.days} days, {bogota_date(first.at)}"
    return [(at, label)]


def _loan(case: Case, now: datetime) -> list[tuple[datetime, str]]:  # noqa: ARG001
    if case.loan is None or case.loan.ending is not None:
        return []
    return [(start_of_day(case.loan.ends_on + DAY), f"loan ends on {case.loan.ends_on}")]


def _certificate(case: Case, now: datetime) -> list[tuple[datetime, str]]:
    latest = case.track.latest
    if latest is None or case.track.end_recorded:
        return []
    days = [(renewal_from(latest, case.policy), "renewal offered from")]
    for each in case.track.certificates:
        days += [(each.valid_from, "own certificate valid from"), (each.valid_until + DAY, "certificate over")]
    today = bogota_date(now)
    return [(start_of_day(day), f"{what} {day}") for day, what in days if day > today]


def _request(case: Case, now: datetime) -> list[tuple[datetime, str]]:
    late = _late_from(case)
    if case.rules < ATTENTION_BY_CAUSE or late is None or late <= bogota_date(now):
        return []
    return [(start_of_day(late), "the certificate should be issued by now")]


def _review(case: Case, now: datetime) -> list[tuple[datetime, str]]:  # noqa: ARG001
    return [] if case.review_due_at is None else [(case.review_due_at, "review of the letter is late")]


_DEADLINES: tuple[Callable[[Case, datetime], list[tuple[datetime, str]]], ...] = (
    _jobs,
    _reminder,
    _loan,
    _certificate,
    _request,
    _review,
    deliveries.expiring_deadline,
)
