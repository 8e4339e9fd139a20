"""The own-certificate track: quoted, paid, in process, active, expiring, expired, or rejected and redone."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.case.policy import Policy
from domain.case.steps import all_completed
from domain.model import Model

MOST_KEPT = 6
"""Certificates and payments kept in a case, newest last; older ones are in the billing's books."""


LONGEST_TERM_DAYS = 1830
"""Five years and some days: no issuer gives more, so a longer term is a slip of the keyboard."""


class CertificateState(StrEnum):
    """Where the own certificate stands. A renewal under way does not hide that the old one is active."""

    QUOTED = "quoted"
    PAID = "paid"
    IN_PROCESS = "in_process"
    REJECTED = "rejected"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class PaymentStanding(StrEnum):
    """What a recorded payment counts for."""

    CONFIRMED = "confirmed"
    INSUFFICIENT = "insufficient"
    """Below the quoted total: recorded, but not a payment."""
    UNEXPECTED = "unexpected"
    """Nothing was on sale: one is in process, or the active one is not near its end."""


class Payment(Model):
    """Money that somebody says has been paid, in whole pesos."""

    reference: str
    amount_cop: int
    standing: PaymentStanding
    recorded_at: datetime
    paid_at: datetime | None = None
    method: str | None = None


class Certificate(Model):
    """An issued certificate: references and dates only, never a key. Both days are inclusive."""

    serial: str
    valid_from: date
    valid_until: date
    fingerprint_sha256: str | None = None
    issuer: str | None = None
    fulfilled: int | None = None
    """Number of the paid request that it was issued for, which is open again should it be withdrawn."""


class CertificateRequest(Model):
    """A paid certificate that is not issued yet. `observations` is set while it waits to be redone."""

    number: int
    observations: str | None = None
    opened_on: date | None = None
    """The day of the payment in Bogotá; None in older cases."""


class CertificateTrack(Model):
    """Everything known about the company's own certificate."""

    payments: tuple[Payment, ...] = ()
    request: CertificateRequest | None = None
    requests_made: int = 0
    certificates: tuple[Certificate, ...] = ()
    end_recorded: bool = False
    """The latest certificate's end stands in the timeline."""

    @property
    def latest(self) -> Certificate | None:
        """The certificate that is valid longest."""
        return max(self.certificates, key=lambda each: each.valid_until, default=None)

    def valid_on(self, day: date) -> Certificate | None:
        """Return the certificate that signs on a day, the longest-lived if several do."""
        valid = [each for each in self.certificates if each.valid_from <= day <= each.valid_until]
        return max(valid, key=lambda each: each.valid_until, default=None)

    def bought_on(self, day: date) -> bool:
        """Tell whether a certificate is paid, or issued and not over: its buyer is never told to buy."""
        return self.request is not None or (self.latest is not None and self.latest.valid_until >= day)

    def payment(self, reference: str) -> Payment | None:
        """Return the payment recorded under a reference."""
        return next((each for each in self.payments if each.reference == reference), None)


def renewal_from(certificate: Certificate, policy: Policy) -> date:
    """Return the first day on which another certificate is offered."""
    return certificate.valid_until - timedelta(days=policy.renewal_window_days)


def purchase_offered(track: CertificateTrack, today: date, policy: Policy) -> bool:
    """Tell whether a certificate may be bought today.

    Not while one is in process, nor before the last days of a valid one: nobody pays twice for the same year.
    """
    if track.request is not None:
        return False
    return track.latest is None or today >= renewal_from(track.latest, policy)


def certificate_state(track: CertificateTrack, steps: Collection[int], today: date, policy: Policy) -> CertificateState:
    """Return where the own certificate stands on a day.

    Paid becomes in process once the six steps are finished, since only then can the certificate be requested (S18).
    """
    valid = track.valid_on(today)
    if valid is not None:
        latest = track.latest or valid
        return CertificateState.EXPIRING if today >= renewal_from(latest, policy) else CertificateState.ACTIVE
    if track.request is not None:
        if track.request.observations is not None:
            return CertificateState.REJECTED
        return CertificateState.IN_PROCESS if all_completed(steps) else CertificateState.PAID
    if track.latest is None:
        return CertificateState.QUOTED
    return CertificateState.IN_PROCESS if track.latest.valid_from > today else CertificateState.EXPIRED
