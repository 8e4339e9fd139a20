"""What a mail may say today: the facts of a notice, and whether they are true."""

from datetime import datetime

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.certificate import PaymentStanding, renewal_from
from domain.case.loan import LoanEnding, last_safe_purchase
from domain.case.reminders import Subject
from domain.letter.examination import Verdict
from domain.notices import Notice, NoticeKind
from domain.reason import Reason

LOAN_NOTICES = frozenset(
    {NoticeKind.LOAN_STARTED, NoticeKind.LOAN_REMINDER, NoticeKind.LOAN_ENDED, NoticeKind.LOAN_REVOKED}
)
CERTIFICATE_NOTICES = frozenset(
    {NoticeKind.CERTIFICATE_ACTIVE, NoticeKind.CERTIFICATE_REMINDER, NoticeKind.CERTIFICATE_ENDED}
)


def build_notice(
    case: Case,
    kind: NoticeKind,
    key: str,
    now: datetime,
    *,
    amount_cop: int | None = None,
    reasons: tuple[Reason, ...] = (),
) -> Notice:
    """Return a mail with the dates as they stand now."""
    today = bogota_date(now)
    starts_on = ends_on = safe_on = renewal_on = None
    if kind in LOAN_NOTICES and case.loan is not None:
        starts_on, ends_on = case.loan.starts_on, case.loan.ends_on
        safe_on = case.loan.last_safe_purchase_on
    elif kind in CERTIFICATE_NOTICES and case.track.latest is not None:
        latest = case.track.latest
        starts_on, ends_on = latest.valid_from, latest.valid_until
        safe_on = max(last_safe_purchase(ends_on, case.policy, case.calendar), starts_on)
        offered = renewal_from(latest, case.policy)
        renewal_on = offered if offered > today else None
    elif kind is NoticeKind.PAYMENT_RECEIVED and case.loan is not None and case.loan.covers(today):
        ends_on = case.loan.ends_on
    return Notice(
        company_id=case.company_id,
        key=key,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        days_left=None if ends_on is None else (ends_on - today).days,
        last_safe_purchase_on=safe_on,
        renewal_from=renewal_on,
        amount_cop=amount_cop,
        reasons=reasons,
    )


def build_reminder(case: Case, days: int, now: datetime) -> Notice:
    """Return the reminder of a milestone: before the last day, or after it, by today's date.

    Its key holds what ends and when, so that a reopened case does not send it a second time.
    """
    ends_on = case.reminders.ends_on
    over = ends_on is not None and bogota_date(now) > ends_on
    if case.reminders.subject is Subject.LOAN:
        kind = NoticeKind.LOAN_ENDED if over else NoticeKind.LOAN_REMINDER
    else:
        kind = NoticeKind.CERTIFICATE_ENDED if over else NoticeKind.CERTIFICATE_REMINDER
    return build_notice(case, kind, f"reminder/{case.reminders.subject}/{ends_on}/{days}", now)


def may_be_told(case: Case, kind: NoticeKind, now: datetime) -> bool:
    """Tell whether a mail would be true today. A reminder to buy is not, once somebody has bought."""
    today = bogota_date(now)
    loan, latest, request = case.loan, case.track.latest, case.track.request
    upcoming, bought = latest is not None and latest.valid_until >= today, case.track.bought_on(today)
    facts = {
        NoticeKind.LOAN_STARTED: loan is not None and loan.covers(today),
        NoticeKind.LOAN_REMINDER: loan is not None and loan.covers(today) and not bought,
        NoticeKind.LOAN_ENDED: loan is not None and loan.ending is LoanEnding.EXPIRED and not bought,
        NoticeKind.LOAN_REVOKED: loan is not None and loan.ending is LoanEnding.REVOKED,
        NoticeKind.LETTER_REJECTED: any(each.verdict is Verdict.REJECTED for each in case.letter.versions),
        NoticeKind.LETTER_UNDER_REVIEW: case.letter.under_review is not None,
        NoticeKind.REVIEW_NEEDED: case.letter.under_review is not None,
        NoticeKind.PAYMENT_RECEIVED: any(each.standing is PaymentStanding.CONFIRMED for each in case.track.payments),
        NoticeKind.CERTIFICATE_REJECTED: request is not None and request.observations is not None,
        NoticeKind.CERTIFICATE_ACTIVE: upcoming,
        NoticeKind.CERTIFICATE_REMINDER: upcoming and request is None,
        NoticeKind.CERTIFICATE_ENDED: latest is not None and not bought,
    }
    return facts[kind]
