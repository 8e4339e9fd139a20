"""What a mail tells about the addresses of a company: which one took it, which is dead, which is to be tried again.

A mail that one of two addresses took counts as sent. The other address alone is tried again, under the same key, so
that nobody gets it twice; the waits suit a server that puts unknown senders off, and end within three days.
"""

from datetime import datetime, timedelta
from typing import Final

from domain.calendar import bogota_date
from domain.case.attention import AttentionKind
from domain.case.case import SYSTEM, Case
from domain.case.jobs import REMINDER, TellNotice
from domain.case.reminders import Milestone, ReminderOutcome
from domain.case.rules import REFUSED_MAILS_COME_BACK
from domain.notices import Addressee, NoticeSent
from domain.remarks import remark
from domain.views.mails import build_reminder, may_be_told

REST_AFTER: Final = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""Waits before each further try of an address that did not take a mail for now."""
MOST_REFUSED: Final = 10
REMINDER_KEYS: Final = "reminder/"
EVERY_ADDRESS: Final = "mail"
"""Subject of the attention where no address is left; otherwise it is whose address it is."""


def refused_mail(case: Case, mail: TellNotice, now: datetime) -> Case:
    """Return the case of which every address refused a mail: it is owed again once an address is corrected."""
    case = case.evolve(refused_mails=(*case.refused_mails, mail.model_copy(update={"rest": 0}))[-MOST_REFUSED:])
    return refused(case, mail.notice, now)


def refused(case: Case, what: str, now: datetime) -> Case:
    """Return the case of which every address was refused: it asks for another."""
    return case.raise_attention(now, AttentionKind.MAILBOX, EVERY_ADDRESS, remark("every_address_refused", what=what))


def learned(case: Case, sent: TellNotice, result: NoticeSent, now: datetime) -> Case:
    """Return the case after a mail that at least one address took, or may have."""
    if result.reached is None:
        return case.settle_attention(AttentionKind.MAILBOX)
    for subject in (EVERY_ADDRESS, *result.reached) if result.reached else ():
        case = case.settle_attention(AttentionKind.MAILBOX, subject=subject)
    for owner in result.dead:
        case = _dead(case, owner, sent.notice, now)
    return _owe_the_rest(case, sent, result, now)


def _dead(case: Case, owner: Addressee, what: str, now: datetime) -> Case:
    return case.raise_attention(now, AttentionKind.MAILBOX, owner, remark(f"address_of_{owner}", what=what))


def _owe_the_rest(case: Case, sent: TellNotice, result: NoticeSent, now: datetime) -> Case:
    if not result.later:
        return case
    if sent.rest < len(REST_AFTER):
        rest = sent.model_copy(update={"rest": sent.rest + 1})
        return case.enqueue(rest, not_before=now + REST_AFTER[sent.rest])
    for owner in result.later:
        case = _dead(case, owner, sent.notice, now)
    return case.record(now, SYSTEM, "notice_given_up", notice=sent.notice)


def corrected(case: Case, owner: Addressee | None, now: datetime) -> Case:
    """Return the case after new data of the company or the representative, or of nobody's address.

    What no address took is owed again; whether it is still true is looked at before it is sent.
    """
    for subject in (EVERY_ADDRESS, owner) if owner else (EVERY_ADDRESS,):
        case = case.settle_attention(AttentionKind.MAILBOX, subject=subject)
    if owner is None or case.rules < REFUSED_MAILS_COME_BACK:
        return case
    for mail in case.refused_mails:
        case = case.enqueue(mail)
    return _with_the_refused_reminder(case.evolve(refused_mails=()), now)


def _with_the_refused_reminder(case: Case, now: datetime) -> Case:
    """Return the case owing the last reminder again if it was refused; a later one has told what it would have."""
    reminders = case.reminders
    last = reminders.record[-1] if reminders.record else None
    if last is None or last.outcome is not ReminderOutcome.REFUSED or last.subject is not reminders.subject:
        return case
    if case.sending == REMINDER:
        return case  # a later one is on its way
    ends_on = reminders.ends_on
    if ends_on is None or case.calendar.on_or_before(ends_on - timedelta(days=last.days)) > bogota_date(now):
        return case  # it was about another end
    if not may_be_told(case, build_reminder(case, last.days, now).kind, now):
        return case
    again = Milestone(days=last.days, at=now)
    return case.evolve(reminders=reminders.model_copy(update={"planned": (again, *reminders.planned)}))


def without_rests_of_reminders(case: Case, now: datetime) -> Case:
    """Return the case after a more urgent reminder: an earlier one is not sent to the other address any more."""
    return case.without_mails(is_rest_of_a_reminder, now)


def is_rest_of_a_reminder(job: object) -> bool:
    """Tell whether a job is a reminder that one of two addresses has already."""
    return isinstance(job, TellNotice) and job.rest > 0 and job.key.startswith(REMINDER_KEYS)
