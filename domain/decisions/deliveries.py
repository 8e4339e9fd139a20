"""The queue of events for the billing backend: what joins it, when the first one is tried, and how it leaves.

In order per company: only the first event is tried, and the next one once it is delivered or given up. Its own queue,
beside the case's steps: a receiver that is down holds up nothing else.
"""

from datetime import datetime, timedelta

from domain.case import rules
from domain.case.attention import AttentionKind
from domain.case.case import SYSTEM, Case
from domain.case.events import Delivery, DeliveryOutcome, EventType, WebhookEvent, WebhookTried, event_id
from domain.remarks import remark
from domain.views.events import current_events, loan_expiring_at

GIVE_UP_AFTER = timedelta(days=3)
"""Of failures, and of an event's own age."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""Waits after each round of tries that failed; the last one stands for all later ones."""
AWAY = timedelta(hours=1)
"""A try that comes so much too late, no worker was there for: a busy one is minutes late, a round lasts minutes."""
TRIES_AT_FIRST = 3
"""Within seconds, so that a short breakdown costs the case no wait; later rounds have one."""
MOST_WAITING = 40
MOST_KEPT = 30
STANDING = frozenset(
    {EventType.LOAN_STARTED, EventType.LOAN_EXPIRING, EventType.CERTIFICATE_ACTIVE, EventType.CERTIFICATE_EXPIRING}
)
"""Events that tell what the company signs with."""
GONE = "gone"
"""Subject of the attention that a receiver which wants no events asks for."""


def learned(case: Case, delivers: bool, now: datetime) -> Case:
    """Return the case after it heard from a worker whether there is an address to deliver to.

    A worker without one turns nothing off here: it may be of an older version, or about to get its settings.
    """
    if not delivers or case.webhooks.on or case.webhooks.gone:
        return case
    return turned_on(case, now)


def turned_on(case: Case, now: datetime) -> Case:
    """Return the case that announces what happens from now on, and at once where it stands, but nothing that is over.

    So whoever hears that a loan ended has heard that it started.
    """
    case = _with_loan_expiring_at(_changed(case, on=True, gone=False))
    before, current = case.webhooks.known, current_events(case, now)
    return _changed(case, known=tuple(each.id for each in current if each.id in before or not _stands(case, each)))


def _stands(case: Case, event: WebhookEvent) -> bool:
    over = case.loan is not None and case.loan.ending is not None
    return event.type in STANDING and not (over and event.type is EventType.LOAN_STARTED)


def noticed(case: Case, now: datetime) -> Case:
    """Return the case with what is new among the events of its state waiting for delivery."""
    if not case.webhooks.on:
        return case
    case = _with_loan_expiring_at(case)
    current = current_events(case, now)
    before, known = case.webhooks.known, tuple(each.id for each in current)
    if known == before:
        return case
    for event in current:
        if event.id not in before:
            case = _joined(case, event, now)
    return _changed(case, known=known)


def expiring_deadline(case: Case, now: datetime) -> list[tuple[datetime, str]]:  # noqa: ARG001  # as the other deadlines
    """Return when the loan begins to expire, if that is still to come."""
    box = case.webhooks
    if not box.on or box.loan_expiring_at is None or case.loan is None or case.loan.ending is not None:
        return []
    known = event_id(case.company_id, EventType.LOAN_EXPIRING) in box.known
    return [] if known else [(box.loan_expiring_at, "the loan expires soon")]


def next_try(case: Case, now: datetime) -> tuple[WebhookEvent, timedelta] | None:
    """Return the event that is tried next and how long it still waits; None when all is told."""
    box = case.webhooks
    if not box.waiting:
        return None
    wait = timedelta(0) if box.next_try_at is None else max(box.next_try_at - now, timedelta(0))
    return box.waiting[0], wait


def tries(case: Case) -> int:
    """Return how often the next round tries."""
    return 1 if case.webhooks.failures else TRIES_AT_FIRST


def begun(case: Case, now: datetime) -> Case:
    """Return the case whose first event is being tried."""
    due = case.webhooks.next_try_at
    return _changed(case if due is None else _held_up(case, now - due), next_try_at=None)


def _held_up(case: Case, late: timedelta) -> Case:
    """Return the case whose events have so much more time, where a try is so late that no worker was there for it."""
    if case.rules < rules.OWN_OUTAGES_DO_NOT_COUNT or late < AWAY:
        return case
    waiting = (
        each.model_copy(update={"held_up_seconds": each.held_up_seconds + int(late.total_seconds())})
        for each in case.webhooks.waiting
    )
    return _changed(case, waiting=tuple(waiting))


def tried(case: Case, event: WebhookEvent, result: WebhookTried, now: datetime) -> Case:
    """Return the case after the receiver answered: it took the event, or wants none, or there is no receiver."""
    attempts = _waiting(case, event).attempts + result.attempts
    if result.outcome is DeliveryOutcome.DELIVERED:
        case = _ended(case, event.id, DeliveryOutcome.DELIVERED, now, attempts)
        case = _changed(case, failures=0, failing_since=None, error=None, next_try_at=None)
        return case.settle_attention(AttentionKind.WEBHOOK, subject=event.id)
    case = _all_ended(_with_attempts(case, event, attempts), result.outcome, now)
    if result.outcome is DeliveryOutcome.OFF:
        return _changed(case, on=False).record(now, SYSTEM, "webhooks_off")
    case = _changed(case, on=False, gone=True).record(now, SYSTEM, "webhooks_gone")
    return case.raise_attention(now, AttentionKind.WEBHOOK, GONE, remark("webhooks_gone"))


