"""The queue of events: in order, with growing waits, given up after three days, asked for again."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.events import DeliveryOutcome, WebhookTried, event_id
from domain.decisions import clock, deliveries
from domain.decisions.admission import MOST_OWED
from domain.errors import NotAllowedNowError
from domain.letter.examination import Verdict
from domain.views.events import current_events
from domain.views.status import status
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    event_to_try,
    opened,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_upload,
)

DOWN = "WebhookNotTakenError"


def a_receiver() -> Outside:
    return Outside(delivers=True)


def with_two_events() -> Case:
    """Return the case that owes the events of an accepted letter and of the loan it started."""
    case = with_loan(a_case()).evolve(webhooks=opened(a_receiver()).webhooks)
    case = clock.tick(case, NOW)
    assert types(case) == ["letter.accepted", "loan.started"]
    return case


def types(case: Case) -> list[str]:
    return [each.type.value for each in case.webhooks.waiting]


def outcomes_of(case: Case) -> list[tuple[str, str, int]]:
    return [(each.type.value, each.outcome.value, each.attempts) for each in case.webhooks.deliveries]


def answered(case: Case, outcome: DeliveryOutcome, now: datetime = NOW) -> Case:
    event = event_to_try(case, now)
    assert event is not None
    return deliveries.tried(deliveries.begun(case, now), event, WebhookTried(outcome=outcome, attempts=1), now)


def not_taken(case: Case, now: datetime = NOW, ended: datetime | None = None) -> Case:
    """Return the case after a round that began now and failed at once, or whose end was learned of later."""
    event = event_to_try(case, now)
    assert event is not None
    return deliveries.failed(deliveries.begun(case, now), event, deliveries.tries(case), DOWN, now, ended or now)


def while_down(case: Case, since: datetime, until: datetime) -> tuple[Case, list[datetime]]:
    """Return the case after a receiver was down for a while, and when it was tried."""
    now, tried = since, []
    while now <= until:
        case = clock.tick(case, now)
        if event_to_try(case, now) is not None:
            tried.append(now)
            case = not_taken(case, now)
        if (found := deliveries.next_try(case, now)) is None:
            break
        now += found[1]
    return case, tried


def kinds(case: Case) -> list[AttentionKind]:
    return [each.kind for each in case.attention]


def test_only_the_first_event_is_tried_and_the_next_one_after_it() -> None:
    case = with_two_events()

    case = not_taken(case)
    assert event_to_try(case, NOW + timedelta(seconds=59)) is None
    case = answered(case, DeliveryOutcome.DELIVERED, NOW + timedelta(minutes=1))

    assert outcomes_of(case) == [("letter.accepted", "delivered", 4)]
    assert types(case) == ["loan.started"]
    assert event_to_try(case, NOW + timedelta(minutes=1)) is not None


def test_the_waits_grow_to_six_hours_and_end_after_three_days() -> None:
    case = with_two_events()

    _, tried = while_down(case, NOW, NOW + timedelta(days=3, minutes=-1))

    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert waits[:4] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
    assert set(waits[4:]) == {timedelta(hours=6)}
    assert len(tried) == 16


def test_after_three_days_an_event_is_given_up_and_the_next_has_three_days_of_its_own() -> None:
    case = with_two_events()
    case = case.evolve(webhooks=case.webhooks.model_copy(update={"waiting": case.webhooks.waiting[:1]}))
    case, _ = while_down(case, NOW, NOW + timedelta(days=1))
    issued = {"serial": "0A1B", "valid_from": "2026-11-25", "valid_until": "2027-11-25"}
    later = send(case, "certificate_issued", NOW + timedelta(days=1), **issued)

    at_three, _ = while_down(later, NOW + timedelta(days=1), NOW + timedelta(days=3, hours=1))
    at_four, _ = while_down(at_three, NOW + timedelta(days=3, hours=1), NOW + timedelta(days=4))

    assert outcomes_of(at_three) == [("letter.accepted", "given_up", 19)]
    assert types(at_three) == ["certificate.active", "loan.ended"]
    assert types(at_four) == []
    assert [each.action for each in at_four.timeline].count("webhook_given_up") == 3


AFTER_THE_OUTAGE = NOW + timedelta(days=9)


def after_an_outage_between_tries(case: Case) -> Case:
    case, _ = while_down(case, NOW, NOW + timedelta(hours=1))
    return not_taken(case, AFTER_THE_OUTAGE)


def after_an_outage_during_a_try(case: Case) -> Case:
    return not_taken(not_taken(case), NOW + timedelta(minutes=1), AFTER_THE_OUTAGE)


@pytest.mark.parametrize("outage", [after_an_outage_between_tries, after_an_outage_during_a_try])
def test_days_without_a_worker_are_none_of_the_receivers(outage: Callable[[Case], Case]) -> None:
    """Two events fail for a while; nine days later a worker is there again, and the receiver still is not."""
    case = outage(with_two_events())
    still, _ = while_down(case, AFTER_THE_OUTAGE, AFTER_THE_OUTAGE + timedelta(days=2, hours=21))
    over, _ = while_down(case, AFTER_THE_OUTAGE, AFTER_THE_OUTAGE + timedelta(days=3))

    assert types(case) == types(still) == ["letter.accepted", "loan.started"]
    assert types(over) == []
    assert case.webhooks.failing_since == NOW


def test_an_event_that_came_just_before_an_outage_has_its_days_after_it() -> None:
    came, back = NOW + timedelta(days=2, hours=22), NOW + timedelta(days=9)
    issued = {"serial": "0A1B", "valid_from": "2026-11-25", "valid_until": "2027-11-25"}
    case, _ = while_down(with_two_events(), NOW, came)
    case = clock.tick(send(case, "certificate_issued", came, **issued), came)

    still, _ = while_down(case, back, back + timedelta(days=2, hours=21))
    over, _ = while_down(case, back, back + timedelta(days=3))

    assert types(still) == ["certificate.active", "loan.ended"]
    assert types(over) == []


def test_under_the_rules_of_before_days_without_a_worker_count() -> None:
    assert types(after_an_outage_between_tries(with_two_events().evolve(rules=2))) == ["loan.started"]


def test_what_is_given_up_asks_for_a_person_who_asks_for_it_again() -> None:
    case, _ = while_down(with_two_events(), NOW, NOW + timedelta(days=4))
    lost, now = event_id("C1001", "loan.started"), NOW + timedelta(days=5)
    assert (types(case), kinds(case)) == ([], [AttentionKind.WEBHOOK, AttentionKind.WEBHOOK])

    case = send(case, "webhook_requested", now, event=lost, reason="the receiver is back")
    assert event_to_try(case, now) is not None
    case = answered(case, DeliveryOutcome.DELIVERED, now)

    assert outcomes_of(case)[-1] == ("loan.started", "delivered", 1)
    assert [each.subject for each in case.attention] == [case.webhooks.deliveries[0].id]
    assert case.webhooks.deliveries[-1].at == NOW.replace(microsecond=0)


def test_an_event_given_up_keeps_what_it_said_even_when_it_is_true_no_more() -> None:
    waiting = with_upload(with_letter(opened(a_receiver())), "U1", verdict=Verdict.UNDER_REVIEW)
    lost = event_id("C1001", f"letter.under_review/U1/{'f' * 12}")
    case = clock.tick(waiting.evolve(webhooks=opened(a_receiver()).webhooks), NOW)
    case, _ = while_down(case, NOW, NOW + timedelta(days=4))
    case = settle(send(case, "letter_reviewed", NOW + timedelta(days=4), decision="reject", reason="no"))

    case = send(case, "webhook_requested", NOW + timedelta(days=5), event=lost, reason="lost")

    assert [each.data["verdict"] for each in case.webhooks.waiting] == ["under_review"]


def test_an_event_that_waits_is_tried_at_once_when_it_is_asked_for() -> None:
    case = not_taken(with_two_events())
    [first, _] = case.webhooks.waiting

    case = send(case, "webhook_requested", NOW + timedelta(seconds=5), event=first.id, reason="the receiver is back")

    assert event_to_try(case, NOW + timedelta(seconds=5)) == first.model_copy(update={"attempts": 3})
    assert types(case) == ["letter.accepted", "loan.started"]


@pytest.mark.parametrize("on", [True, False])
def test_an_event_that_is_none_is_refused(on: bool) -> None:
    case = opened(a_receiver()) if on else with_loan(a_case())
    wanted = event_id("C1001", "certificate.active" if on else "loan.started")

    with pytest.raises(NotAllowedNowError, match="event: evt_"):
        send(case, "webhook_requested", event=wanted, reason="lost")


def test_a_receiver_that_is_gone_gets_nothing_more_until_a_person_asks() -> None:
    case = answered(with_two_events(), DeliveryOutcome.GONE)
    assert outcomes_of(case) == [("letter.accepted", "gone", 1), ("loan.started", "gone", 0)]
    assert kinds(case) == [AttentionKind.WEBHOOK]

    world = a_receiver()
    case = settle(with_certificate(case, world=world), world=world)
    assert (world.told(), case.webhooks.gone) == ([], True)

    case = send(case, "webhook_requested", event=event_id("C1001", "loan.started"), reason="back")
    case = settle(case, world=world)

    assert world.told() == ["loan.started", "certificate.active"]
    assert (case.webhooks.gone, case.attention) == (False, ())


def test_an_event_that_came_while_the_receiver_was_gone_is_sent_once_when_it_is_asked_for() -> None:
    case = clock.tick(with_certificate(answered(with_two_events(), DeliveryOutcome.GONE)), NOW)
    [active] = [each.id for each in current_events(case, NOW) if each.type == "certificate.active"]

    case = clock.tick(send(case, "webhook_requested", event=active, reason="back"), NOW)

    assert types(case) == ["certificate.active"]


def test_a_worker_without_an_address_drops_the_events_and_the_next_mail_of_one_with_it_turns_them_on() -> None:
    case = answered(with_two_events(), DeliveryOutcome.OFF)
    assert (case.webhooks.on, outcomes_of(case)[0], case.attention) == (False, ("letter.accepted", "off", 1), ())

    world = a_receiver()
    settle(send(case, "notice_requested", notice="loan_started", reason="lost"), world=world)

    assert world.told() == []
    assert settle(send(case, "loan_revoked", reason="misuse"), world=a_receiver()).webhooks.on


def test_a_receiver_that_is_down_holds_no_closing_case() -> None:
    case = not_taken(with_two_events())

    case = clock.tick(send(case, "activation_closed", reason="left"), NOW)

    assert outcomes_of(case) == [("letter.accepted", "given_up", 3), ("loan.started", "given_up", 0)]
    assert case.timeline[-1].note == "2 at closing"


def test_a_closing_case_tries_each_event_once() -> None:
    case = clock.tick(send(with_two_events(), "activation_closed", reason="left"), NOW)
    assert types(case) == ["letter.accepted", "loan.started"]

    case = not_taken(answered(case, DeliveryOutcome.DELIVERED))

    assert outcomes_of(case) == [("letter.accepted", "delivered", 1), ("loan.started", "given_up", 3)]


def test_a_flood_of_letters_pushes_out_the_oldest_that_is_not_being_tried() -> None:
    case = with_letter(opened(a_receiver()))
    case = case.evolve(webhooks=opened(a_receiver()).webhooks)
    for number in range(deliveries.MOST_WAITING + 5):
        upload = f"U{number}"
        checked = with_upload(case.evolve(webhooks=opened(Outside()).webhooks), upload, verdict=Verdict.REJECTED)
        case = clock.tick(checked.evolve(webhooks=case.webhooks), NOW)

    waiting = case.webhooks.waiting
    assert len(waiting) == deliveries.MOST_WAITING
    assert [each.data["upload_id"] for each in waiting[:2]] == ["U0", "U6"]
    assert [each.outcome for each in case.webhooks.deliveries] == [DeliveryOutcome.GIVEN_UP] * 5
    assert len(json.dumps(case.webhooks.model_dump(mode="json"))) < 20_000


def test_the_last_thirty_are_kept_and_a_delivered_one_drops_what_it_said() -> None:
    case = with_letter(opened(a_receiver()))
    for number in range(35):
        case = with_upload(case, f"U{number}", verdict=Verdict.REJECTED)

    kept = case.webhooks.deliveries
    assert len(kept) == deliveries.MOST_KEPT
    assert {each.data for each in kept} == {None}
    assert kept[-1].id in case.webhooks.known


def test_the_stored_form_gives_back_what_waits_and_what_is_over() -> None:
    case = not_taken(answered(with_two_events(), DeliveryOutcome.DELIVERED))

    stored = json.loads(json.dumps(case.stored()))
    assert Case.restored(stored) == case
    assert stored["webhooks"]["deliveries"][0][1] == "letter.accepted"


def test_the_status_tells_what_waits_what_fails_and_what_became_of_the_others() -> None:
    case = not_taken(answered(with_two_events(), DeliveryOutcome.DELIVERED))

    facts = status(case, NOW)["webhooks"]

    at = "2026-11-24T15:00:00Z"
    ids = [event_id("C1001", f"letter.accepted/U1/{'f' * 12}"), event_id("C1001", "loan.started")]
    assert facts == {
        "on": True,
        "gone": False,
        "waiting": [{"id": ids[1], "type": "loan.started", "at": at, "attempts": 3}],
        "failing_since": at,
        "error": DOWN,
        "next_try_at": "2026-11-24T15:01:00Z",
        "deliveries": [
            {
                "id": ids[0],
                "type": "letter.accepted",
                "at": at,
                "outcome": "delivered",
                "attempts": 1,
                "ended_at": at,
            }
        ],
    }


def test_events_take_no_place_among_the_steps_a_case_owes() -> None:
    case = not_taken(with_two_events())

    for number in range(MOST_OWED):
        case = send(case, "letter_uploaded", upload_id=f"V{number}")

    assert (len(case.queue), len(case.webhooks.waiting)) == (MOST_OWED, 2)


ANSWERS = st.lists(st.booleans(), min_size=1, max_size=80)


@settings(max_examples=100)
@given(ANSWERS)
def test_whatever_the_receiver_answers_events_arrive_in_order_and_none_twice(answers: list[bool]) -> None:
    case, now, arrived = with_two_events(), NOW, []
    for number, takes in enumerate(answers):
        case = clock.tick(case, now)
        if number % 10 == 5:
            case = settle_upload(case, f"W{number}", now)
        if (event := event_to_try(case, now)) is not None:
            if takes:
                arrived.append(event)
            case = answered(case, DeliveryOutcome.DELIVERED, now) if takes else not_taken(case, now)
        found = deliveries.next_try(case, now)
        now += timedelta(minutes=1) if found is None else found[1]

    assert [each.at for each in arrived] == sorted(each.at for each in arrived)
    assert len({each.id for each in arrived}) == len(arrived)


def settle_upload(case: Case, upload_id: str, now: datetime) -> Case:
    """Return the case after an upload, its events still to deliver."""
    box = case.webhooks
    case = with_upload(case.evolve(webhooks=opened(Outside()).webhooks), upload_id, now, verdict=Verdict.REJECTED)
    return clock.tick(case.evolve(webhooks=box), now)
