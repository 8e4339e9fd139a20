"""The one word for where a case stands, and what support can search by."""

from datetime import date, datetime
from enum import StrEnum

from domain.calendar import bogota_date, end_of_day
from domain.case.case import Case
from domain.case.certificate import CertificateState, certificate_state
from domain.case.loan import LoanEnding
from domain.model import Model


class Stage(StrEnum):
    """The search attribute `ActivationStage`. What helps the company most comes first."""

    CERTIFICATE_ACTIVE = "certificate_active"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    CERTIFICATE_REJECTED = "certificate_rejected"
    CERTIFICATE_IN_PROCESS = "certificate_in_process"
    LOAN_ACTIVE = "loan_active"
    LETTER_UNDER_REVIEW = "letter_under_review"
    CERTIFICATE_EXPIRED = "certificate_expired"
    LOAN_ENDED = "loan_ended"
    LETTER_ISSUED = "letter_issued"
    STARTED = "started"
    CLOSED = "closed"


QUIET = frozenset({Stage.CERTIFICATE_ACTIVE, Stage.CERTIFICATE_EXPIRED, Stage.LOAN_ENDED})
"""Stages in which a case sleeps for months, and its history is worth cutting short."""

_BY_CERTIFICATE = {
    CertificateState.ACTIVE: Stage.CERTIFICATE_ACTIVE,
    CertificateState.EXPIRING: Stage.CERTIFICATE_EXPIRING,
    CertificateState.REJECTED: Stage.CERTIFICATE_REJECTED,
    CertificateState.PAID: Stage.CERTIFICATE_IN_PROCESS,
    CertificateState.IN_PROCESS: Stage.CERTIFICATE_IN_PROCESS,
}


class SearchValues(Model):
    """The values of the four search attributes. An end that is not known is not set."""

    stage: Stage
    loan_ends_at: datetime | None = None
    certificate_ends_at: datetime | None = None
    needs_attention: bool = False


def stage_of(case: Case, today: date) -> Stage:
    """Return where a running case stands on a day."""
    state = certificate_state(case.track, case.steps, today, case.policy)
    if state in _BY_CERTIFICATE:
        return _BY_CERTIFICATE[state]
    if case.loan is not None and case.loan.covers(today):
        return Stage.LOAN_ACTIVE
    if case.letter.under_review is not None:
        return Stage.LETTER_UNDER_REVIEW
    if state is CertificateState.EXPIRED:
        return Stage.CERTIFICATE_EXPIRED
    if case.loan is not None:
        return Stage.LOAN_ENDED
    return Stage.LETTER_ISSUED if case.letter.issued is not None else Stage.STARTED


def search_values(case: Case, now: datetime) -> SearchValues:
    """Return what support can search a running case by."""
    loan, latest = case.loan, case.track.latest
    lent = loan is not None and loan.ending in {None, LoanEnding.EXPIRED}
    return SearchValues(
        stage=stage_of(case, bogota_date(now)),
        loan_ends_at=end_of_day(loan.ends_on) if loan is not None and lent else None,
        certificate_ends_at=None if latest is None else end_of_day(latest.valid_until),
        needs_attention=bool(case.attention),
    )
