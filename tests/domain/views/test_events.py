"""What the billing backend is told, in which words, and when: each event once, whatever led to it."""

import json
from datetime import date, datetime, timedelta

import pytest

from domain.case.case import Case
from domain.case.events import EventType, event_id
from domain.case.loan import FirstAcceptance
from domain.decisions import clock
from domain.letter.examination import Verdict
from domain.reason import Reason
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    live,
    opened,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)


def a_receiver() -> Outside:
    return Outside(delivers=True)


def data_of(world: Outside, kind: str) -> dict[str, object]:
    return next(event.data for _, event in world.events if event.type == kind)


def at_of(world: Outside, kind: str) -> datetime:
    return next(event.at for _, event in world.events if event.type == kind)


def test_a_whole_life_is_told_in_the_order_in_which_it_came_about() -> None:
    world = a_receiver()
    case = with_loan(opened(world), world=world)
    case = live(case, NOW, bogota("2026-12-10 10:00"), world)
    case = with_payment(case, bogota("2026-12-10 10:00"), world)
    case = with_certificate(case, bogota("2026-12-20 10:00"), world)
    live(case, bogota("2026-12-20 10:00"), bogota("2028-01-10 10:00"), world)

    assert world.told() == [
        *("letter.accepted", "loan.started", "loan.expiring", "certificate.active", "loan.ended"),
        *("certificate.expiring", "certificate.expired"),
    ]


def test_the_loan_tells_its_days_and_how_it_ended() -> None:
    world = a_receiver()

    live(with_loan(opened(world), world=world), NOW, bogota("2027-01-10 10:00"), world)

    days = {"starts_on": "2026-11-24", "ends_on": "2026-12-24", "last_safe_purchase_on": "2026-12-10"}
    assert data_of(world, "loan.started") == days
    assert data_of(world, "loan.expiring") == days
    assert data_of(world, "loan.ended") == {**days, "ended_on": "2026-12-24", "ending": "expired"}


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_a_loan_that_ends_early_says_so_and_never_expires(how: str) -> None:
    world = a_receiver()
    case = with_loan(opened(world), world=world)

    case = send(case, "loan_revoked", reason="fraud") if how == "revoked" else with_certificate(case, world=world)
    live(case, NOW, bogota("2027-02-10 10:00"), world)

    assert data_of(world, "loan.ended")["ending"] == how
    assert "loan.expiring" not in world.told()


def test_the_loan_expires_when_its_first_reminder_is_due_muted_or_not() -> None:
    world, muted = a_receiver(), a_receiver()
    planned = with_loan(a_case()).reminders.planned[0].at

    live(with_loan(opened(world), world=world), NOW, bogota("2026-12-20 10:00"), world)
    silent = with_loan(opened(muted), world=muted)
    silent = send(silent, "reminders_muted", until="2027-12-31", reason="asked for it")
    live(silent, NOW, bogota("2026-12-20 10:00"), muted)

    assert at_of(world, "loan.expiring") == at_of(muted, "loan.expiring") == planned
    assert (len(world.mails), len(muted.mails), world.told()) == (3, 1, muted.told())


def test_a_loan_without_a_reminder_before_its_end_expires_on_its_last_day() -> None:
    world = a_receiver()

    live(with_loan(opened(world, loan_reminder_days=(-1, 60)), world=world), NOW, bogota("2027-01-10 10:00"), world)

    assert at_of(world, "loan.expiring").date() == date(2026, 12, 24)


def test_a_loan_that_ended_while_nobody_looked_is_not_told_to_expire() -> None:
    world = a_receiver()

    settle(with_loan(opened(world), world=world), bogota("2027-03-01 10:00"), world)

    assert world.told() == ["letter.accepted", "loan.started", "loan.ended"]


def test_a_certificate_is_active_from_its_first_day_and_expires_when_its_renewal_is_offered() -> None:
    world = a_receiver()
    case = with_certificate(opened(world), world=world, valid_from=date(2026, 12, 1), days=365)
    assert world.told() == []

    live(case, NOW, bogota("2027-12-10 10:00"), world)

    days = {"valid_from": "2026-12-01", "valid_until": "2027-12-01"}
    assert [(event.type.value, event.at, event.data) for _, event in world.events] == [
        ("certificate.active", bogota("2026-12-01 00:00"), days),
        ("certificate.expiring", bogota("2027-11-01 00:00"), {**days, "renewal_from": "2027-11-01"}),
        ("certificate.expired", bogota("2027-12-02 00:00"), days),
    ]


def test_a_certificate_that_is_shorter_than_its_renewal_window_expires_from_its_first_day_on() -> None:
    world = a_receiver()
    case = with_certificate(opened(world), world=world, valid_from=date(2026, 12, 1), days=10)
    assert world.told() == []

    live(case, NOW, bogota("2026-12-05 10:00"), world)

    assert world.told() == ["certificate.active", "certificate.expiring"]


def test_a_renewed_certificate_is_not_told_to_have_expired() -> None:
    world = a_receiver()
    case = with_certificate(opened(world), world=world, days=100)
    case = with_certificate(case, world=world, serial="0C2D", valid_from=date(2027, 3, 5), days=365)

    live(case, NOW, bogota("2027-12-01 10:00"), world)

    assert world.told() == ["certificate.active", "certificate.active"]
    assert len({event.id for _, event in world.events}) == 2


