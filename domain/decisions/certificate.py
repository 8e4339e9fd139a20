"""The own certificate: issued, or sent back with observations."""

from datetime import date, datetime

from domain.calendar import DAY, bogota_date
from domain.case.attention import AttentionKind
from domain.case.bounds import bounded
from domain.case.case import Case
from domain.case.certificate import LONGEST_TERM_DAYS, MOST_KEPT, Certificate, CertificateRequest, CertificateTrack
from domain.case.jobs import RecordAcceptance, TellNotice
from domain.case.loan import LoanEnding
from domain.case.reminders import Subject, plan
from domain.case.rules import (
    ATTENTION_BY_CAUSE,
    CERTIFICATES_CAN_BE_WITHDRAWN,
    LETTER_OUTLASTS_A_MISTAKE,
    LOAN_RESUMES,
    REQUEST_STAYS,
    SERIALS_ARE_NUMBERS,
    WHOLE_DAYS_COUNT,
)
from domain.decisions.repeats import RepeatedError, digest, once
from domain.errors import NotAllowedNowError
from domain.messages.fields import first_day, last_day
from domain.messages.models import CertificateIssued, CertificateRejected, CertificateWithdrawn
from domain.notices import NoticeKind
from domain.reason import Reason
from domain.remarks import remark


def certificate_issued(case: Case, message: CertificateIssued, now: datetime) -> Case:
    """Register an issued certificate, paid through this case or not, and plan the reminders before its end."""
    today = bogota_date(now)
    key = _key(case, message.serial)
    known = _known(case, message.serial)
    message = _in_days(case, message, known, now)
    corrects = known is not None and message.is_from_support
    if key in case.seen and not corrects:
        _refuse_other_dates(known, message)
        raise RepeatedError
    if known is not None and _term(known) == (message.valid_from, message.valid_until):
        raise RepeatedError
    _refuse_impossible_dates(message, today)
    if case.rules >= REQUEST_STAYS:
        _refuse_impossible_term(message)
    certificate = _of(message)
    track = _with_certificate(case, certificate, known, today)
    case = _settled(case if corrects else once(case, key), certificate, known, today).evolve(track=track)
    case = _with_loan_of_the_letter(_with_loan_resumed(case, message.by, now), message, now)
    if track.latest is not None and (corrects or track.latest.serial == certificate.serial):
        case = with_certificate_reminders(case, track.latest)
    case = case.record(
        now,
        message.by,
        "certificate_corrected" if corrects else "certificate_issued",
        message.reason,
        valid_from=message.valid_from,
        valid_until=message.valid_until,
    )
    told = f"certificate/{digest(message.serial)}/{message.valid_until}"
    if case.rules >= ATTENTION_BY_CAUSE:
        # A mail about another that still waits would tell the same dates: they are filled in when it is sent.
        case = case.without_mails(_tells_of_a_certificate, now)
    return case.enqueue(TellNotice(notice=NoticeKind.CERTIFICATE_ACTIVE, key=told))


def _in_days(case: Case, message: CertificateIssued, known: Certificate | None, now: datetime) -> CertificateIssued:
    """Return the message with days in the place of instants; one that is told again has the days that it had."""
    begins, ends = message.valid_from, message.valid_until
    if case.rules < WHOLE_DAYS_COUNT:
        first, last = (bogota_date(each) if isinstance(each, datetime) else each for each in (begins, ends))
    else:
        first, last = first_day(begins, now), last_day(ends)
        if known is not None and isinstance(begins, datetime) and known.valid_from - DAY == first:
            first = known.valid_from  # it was still to come when it was told first
    return message.model_copy(update={"valid_from": first, "valid_until": last})


def _tells_of_a_certificate(mail: TellNotice) -> bool:
    return mail.notice is NoticeKind.CERTIFICATE_ACTIVE


