"""The own certificate: issued, or sent back with observations."""

from datetime import datetime

from domain.attention import AttentionKind
from domain.calendar import bogota_date
from domain.case import Case
from domain.certificate import MOST_KEPT, Certificate
from domain.decisions.repeats import RepeatedError, digest, once
from domain.errors import NotAllowedNowError
from domain.jobs import TellNotice
from domain.messages import CertificateIssued, CertificateRejected
from domain.notices import NoticeKind, Reason
from domain.reminders import Reminders, Subject, plan


def certificate_issued(case: Case, message: CertificateIssued, now: datetime) -> Case:
    """Register an issued certificate, paid through this case or not, and plan the reminders before its end."""
    today = bogota_date(now)
    key = f"certificate:{_bare(message.serial)}"
    if key in case.seen:
        _refuse_other_dates(case, message)
        raise RepeatedError
    if message.valid_until < message.valid_from:
        raise NotAllowedNowError(
            f"valid_until: {message.valid_until} lies before valid_from {message.valid_from}; check both dates"
        )
    if message.valid_until < today:
        raise NotAllowedNowError(f"valid_until: {message.valid_until} has passed; register a certificate that is valid")
    certificate = Certificate(
        serial=message.serial,
        valid_from=message.valid_from,
        valid_until=message.valid_until,
        fingerprint_sha256=message.fingerprint_sha256,
        issuer=message.issuer,
    )
    still_valid = tuple(each for each in case.track.certificates if each.valid_until >= today)
    track = case.track.model_copy(
        update={
            "certificates": (*still_valid, certificate)[-MOST_KEPT:],
            "request": None,
            "end_recorded": False,
        }
    )
    case = once(case, key).evolve(track=track)
    case = case.settle_attention(
        AttentionKind.INSUFFICIENT_PAYMENT, AttentionKind.UNEXPECTED_PAYMENT, AttentionKind.NO_CERTIFICATE
    )
    if track.latest == certificate:
        case = with_certificate_reminders(case, certificate)
    term = f"{message.valid_from} to {message.valid_until}"
    case = case.record(now, message.by, "certificate_issued", term)
    return case.enqueue(
        TellNotice(notice=NoticeKind.CERTIFICATE_ACTIVE, key=f"certificate/{digest(message.serial)}/active")
    )


def with_certificate_reminders(case: Case, certificate: Certificate) -> Case:
    """Return the case with the reminders planned before a certificate's end, in place of any others."""
    planned = plan(
        certificate.valid_until,
        (certificate.valid_until - certificate.valid_from).days,
        case.policy.certificate_reminder_days,
        case.company_id,
        case.calendar,
    )
    reminders = Reminders(
        subject=Subject.CERTIFICATE,
        ends_on=certificate.valid_until,
        planned=planned,
        record=case.reminders.record,
        muted_until=case.reminders.muted_until,
    )
    return case.evolve(reminders=reminders)


def certificate_rejected(case: Case, message: CertificateRejected, now: datetime) -> Case:
    """Keep the issuer's observations; the company mends its data and the request goes on."""
    request = case.track.request
    if request is None:
        raise NotAllowedNowError("no certificate is in process; a rejection needs a paid request that is still open")
    key = f"observations:{request.number}:{digest(message.observations)}"
    case = once(case, key)
    rejected = request.model_copy(update={"observations": message.observations})
    case = case.evolve(track=case.track.model_copy(update={"request": rejected}))
    case = case.record(now, message.by, "certificate_rejected", message.observations)
    return case.enqueue(
        TellNotice(
            notice=NoticeKind.CERTIFICATE_REJECTED,
            key=f"request/{request.number}/{digest(message.observations)}",
            reasons=(Reason(code="observations", message=message.observations[:400]),),
        )
    )


def redo_request(case: Case) -> Case:
    """Return the case with a rejected request open again, after the data it was rejected for have changed."""
    request = case.track.request
    if request is None or request.observations is None:
        return case
    number = case.track.requests_made + 1
    redone = request.model_copy(update={"number": number, "observations": None})
    return case.evolve(track=case.track.model_copy(update={"request": redone, "requests_made": number}))


def _refuse_other_dates(case: Case, message: CertificateIssued) -> None:
    known = next((each for each in case.track.certificates if _bare(each.serial) == _bare(message.serial)), None)
    if known is not None and (known.valid_from, known.valid_until) != (message.valid_from, message.valid_until):
        raise NotAllowedNowError(
            f"serial {message.serial} is registered as valid {known.valid_from} to {known.valid_until}, this message "
            f"says {message.valid_from} to {message.valid_until}; check the serial"
        )


def _bare(serial: str) -> str:
    """Return a serial in the one form in which it is compared: issuers print it with and without colons."""
    return serial.upper().replace(":", "")
