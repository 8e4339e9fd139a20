"""Which events the state of a case tells of. What is new among them is what happened.

An event follows from the state alone, so every way that leads there announces it: a message, a step's result, the
clock, or a look after an outage. One that came and went while nobody looked is not announced.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.certificate import Certificate, renewal_from
from domain.case.events import EventType, WebhookEvent, event_id
from domain.case.letters import SignedVersion
from domain.case.loan import Loan
from domain.case.policy import Policy
from domain.case.reminders import plan
from domain.letter.examination import Verdict

_BY_VERDICT = {
    Verdict.UNDER_REVIEW: EventType.LETTER_UNDER_REVIEW,
    Verdict.ACCEPTED: EventType.LETTER_ACCEPTED,
    Verdict.REJECTED: EventType.LETTER_REJECTED,
}


def current_events(case: Case, now: datetime) -> tuple[WebhookEvent, ...]:
    """Return everything that is true of a case, in the order in which it usually comes about."""
    return tuple(
        WebhookEvent(
            id=event_id(case.company_id, f"{kind}{name}"), type=kind, at=now.replace(microsecond=0), data=_json(data)
        )
        for kind, name, data in _found(case, now)
    )


def loan_expiring_at(loan: Loan, case: Case) -> datetime:
    """Return when the first reminder before the loan's last day is due by the policy, sent or not.

    It is the instant of that reminder, so that the case wakes once for both. Without one it is the last day.
    """
    days = max((each for each in _before_the_end(case.policy)), default=0)
    [first] = plan(loan.ends_on, case.policy.loan_days, [days], case.company_id, case.calendar)
    return first.at


def _before_the_end(policy: Policy) -> Iterator[int]:
    return (days for days in policy.loan_reminder_days if 0 <= days < policy.loan_days)


Found = tuple[EventType, str, dict[str, Any]]
"""Its type, what tells it from others of that type in the company, and what it says."""


def _found(case: Case, now: datetime) -> Iterator[Found]:
    for version in case.letter.versions:
        yield _letter(version)
    if case.loan is not None:
        yield from _loan_running(case, case.loan, now)
    yield from _certificates_active(case, now)
    if case.loan is not None and case.loan.ending is not None:
        yield EventType.LOAN_ENDED, "", {**_loan(case.loan), "ended_on": case.loan.ended_on, "ending": case.loan.ending}
    yield from _certificate_ends(case, now)


def _letter(version: SignedVersion) -> Found:
    # A file that was missing may come late under the same id, and be rejected for another reason.
    name = f"/{version.upload_id}/{'' if version.sha256 is None else version.sha256[:12]}"
    codes = [each.code for each in version.reasons]
    said = {"upload_id": version.upload_id, "folio": version.folio, "verdict": version.verdict, "reasons": codes}
    return _BY_VERDICT[version.verdict], name, said


def _loan_running(case: Case, loan: Loan, now: datetime) -> Iterator[Found]:
    yield EventType.LOAN_STARTED, "", _loan(loan)
    expiring_at = case.webhooks.loan_expiring_at
    if loan.ending is None and expiring_at is not None and expiring_at <= now:
        yield EventType.LOAN_EXPIRING, "", _loan(loan)


def _loan(loan: Loan) -> dict[str, Any]:
    days = {"starts_on": loan.starts_on, "ends_on": loan.ends_on}
    return {**days, "last_safe_purchase_on": loan.last_safe_purchase_on}


def _certificates_active(case: Case, now: datetime) -> Iterator[Found]:
    today = bogota_date(now)
    for each in case.track.certificates:
        if each.valid_from <= today <= each.valid_until:
            yield EventType.CERTIFICATE_ACTIVE, _named(each), _certificate(each)


def _certificate_ends(case: Case, now: datetime) -> Iterator[Found]:
    """Only the certificate that ends last tells of its end: after an earlier one the company goes on signing."""
    latest, today = case.track.latest, bogota_date(now)
    if latest is None:
        return
    offered = renewal_from(latest, case.policy)
    if max(offered, latest.valid_from) <= today <= latest.valid_until:
        yield EventType.CERTIFICATE_EXPIRING, _named(latest), {**_certificate(latest), "renewal_from": offered}
    if case.track.end_recorded:
        yield EventType.CERTIFICATE_EXPIRED, _named(latest), _certificate(latest)


def _named(certificate: Certificate) -> str:
    return f"/{certificate.serial}/{certificate.valid_from}/{certificate.valid_until}"


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {"valid_from": certificate.valid_from, "valid_until": certificate.valid_until}


def _json(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else str(value) for name, value in data.items()}
