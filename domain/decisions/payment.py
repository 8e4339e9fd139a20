"""A payment of the certificate."""

from datetime import datetime

from domain.calendar import bogota_date
from domain.case.attention import AttentionKind
from domain.case.bounds import bounded
from domain.case.case import Case
from domain.case.certificate import MOST_KEPT, CertificateRequest, Payment, PaymentStanding, purchase_offered
from domain.case.jobs import TellNotice
from domain.case.rules import ATTENTION_BY_CAUSE, OVERPAYMENTS_ARE_SEEN
from domain.decisions.repeats import RepeatedError, digest, once
from domain.errors import NotAllowedNowError
from domain.messages.models import PaymentConfirmed
from domain.notices import NoticeKind
from domain.remarks import remark

SUSPICIOUS_TIMES = 2
"""From so many times the total on, somebody should look: a digit too many, or money to give back."""


def payment_confirmed(case: Case, message: PaymentConfirmed, now: datetime) -> Case:
    """Record a payment; one that counts opens the request for the certificate.

    The loan goes on (decision 2). A payment below the total, or one while nothing is on sale, is kept for a person to
    settle. The same reference with another amount corrects an insufficient payment: it is the whole amount, not a rest.
    """
    recorded = case.track.payment(message.reference)
    if recorded is None:
        known_as_short = case.knows(_short_key(message))
        case = case.forget(_short_key(message)) if known_as_short else once(case, _key(message))
    elif recorded.amount_cop == message.amount_cop:
        return _looked_at(case, message, now)
    elif recorded.standing is not PaymentStanding.INSUFFICIENT:
        raise NotAllowedNowError(
            remark(
                "payment_recorded",
                reference=message.reference,
                recorded_cop=recorded.amount_cop,
                amount_cop=message.amount_cop,
            )
        )
    standing = _standing(case, message, now)
    payment = Payment(
        reference=message.reference,
        amount_cop=message.amount_cop,
        standing=standing,
        recorded_at=now.replace(microsecond=0),
        paid_at=message.paid_at,
        method=message.method,
    )
    others = tuple(each for each in case.track.payments if each.reference != message.reference)
    case = case.evolve(
        track=case.track.model_copy(update={"payments": bounded((*others, payment), MOST_KEPT, _counts_for_nothing)})
    )
    return _EFFECTS[standing](case, message, now)


def _key(message: PaymentConfirmed) -> str:
    return f"payment:{digest(message.reference)}"


def _short_key(message: PaymentConfirmed) -> str:
    """Return the key that remembers a payment as insufficient, when newer ones have pushed it out of the record."""
    return f"short:{digest(message.reference)}"


def _looked_at(case: Case, message: PaymentConfirmed, now: datetime) -> Case:
    """Take a payment that is told again: from support and with a reason, it says that a person has dealt with it."""
    kinds = (AttentionKind.INSUFFICIENT_PAYMENT, AttentionKind.UNEXPECTED_PAYMENT)
    settled = case.settle_attention(*kinds, subject=message.reference)
    if settled is case or not (message.is_from_support and message.reason) or case.rules < ATTENTION_BY_CAUSE:
        raise RepeatedError
    return settled.record(now, message.by, "payment_settled", message.reason, reference=message.reference)


def _counts_for_nothing(payment: Payment) -> bool:
    return payment.standing is not PaymentStanding.CONFIRMED


def _standing(case: Case, message: PaymentConfirmed, now: datetime) -> PaymentStanding:
    if message.amount_cop < case.policy.total_cop:
        return PaymentStanding.INSUFFICIENT
    if not purchase_offered(case.track, bogota_date(now), case.policy):
        return PaymentStanding.UNEXPECTED
    return PaymentStanding.CONFIRMED


def _confirmed(case: Case, message: PaymentConfirmed, now: datetime) -> Case:
    number = case.track.requests_made + 1
    request = CertificateRequest(number=number, opened_on=bogota_date(now))
    case = case.evolve(track=case.track.model_copy(update={"request": request, "requests_made": number}))
    if case.rules >= ATTENTION_BY_CAUSE:
        case = case.settle_attention(AttentionKind.INSUFFICIENT_PAYMENT, subject=message.reference)
    else:
        case = case.settle_attention(AttentionKind.INSUFFICIENT_PAYMENT, AttentionKind.UNEXPECTED_PAYMENT)
    case = case.record(now, message.by, "payment_confirmed", message.reason, reference=message.reference)
    if case.rules >= OVERPAYMENTS_ARE_SEEN and 0 < case.policy.total_cop * SUSPICIOUS_TIMES <= message.amount_cop:
        much = {"amount_cop": message.amount_cop, "total_cop": case.policy.total_cop, "reference": message.reference}
        why = remark("payment_too_large", **much)
        case = case.raise_attention(now, AttentionKind.UNEXPECTED_PAYMENT, message.reference, why)
    return case.enqueue(
        TellNotice(
            notice=NoticeKind.PAYMENT_RECEIVED,
            key=f"payment/{digest(message.reference)}",
            amount_cop=message.amount_cop,
        )
    )


def _insufficient(case: Case, message: PaymentConfirmed, now: datetime) -> Case:
    short: dict[str, str | int] = {
        "amount_cop": message.amount_cop,
        "total_cop": case.policy.total_cop,
        "reference": message.reference,
    }
    if case.rules >= ATTENTION_BY_CAUSE and not case.knows(_short_key(message)):
        case = case.remember(_short_key(message))
    case = case.record(now, message.by, "payment_insufficient", message.reason, **short)
    why = remark("payment_short", **short)
    return case.raise_attention(now, AttentionKind.INSUFFICIENT_PAYMENT, message.reference, why)


def _unexpected(case: Case, message: PaymentConfirmed, now: datetime) -> Case:
    if case.rules >= ATTENTION_BY_CAUSE:
        case = case.settle_attention(AttentionKind.INSUFFICIENT_PAYMENT, subject=message.reference)
    case = case.record(now, message.by, "payment_unexpected", message.reason, reference=message.reference)
    why = remark("payment_unexpected", reference=message.reference)
    return case.raise_attention(now, AttentionKind.UNEXPECTED_PAYMENT, message.reference, why)


_EFFECTS = {
    PaymentStanding.CONFIRMED: _confirmed,
    PaymentStanding.INSUFFICIENT: _insufficient,
    PaymentStanding.UNEXPECTED: _unexpected,
}
