"""What the company may sign with today: a pure function of both tracks."""

from datetime import date
from enum import StrEnum

from domain.case.certificate import CertificateTrack
from domain.case.loan import Loan
from domain.model import Model


class Signing(StrEnum):
    """Which certificate signs."""

    OWN = "own"
    LOAN = "loan"
    NONE = "none"


class Entitlement(Model):
    """Which certificate signs, and up to which day, inclusive."""

    signing: Signing
    until: date | None = None


def entitlement(track: CertificateTrack, loan: Loan | None, today: date) -> Entitlement:
    """Return what the company may sign with on a day. The own certificate goes before the loan."""
    own = track.valid_on(today)
    if own is not None:
        return Entitlement(signing=Signing.OWN, until=own.valid_until)
    if loan is not None and loan.covers(today):
        return Entitlement(signing=Signing.LOAN, until=loan.ends_on)
    return Entitlement(signing=Signing.NONE)