def failed(case: Case, event: WebhookEvent, attempts: int, error_type: str, began: datetime, now: datetime) -> Case:
    """Return the case after a round of so many tries that failed: the event waits, or is given up after three days.

    Days on which no worker was there are none of the receiver's, whether the round waited for one or broke off.
    """
    case = _held_up(case, now - began)
    box = case.webhooks
    since = box.failing_since or now
    case = _with_attempts(case, event, _waiting(case, event).attempts + attempts)
    case = _changed(case, failures=box.failures + 1, failing_since=since, error=error_type)
    if case.closing is not None:
        return _given_up_at_closing(case, now)
    held_up = timedelta(seconds=_waiting(case, event).held_up_seconds)
    until = max(event.at, since) + held_up + GIVE_UP_AFTER
    if now < until:
        pause = PAUSES[min(box.failures, len(PAUSES) - 1)]
        return _changed(case, next_try_at=min(now + pause, until))
    case = _ended(case, event.id, DeliveryOutcome.GIVEN_UP, now)
    case = case.record(now, SYSTEM, "webhook_given_up", event_type=event.type, event_id=event.id)
    why = remark("webhook_given_up", event_type=event.type, event=event.id, error=error_type)
    return case.raise_attention(now, AttentionKind.WEBHOOK, event.id, why)


def give_up_at_closing(case: Case, now: datetime) -> Case:
    """Return a closing case without the events that wait for a receiver which is down: it holds no case open."""
    if case.closing is None or case.webhooks.next_try_at is None:
        return case
    return _given_up_at_closing(case, now)


def _given_up_at_closing(case: Case, now: datetime) -> Case:
    count = len(case.webhooks.waiting)
    return _all_ended(case, DeliveryOutcome.GIVEN_UP, now).record(now, SYSTEM, "webhook_given_up", count=count)


def found(case: Case, wanted: str, now: datetime) -> WebhookEvent | None:
    """Return an event that can be sent again: one that was not delivered, or one that is still true."""
    for each in reversed(case.webhooks.deliveries):
        if each.id == wanted and each.data is not None:
            return WebhookEvent(id=each.id, type=each.type, at=each.at, data=each.data)
    if not (case.webhooks.on or case.webhooks.deliveries):
        return None
    at = {each.id: each.at for each in case.webhooks.deliveries}
    current = (*case.webhooks.waiting, *current_events(case, now))
    event = next((each for each in current if each.id == wanted), None)
    return None if event is None else event.model_copy(update={"at": at.get(wanted, event.at)})


def again(case: Case, event: WebhookEvent, now: datetime) -> Case:
    """Return the case that sends an event once more, after those that wait, and tries at once."""
    if not case.webhooks.on:
        case = turned_on(case, now)
    case = _changed(_joined(case, event, now), next_try_at=None, failures=0, failing_since=None)
    return case.settle_attention(AttentionKind.WEBHOOK, subject=GONE)


def _joined(case: Case, event: WebhookEvent, now: datetime) -> Case:
    waiting = case.webhooks.waiting
    if any(each.id == event.id for each in waiting):
        return case
    if len(waiting) >= MOST_WAITING:
        # The first one may be under way.
        case = _ended(case, waiting[1].id, DeliveryOutcome.GIVEN_UP, now)
        case = case.record(now, SYSTEM, "webhook_given_up", event_type=waiting[1].type, event_id=waiting[1].id)
    return _changed(case, waiting=(*case.webhooks.waiting, event))


def _all_ended(case: Case, outcome: DeliveryOutcome, now: datetime) -> Case:
    for each in case.webhooks.waiting:
        case = _ended(case, each.id, outcome, now)
    return _changed(case, failures=0, failing_since=None, error=None, next_try_at=None)


def _ended(case: Case, wanted: str, outcome: DeliveryOutcome, now: datetime, attempts: int | None = None) -> Case:
    """Return the case with an event moved from what waits to what is over."""
    box = case.webhooks
    event = next(each for each in box.waiting if each.id == wanted)
    delivery = Delivery(
        id=event.id,
        type=event.type,
        at=event.at,
        outcome=outcome,
        attempts=event.attempts if attempts is None else attempts,
        ended_at=now.replace(microsecond=0),
        data=None if outcome is DeliveryOutcome.DELIVERED else event.data,
    )
    earlier = tuple(each for each in box.deliveries if each.id != wanted)
    return _changed(
        case,
        waiting=tuple(each for each in box.waiting if each.id != wanted),
        deliveries=(*earlier, delivery)[-MOST_KEPT:],
    )


def _waiting(case: Case, event: WebhookEvent) -> WebhookEvent:
    return next(each for each in case.webhooks.waiting if each.id == event.id)


def _with_attempts(case: Case, event: WebhookEvent, attempts: int) -> Case:
    return _changed(
        case,
        waiting=tuple(
            each.model_copy(update={"attempts": attempts}) if each.id == event.id else each
            for each in case.webhooks.waiting
        ),
    )


def _with_loan_expiring_at(case: Case) -> Case:
    if case.loan is None or case.webhooks.loan_expiring_at is not None:
        return case
    return _changed(case, loan_expiring_at=loan_expiring_at(case.loan, case))


def _changed(case: Case, **changes: object) -> Case:
    return case.evolve(webhooks=case.webhooks.model_copy(update=changes))
