"""The whole case as one JSON object, for the `status` query, and what each update answers."""

from datetime import date, datetime
from typing import Any

from domain.bucket import letter_key
from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.certificate import certificate_state, purchase_offered, renewal_from
from domain.case.loan import FirstAcceptance, loan_from
from domain.case.reminders import ReminderOutcome
from domain.case.steps import current_step, nit_locked
from domain.views.actions import next_actions
from domain.views.earlier import rejection_of
from domain.views.entitlement import entitlement
from domain.views.stage import stage_of
from domain.views.timeline import timeline

Json = dict[str, Any]


def status(case: Case, now: datetime) -> Json:
    """Return everything known about a case at an instant. Days are ISO dates in Bogotá, instants are UTC."""
    today = bogota_date(now)
    signing = entitlement(case.track, case.loan, today)
    return {
        "company_id": case.company_id,
        "stage": stage_of(case, today).value,
        "entitlement": signing.signing.value,
        "entitlement_until": _iso(signing.until),
        "payment": payment_status(case, today),
        "certificate": _certificate(case, today),
        "loan": loan_status(case, today),
        "loan_terms": _loan_terms(case, now),
        "letter": letter_status(case),
        "steps": steps_status(case),
        "reminders": _reminders(case),
        "needs_attention": bool(case.attention),
        "attention": [each.model_dump(mode="json") for each in case.attention],
        "rejected_signals": [
            rejection_of(each).model_dump(mode="json") for each in (*case.earlier.rejected, *case.rejected)
        ],
        "rejected_signals_count": case.rejected_count,
        "repeated_messages_count": case.repeated_count,
        "webhooks": _webhooks(case),
        "waiting_to_retry": [each.job.kind for each in case.queue if each.is_tried_again],
        "timeline": [each.model_dump(mode="json") for each in timeline(case)],
        "next_actions": next_actions(case, now),
        "earlier_lines": case.earlier.kept,
        "closing": case.closing,
    }


def payment_status(case: Case, today: date) -> Json:
    """Return whether the certificate is paid, what it costs in whole pesos, and every payment on record."""
    offered = purchase_offered(case.track, today, case.policy)
    return {
        "paid": case.track.request is not None or (case.track.latest is not None and not offered),
        "purchase_offered": offered,
        "price_cop": case.policy.price_cop,
        "iva_cop": case.policy.iva_cop,
        "total_cop": case.policy.total_cop,
        "validity_days": case.policy.validity_days,
        "payments": [each.model_dump(mode="json", exclude_none=True) for each in case.track.payments],
    }


def _certificate(case: Case, today: date) -> Json:
    latest, request = case.track.latest, case.track.request
    return {
        "state": certificate_state(case.track, case.steps, today, case.policy).value,
        "serial": None if latest is None else latest.serial,
        "valid_from": None if latest is None else _iso(latest.valid_from),
        "valid_until": None if latest is None else _iso(latest.valid_until),
        "days_left": None if latest is None else (latest.valid_until - today).days,
        "renewal_from": None if latest is None else _iso(renewal_from(latest, case.policy)),
        "observations": None if request is None else request.observations,
        "certificates": [
            each.model_dump(mode="json", exclude_none=True, exclude={"fulfilled"}) for each in case.track.certificates
        ],
    }


def loan_status(case: Case, today: date) -> Json | None:
    """Return the loan's dates, or None before the first accepted letter."""
    loan = case.loan
    if loan is None:
        return None
    return {
        "state": "active" if loan.ending is None else loan.ending.value,
        "starts_on": _iso(loan.starts_on),
        "ends_on": _iso(loan.ends_on),
        "days_left": max((loan.ends_on - today).days, 0) if loan.ending is None else 0,
        "last_safe_purchase_on": _iso(loan.last_safe_purchase_on),
        "ended_on": _iso(loan.ended_on),
    }


def _loan_terms(case: Case, now: datetime) -> Json:
    """Return what a loan comes to, and its dates if the first correct letter came now; no dates once there is one."""
    loan = None
    if case.loan is None:
        loan = loan_from(FirstAcceptance(upload_id="", received_at=now), case.policy, case.calendar)
    return {
        "days": case.policy.loan_days,
        "upload_limit_bytes": case.policy.upload_limit_bytes,
        "would_start_on": None if loan is None else _iso(loan.starts_on),
        "would_end_on": None if loan is None else _iso(loan.ends_on),
    }


def letter_status(case: Case) -> Json:
    """Return the issued letter and every signed version, oldest first."""
    issued, attached = case.letter.issued, case.letter.attached
    return {
        "folio": None if issued is None else issued.folio,
        "key": None if issued is None else letter_key(case.company_id, issued.folio),
        "sha256": None if issued is None else issued.sha256,
        "issued_at": None if issued is None else _iso(issued.issued_at),
        "attached": None if attached is None else attached.upload_id,
        "versions": [each.model_dump(mode="json") for each in case.letter.versions],
    }


def steps_status(case: Case) -> Json:
    """Return the six steps and where the company is among them; `current` is None once all are done."""
    return {
        "current": current_step(case.steps),
        "completed": list(case.steps),
        "names": list(case.policy.step_names),
        "nit_locked": nit_locked(case.steps),
    }


def _reminders(case: Case) -> Json:
    record, planned = case.reminders.record, case.reminders.planned
    return {
        "sent": [
            {"subject": each.subject.value, "days": each.days, "at": _iso(each.at)}
            for each in record
            if each.outcome is ReminderOutcome.SENT
        ],
        "skipped": [
            {"subject": each.subject.value, "days": each.days, "at": _iso(each.at), "reason": each.outcome.value}
            for each in record
            if each.outcome is not ReminderOutcome.SENT
        ],
        "next": {"subject": case.reminders.subject, "days": planned[0].days, "at": _iso(planned[0].at)}
        if planned
        else None,
        "muted_until": _iso(case.reminders.muted_until),
    }


def _webhooks(case: Case) -> Json:
    """Return the events that wait, the first of them being tried, and the last ones that are over, oldest first."""
    box = case.webhooks
    return {
        "on": box.on,
        "gone": box.gone,
        "waiting": [each.model_dump(mode="json", include={"id", "type", "at", "attempts"}) for each in box.waiting],
        "failing_since": _iso(box.failing_since),
        "error": box.error,
        "next_try_at": _iso(box.next_try_at),
        "deliveries": [each.model_dump(mode="json", exclude={"data"}) for each in box.deliveries],
    }


def _iso(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return None if value is None else value.isoformat()
