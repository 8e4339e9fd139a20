"""What a case may do now, in two lanes: steps that somebody waits for, and mails, which may have to wait for a server.

A case under older rules has one lane, in which a mail that hangs holds up everything behind it.
"""

from datetime import datetime

from domain.case.case import Case
from domain.case.jobs import CheckCompany, IssueLetter, QueuedJob, TellNotice
from domain.case.reminders import Milestone, company_opening
from domain.case.rules import TWO_LANES
from domain.decisions import mailboxes
from domain.decisions.reminding import due_reminder
from domain.decisions.results import FAILURES_BEFORE_ATTENTION
from domain.notices import NoticeKind

ENDS = frozenset({NoticeKind.LOAN_ENDED, NoticeKind.CERTIFICATE_ENDED})
"""Mails that keep to the hours of the reminders whose place they take."""


def next_step(case: Case, now: datetime) -> QueuedJob | Milestone | None:
    """Return the first thing to do now that is no mail; under older rules, the first of all."""
    jobs = (each for each in case.queue if case.rules < TWO_LANES or not isinstance(each.job, TellNotice))
    found = _first_due(case, tuple(jobs), now)
    return due_reminder(case, now) if found is None and case.rules < TWO_LANES else found


def next_mail(case: Case, now: datetime) -> QueuedJob | Milestone | None:
    """Return the mail or the reminder to send now; None under older rules, where `next_step` has it."""
    if case.rules < TWO_LANES or mails_are_held(case):
        return None
    mails = tuple(each for each in case.queue if isinstance(each.job, TellNotice))
    return _first_due(case, mails, now) or due_reminder(case, now)


def mails_are_held(case: Case) -> bool:
    """Tell whether what is owed may change an address, so that a mail of now would go to the old one.

    A step that keeps failing, which a person is asked to look at, holds no mail.
    """
    return case.rules >= TWO_LANES and any(
        _may_change_an_address(case, each) for each in case.queue if each.failures < FAILURES_BEFORE_ATTENTION
    )


def _may_change_an_address(case: Case, queued: QueuedJob) -> bool:
    match queued.job:
        case CheckCompany():
            return True
        case IssueLetter(representative_sha256=ordered):
            return case.representative_sha256 not in (None, ordered)
        case _:
            return False


def _first_due(case: Case, jobs: tuple[QueuedJob, ...], now: datetime) -> QueuedJob | None:
    return next((each for each in jobs if job_at(case, each, now) <= now), None)


def job_at(case: Case, queued: QueuedJob, now: datetime) -> datetime:
    """Return when a job may be tried: now, or later."""
    at = queued.not_before or now
    if isinstance(queued.job, TellNotice) and (
        queued.job.notice in ENDS or mailboxes.is_rest_of_a_reminder(queued.job)
    ):
        return company_opening(case.company_id, max(at, now), case.calendar)
    return at