def _with_certificate(case: Case, certificate: Certificate, known: Certificate | None, today: date) -> CertificateTrack:
    """Return the track with a certificate. It is what was paid for if it is new and ends last."""
    others = tuple(each for each in case.track.certificates if each is not known and each.valid_until >= today)
    stays = known is not None or any(each.valid_until >= certificate.valid_until for each in others)
    request = case.track.request if stays and case.rules >= REQUEST_STAYS else None
    last = max(each.valid_until for each in (*others, certificate))
    if case.rules >= CERTIFICATES_CAN_BE_WITHDRAWN:
        fulfilled = case.track.request.number if case.track.request is not None and request is None else None
        before = known.fulfilled if known is not None else None
        certificate = certificate.model_copy(update={"fulfilled": fulfilled or before})
    certificates = bounded((*others, certificate), MOST_KEPT, lambda each: each.valid_until < last)
    return case.track.model_copy(update={"certificates": certificates, "request": request, "end_recorded": False})


def _settled(case: Case, certificate: Certificate, known: Certificate | None, today: date) -> Case:
    """Return the case without what the certificate settles: a payment that bought it while nothing was on sale."""
    if case.rules < ATTENTION_BY_CAUSE:
        return case.settle_attention(
            AttentionKind.INSUFFICIENT_PAYMENT, AttentionKind.UNEXPECTED_PAYMENT, AttentionKind.NO_CERTIFICATE
        )
    if known is None and case.track.request is None:
        case = case.settle_attention(AttentionKind.UNEXPECTED_PAYMENT)
    return case.settle_attention(AttentionKind.NO_CERTIFICATE) if certificate.valid_from <= today else case


def certificate_withdrawn(case: Case, message: CertificateWithdrawn, now: datetime) -> Case:
    """Take away a certificate registered by mistake: loan, reminders and request stand as if it had not been."""
    known = _known(case, message.serial)
    if known is None and _key(case, message.serial, "withdrawn") in case.seen:
        raise RepeatedError
    if case.rules < CERTIFICATES_CAN_BE_WITHDRAWN:
        raise NotAllowedNowError(remark("earlier_rules"))
    if not message.is_from_support:
        raise NotAllowedNowError(remark("support_only"))
    if known is None:
        raise NotAllowedNowError(remark("certificate_unknown", serial=message.serial))
    left = tuple(each for each in case.track.certificates if each is not known)
    last = max(left, key=lambda each: each.valid_until, default=None)
    over = last is not None and last.valid_until < bogota_date(now)
    request = case.track.request
    if request is None and known.fulfilled is not None:
        request = CertificateRequest(number=known.fulfilled, opened_on=bogota_date(now))
    track = case.track.model_copy(update={"certificates": left, "request": request, "end_recorded": over})
    case = case.forget(_key(case, known.serial)).remember(_key(case, known.serial, "withdrawn"))
    case = case.evolve(track=track).without_mails(_tells_of_a_certificate, now)
    case = case.record(now, message.by, "certificate_withdrawn", message.reason, serial=known.serial)
    case = _with_loan_of_the_letter(_with_loan_resumed(case, message.by, now), message, now)
    return _with_reminders_of_what_is_left(case, last, now)


def _with_reminders_of_what_is_left(case: Case, last: Certificate | None, now: datetime) -> Case:
    """Return the case with the reminders before the end of the certificate or the loan that is left, still to come."""
    if last is not None:
        case = with_certificate_reminders(case, last)
    elif case.loan is not None and case.loan.ending is None:
        policy, ends_on = case.policy, case.loan.ends_on
        planned = plan(ends_on, policy.loan_days, policy.loan_reminder_days, case.company_id, case.calendar)
        case = case.evolve(reminders=case.reminders.planned_anew(Subject.LOAN, ends_on, planned))
    else:
        return case.evolve(reminders=case.reminders.model_copy(update={"planned": ()}))
    to_come = tuple(each for each in case.reminders.planned if each.at > now)
    return case.evolve(reminders=case.reminders.model_copy(update={"planned": to_come}))


def _with_loan_resumed(case: Case, by: str, now: datetime) -> Case:
    """Return the case whose loan runs on if the certificate that ended it has been corrected to begin later."""
    loan = case.loan
    if loan is None or loan.ending is not LoanEnding.REPLACED or case.rules < LOAN_RESUMES:
        return case
    if loan.ended_on is None or case.own_valid_on(loan.ended_on):
        return case
    return case.evolve(loan=loan.resumed()).record(now, by, "loan_resumed")