def test_corrected_days_of_a_certificate_are_told_as_another_event() -> None:
    world = a_receiver()
    case = with_certificate(opened(world), world=world)

    with_certificate(case, world=world, days=300)

    assert [event.data["valid_until"] for _, event in world.events] == ["2027-11-24", "2027-09-20"]
    assert len({event.id for _, event in world.events}) == 2


def test_a_letter_tells_its_verdict_with_codes_and_no_sentence() -> None:
    world = a_receiver()
    case = with_upload(with_letter(opened(world)), "U1", world=world, verdict=Verdict.UNDER_REVIEW)
    settle(send(case, "letter_reviewed", decision="reject", reason="Zoraida's name is missing"), world=world)

    letter = {"upload_id": "U1", "folio": "AC-1"}
    assert [(event.type.value, event.data) for _, event in world.events] == [
        ("letter.under_review", {**letter, "verdict": "under_review", "reasons": ["blurred"]}),
        ("letter.rejected", {**letter, "verdict": "rejected", "reasons": ["review"]}),
    ]
    assert "Zoraida" not in json.dumps([event.data for _, event in world.events])


def test_a_file_that_came_late_is_told_apart_from_the_missing_one() -> None:
    world = Outside(delivers=True, missing={"U1"})
    case = with_upload(with_letter(opened(world)), "U1", world=world)
    world.missing.clear()

    with_upload(case, "U1", world=world, verdict=Verdict.REJECTED)

    assert world.told() == ["letter.rejected", "letter.rejected"]
    assert len({event.id for _, event in world.events}) == 2


def test_the_id_of_an_event_is_the_same_wherever_and_whenever_it_is_made() -> None:
    first, second = a_receiver(), a_receiver()

    with_loan(opened(first), world=first)
    with_loan(opened(second), bogota("2026-12-01 10:00"), second)

    assert [event.id for _, event in first.events][1:] == [event.id for _, event in second.events][1:]
    assert event_id("C1001", "loan.started") == "evt_7330a7548f83c56c6ea47e2a"
    assert event_id("C1002", "loan.started") != event_id("C1001", "loan.started")


def test_nothing_is_kept_of_a_case_without_webhooks() -> None:
    case = with_certificate(with_loan(a_case()))

    assert "webhooks" not in case.stored()


def test_a_case_that_began_before_is_told_of_with_its_next_mail_and_from_then_on() -> None:
    case, world = with_loan(a_case()), a_receiver()
    assert settle(case, bogota("2026-12-08 10:00"), world) == case

    live(case, NOW, bogota("2027-01-10 10:00"), world)

    assert world.told() == ["loan.started", "loan.expiring", "loan.ended"]
    assert world.events[0][0] == world.events[1][0] == world.mails[0][0]


def test_what_is_over_when_a_case_is_told_of_for_the_first_time_is_not_told() -> None:
    case = settle(with_loan(a_case()), bogota("2027-01-10 10:00"))
    case, world = with_certificate(case, bogota("2027-01-11 10:00")), a_receiver()
    case = send(case, "notice_requested", bogota("2027-01-12 10:00"), notice="certificate_active", reason="lost")

    settle(case, bogota("2027-01-12 10:00"), world)

    assert world.told() == ["certificate.active"]


def test_a_case_that_is_reopened_repeats_nothing() -> None:
    world = a_receiver()
    case = settle(send(with_loan(opened(world), world=world), "activation_closed", reason="left"), world=world)
    told = world.told()

    settle(opened(world, NOW + timedelta(days=1), json.loads(json.dumps(case.stored()))), world=world)

    assert world.told() == told


def test_a_case_that_was_terminated_and_started_anew_repeats_its_loan_under_the_same_id() -> None:
    world = a_receiver()
    with_loan(opened(world), world=world)
    world.first = FirstAcceptance(upload_id="U1", received_at=NOW)

    settle(opened(world, NOW + timedelta(days=1)), NOW + timedelta(days=1), world)

    assert [event.id for _, event in world.events if event.type is EventType.LOAN_STARTED] == [
        event_id("C1001", "loan.started")
    ] * 2


def test_the_case_wakes_for_the_loans_last_weeks_when_no_reminder_does() -> None:
    world = a_receiver()
    case = with_payment(with_loan(opened(world), world=world), world=world)
    case = case.evolve(reminders=case.reminders.model_copy(update={"planned": ()}))

    deadline = clock.next_deadline(case, NOW)

    assert deadline == (case.webhooks.loan_expiring_at, "the loan expires soon")


def test_a_reason_of_the_checker_crosses_as_its_code() -> None:
    world = a_receiver()
    case = with_upload(with_letter(opened(world)), "U1", world=world, verdict=Verdict.REJECTED)

    [version] = case.letter.versions
    assert version.reasons == (Reason(code="blurred", message="La carta no se lee."),)
    assert data_of(world, "letter.rejected")["reasons"] == ["blurred"]


def looked_at(case: Case, now: datetime) -> Case:
    return clock.tick(case, now)


def test_a_second_look_announces_nothing() -> None:
    world = a_receiver()
    case = looked_at(with_loan(opened(world), world=world), NOW)

    assert looked_at(case, NOW + timedelta(hours=1)) == case