def _with_loan_of_the_letter(case: Case, message: CertificateIssued | CertificateWithdrawn, now: datetime) -> Case:
    """Return the case that writes down the accepted letter if only a wrong certificate stood in its loan's way."""
    letter = case.letter.attached
    if letter is None or case.loan is not None or case.rules < LETTER_OUTLASTS_A_MISTAKE:
        return case
    if case.own_valid_on(bogota_date(letter.received_at)) or case.own_valid_on(bogota_date(now)):
        return case
    return case.enqueue(
        RecordAcceptance(
            upload_id=letter.upload_id, received_at=letter.received_at, by=message.by, reason=message.reason
        )
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
    return case.evolve(reminders=case.reminders.planned_anew(Subject.CERTIFICATE, certificate.valid_until, planned))


def certificate_rejected(case: Case, message: CertificateRejected, now: datetime) -> Case:
    """Keep the issuer's observations; the company mends its data and the request goes on."""
    request = case.track.request
    if request is None:
        raise NotAllowedNowError(remark("no_request"))
    key = f"observations:{request.number}:{digest(message.observations)}"
    case = once(case, key)
    rejected = request.model_copy(update={"observations": message.observations})
    case = case.evolve(track=case.track.model_copy(update={"request": rejected}))
    case = case.record(now, message.by, "certificate_rejected", message.observations)
    return case.enqueue_newest(
        TellNotice(
            notice=NoticeKind.CERTIFICATE_REJECTED,
            key=f"request/{request.number}/{digest(message.observations)}",
            reasons=(Reason(code="observations", message=message.observations[:400]),),
        ),
        now,
    )


def redo_request(case: Case) -> Case:
    """Return the case with a rejected request open again, after the data it was rejected for have changed."""
    request = case.track.request
    if request is None or request.observations is None:
        return case
    number = case.track.requests_made + 1
    redone = request.model_copy(update={"number": number, "observations": None})
    return case.evolve(track=case.track.model_copy(update={"request": redone, "requests_made": number}))


def _of(message: CertificateIssued) -> Certificate:
    return Certificate(
        serial=message.serial,
        valid_from=message.valid_from,
        valid_until=message.valid_until,
        fingerprint_sha256=message.fingerprint_sha256,
        issuer=message.issuer,
    )


def _known(case: Case, serial: str) -> Certificate | None:
    return next((each for each in case.track.certificates if _is_serial(case, each.serial, serial)), None)


def _term(certificate: Certificate) -> tuple[date, date]:
    return certificate.valid_from, certificate.valid_until


def _refuse_impossible_dates(message: CertificateIssued, today: date) -> None:
    if message.valid_until < message.valid_from:
        raise NotAllowedNowError(
            remark("dates_reversed", valid_from=message.valid_from, valid_until=message.valid_until)
        )
    if message.valid_until < today:
        raise NotAllowedNowError(remark("certificate_past", valid_until=message.valid_until))


def _refuse_impossible_term(message: CertificateIssued) -> None:
    if (message.valid_until - message.valid_from).days > LONGEST_TERM_DAYS:
        raise NotAllowedNowError(
            remark("term_too_long", valid_from=message.valid_from, valid_until=message.valid_until)
        )


def _refuse_other_dates(known: Certificate | None, message: CertificateIssued) -> None:
    if known is not None and _term(known) != (message.valid_from, message.valid_until):
        raise NotAllowedNowError(
            remark(
                "serial_recorded",
                serial=message.serial,
                recorded_from=known.valid_from,
                recorded_until=known.valid_until,
                valid_from=message.valid_from,
                valid_until=message.valid_until,
            )
        )


def _key(case: Case, serial: str, what: str = "certificate") -> str:
    """Return the key by which a serial is remembered, as an earlier revision wrote it if one did."""
    key = f"{what}:{serial.upper().replace(':', '')}"
    if key in case.seen or case.rules < SERIALS_ARE_NUMBERS:
        return key
    alike = (each for each in case.seen if each.startswith(f"{what}:") and _number(each) == _number(key))
    return next(alike, f"{what}:{_number(key)}")


def _number(key: str) -> str:
    return key.partition(":")[2].lstrip("0")


def _is_serial(case: Case, one: str, other: str) -> bool:
    bare = [each.upper().replace(":", "") for each in (one, other)]
    if case.rules >= SERIALS_ARE_NUMBERS:
        bare = [each.lstrip("0") for each in bare]
    return bare[0] == bare[1]
