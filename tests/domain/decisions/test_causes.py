"""Nothing that was paid, lent or owed is undone by a message or a day that is about something else."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.calendar import BusinessCalendar
from domain.case.case import Case
from domain.case.jobs import RecordAcceptance, TellNotice
from domain.case.rules import CURRENT, WHAT_GIVES_WAY_IS_TOLD
from domain.decisions import clock, reminding, results
from domain.decisions.admission import MOST_OWED
from domain.errors import NotAllowedNowError
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from domain.views.mails import build_reminder
from domain.views.status import status
from tests.support.cases import (
    NOW,
    TOTAL_COP,
    Outside,
    a_case,
    bogota,
    deliver,
    live,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)

RENEWAL = bogota("2027-11-10 10:00")


def kinds(case: Case) -> list[str]:
    return [each.kind.value for each in case.attention]


def paid_renewal() -> Case:
    return with_payment(with_certificate(with_payment(a_case())), RENEWAL, reference="FV-88")


def issue(case: Case, first: str, last: str, serial: str = "0A1B", **fields: str) -> Case:
    return send(case, "certificate_issued", RENEWAL, serial=serial, valid_from=first, valid_until=last, **fields)


def test_a_correction_of_the_old_certificate_leaves_a_paid_renewal_open() -> None:
    case = issue(paid_renewal(), "2026-11-24", "2027-11-25")

    assert case.track.request is not None
    assert "await_certificate" in status(case, RENEWAL)["next_actions"]


def test_a_certificate_that_ends_before_the_one_held_leaves_a_paid_renewal_open() -> None:
    case = issue(paid_renewal(), "2026-11-24", "2027-11-20", serial="FFFF")

    assert case.track.request is not None


def test_a_renewed_certificate_is_what_was_paid_for() -> None:
    case = issue(paid_renewal(), "2027-11-25", "2028-11-24", serial="FFFF")

    assert case.track.request is None


def test_a_loan_that_a_mistyped_first_day_ended_runs_on_once_that_is_corrected() -> None:
    case = settle(with_certificate(with_loan(a_case()), valid_from=NOW.date()))
    assert status(case, NOW)["entitlement"] == "own"

    later = NOW + timedelta(days=1)
    first, last = date(2026, 12, 20), date(2027, 12, 20)
    case = settle(send(case, "certificate_issued", later, serial="0A1B", valid_from=first, valid_until=last), later)

    facts = status(case, later)
    assert (facts["entitlement"], facts["loan"]["state"], facts["loan"]["ends_on"]) == ("loan", "active", "2026-12-24")
    assert (
        status(live(case, later, bogota("2026-12-21 09:00"), Outside()), bogota("2026-12-21 09:00"))["entitlement"]
        == "own"
    )


def test_a_term_that_no_certificate_has_is_refused() -> None:
    with pytest.raises(NotAllowedNowError, match="longer than any certificate"):
        send(a_case(), "certificate_issued", serial="1", valid_from="2026-11-24", valid_until="2072-11-24")


def test_a_certificate_that_comes_during_a_reminder_of_the_loan_keeps_its_own_reminder() -> None:
    case = with_loan(a_case(loan_reminder_days=(7,), certificate_reminder_days=(7,)))
    now = case.reminders.planned[0].at
    milestone = reminding.due_reminder(clock.tick(case, now), now)
    assert milestone is not None
    sent = build_reminder(case, milestone.days, now)
    case = with_certificate(case, now)

    case = reminding.reminder_done(case, milestone, sent, Outside().sent(sent, now), now)

    assert [each.days for each in case.reminders.planned] == [7]
    assert case.timeline[-1].named == {"subject": "loan", "days": 7}


def test_who_has_paid_and_gets_no_certificate_in_time_is_looked_after() -> None:
    paid = with_payment(a_case())
    late = BusinessCalendar().after(NOW.date(), 10) + timedelta(days=1)
    deadline = clock.next_deadline(paid, NOW)
    assert deadline is not None

    before = settle(paid, bogota(f"{late - timedelta(days=1)} 23:59"))
    after = settle(paid, deadline[0])

    assert deadline[0] == bogota(f"{late} 00:00")
    assert (kinds(before), kinds(after)) == ([], ["no_certificate"])
    assert kinds(settle(with_certificate(after, deadline[0]), deadline[0])) == []


def test_a_certificate_that_runs_out_while_its_renewal_is_paid_asks_a_person() -> None:
    case = live(paid_renewal(), RENEWAL, bogota("2027-11-26 10:00"), Outside())

    assert kinds(case) == ["no_certificate"]


def test_a_gap_before_the_next_certificate_asks_a_person_until_it_begins() -> None:
    case = with_certificate(paid_renewal(), RENEWAL, serial="0C2D", valid_from=date(2027, 12, 1))
    in_the_gap = live(case, RENEWAL, bogota("2027-11-26 10:00"), Outside())

    assert kinds(in_the_gap) == ["no_certificate"]
    assert kinds(live(in_the_gap, bogota("2027-11-26 10:00"), bogota("2027-12-01 10:00"), Outside())) == []


def test_with_the_queue_full_of_mails_a_certificate_and_the_loans_end_are_taken() -> None:
    case = with_loan(a_case())
    for number in range(70):
        case = deliver(case, "notice_requested", notice="loan_started", reason=str(number))

    case = send(case, "certificate_issued", serial="1", valid_from="2027-01-01", valid_until="2027-12-31")
    case = send(case, "loan_revoked", reason="misuse")

    assert case.loan is not None
    assert case.loan.ending is not None
    assert len(case.queue) <= 64


def test_why_a_letter_was_accepted_stands_in_the_timeline() -> None:
    world = Outside()
    case = with_upload(with_letter(a_case(), world=world), "U1", world=world, verdict=Verdict.UNDER_REVIEW)

    case = send(case, "letter_reviewed", decision="accept", reason="the seal is legible")
    assert [each.job.reason for each in case.queue if isinstance(each.job, RecordAcceptance)] == ["the seal is legible"]
    case = settle(case, world=world)

    [accepted] = [each for each in case.timeline if each.action == "letter_accepted"]
    assert accepted.given == "the seal is legible"


def test_a_silence_that_was_asked_for_also_holds_back_the_mail_of_the_end() -> None:
    holiday = bogota("2026-12-25 09:00")
    case = clock.tick(with_loan(a_case(loan_reminder_days=())), holiday)
    assert [each.job.kind for each in case.queue] == ["tell"]

    case = send(case, "reminders_muted", holiday, until="2027-01-31", reason="asked for it")

    assert clock.tick(case, holiday).queue == ()


def test_a_payment_counts_once_whatever_is_corrected_meanwhile() -> None:
    case = issue(paid_renewal(), "2026-11-24", "2027-11-25")

    case = send(case, "payment_confirmed", RENEWAL, reference="FV-88", amount_cop=TOTAL_COP)

    assert case.repeated_count == 1
    assert status(case, RENEWAL)["payment"]["paid"]


def test_after_an_outage_a_day_has_one_reminder() -> None:
    case = with_loan(a_case(loan_reminder_days=(7, 3)))
    last = case.reminders.planned[1].at
    world = Outside()
    back = last - timedelta(minutes=30)

    case = live(case, back, last + timedelta(hours=3), world)

    sent = [(at, notice.days_left) for at, notice in world.mails if notice.kind.value == "loan_reminder"]
    assert sent == [(last, 3)]
    assert [(each.days, each.outcome.value) for each in case.reminders.record] == [(7, "superseded"), (3, "sent")]


def test_the_acceptance_of_one_letter_leaves_the_review_of_another_due() -> None:
    world = Outside()
    case = with_upload(with_letter(a_case(), world=world), "U1", world=world, verdict=Verdict.UNDER_REVIEW)
    case = send(case, "letter_reviewed", decision="accept", reason="legible")
    accepting = next(each for each in case.queue if isinstance(each.job, RecordAcceptance))
    recorded = world.perform(case, accepting.job, NOW)
    world.verdicts["U2"] = Verdict.UNDER_REVIEW
    case = deliver(case, "letter_uploaded", upload_id="U2")
    checking = case.queue[-1]
    case = results.done(case, checking, world.perform(case, checking.job, NOW), NOW)
    due = case.review_due_at

    case = results.done(case, accepting, recorded, NOW)

    assert due is not None
    assert case.review_due_at == due


def rejected_payment(case: Case, reference: str) -> Case:
    case = deliver(case, "payment_confirmed", reference=reference, amount_cop=TOTAL_COP)
    return deliver(case, "payment_confirmed", reference=reference, amount_cop=TOTAL_COP + 1)


def test_another_payment_leaves_a_rejected_one_to_be_looked_at() -> None:
    case = rejected_payment(a_case(), "FV-1")

    case = deliver(case, "payment_confirmed", reference="FV-2", amount_cop=5)
    case = deliver(case, "payment_confirmed", reference="FV-2", amount_cop=5)

    assert ("rejected_message", "payment_confirmed FV-1") in [(each.kind, each.subject) for each in case.attention]


def test_the_payment_that_was_rejected_settles_it_once_it_is_sent_as_it_is_recorded() -> None:
    case = rejected_payment(a_case(), "FV-1")

    assert kinds(deliver(case, "payment_confirmed", reference="FV-1", amount_cop=TOTAL_COP)) == []


def test_a_payment_of_twice_the_total_counts_and_asks_for_a_look_until_support_has_looked() -> None:
    case = with_payment(a_case())
    assert kinds(case) == []
    case = send(a_case(), "payment_confirmed", reference="FV-1", amount_cop=TOTAL_COP * 10)
    assert case.track.request is not None
    assert kinds(case) == ["unexpected_payment"]

    case = send(
        case, "payment_confirmed", reference="FV-1", amount_cop=TOTAL_COP * 10, reason="the rest was given back"
    )

    assert kinds(case) == []


@pytest.mark.parametrize("again", ["A1B", "0a1b", "0A:1B", "00:0A:1B"])
def test_a_serial_is_a_number_however_it_is_written(again: str) -> None:
    case = with_certificate(a_case(), serial="0A:1B")

    case = with_certificate(case, serial=again)

    assert len(case.track.certificates) == 1
    assert case.repeated_count == 1


def test_a_serial_that_was_taken_under_earlier_rules_is_recognised() -> None:
    before = with_certificate(a_case().evolve(rules=1), serial="0A:1B")

    case = with_certificate(before.evolve(rules=CURRENT), serial="A1B")

    assert (len(case.track.certificates), case.repeated_count) == (1, 1)


def full_of_mails() -> Case:
    case = with_letter(a_case())
    for number in range(MOST_OWED):
        case = case.enqueue(TellNotice(notice=NoticeKind.LOAN_STARTED, key=f"again/{number}"))
    return case


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("attach_letter", {"upload_id": "U1"}),
        ("submit_representative", {"sha256": "1" * 64}),
        ("company_updated", {"sha256": "1" * 64}),
        ("certificate_issued", {"serial": "1", "valid_from": "2026-11-24", "valid_until": "2027-11-24"}),
        ("payment_confirmed", {"reference": "FV-1", "amount_cop": TOTAL_COP}),
        ("step_completed", {"step": 1}),
    ],
)
def test_mails_that_wait_hold_up_no_message_that_matters(name: str, fields: dict[str, Any]) -> None:
    send(full_of_mails(), name, **fields)


def test_mails_that_wait_hold_up_a_request_for_one_more() -> None:
    case = with_loan(a_case()).evolve(queue=full_of_mails().queue)

    with pytest.raises(NotAllowedNowError, match="already wait"):
        send(case, "notice_requested", notice="loan_started", reason="lost")


def test_only_the_newest_of_the_mails_about_rejected_letters_waits_for_the_server() -> None:
    case, world = with_letter(a_case()), Outside()
    for number in range(5):
        world.verdicts[f"U{number}"] = Verdict.REJECTED
        case = send(case, "letter_uploaded", upload_id=f"U{number}")
        case = results.done(case, case.queue[-1], world.perform(case, case.queue[-1].job, NOW), NOW)

    assert [each.job.key for each in case.queue if isinstance(each.job, TellNotice)] == ["letter/U4/rejected"]
    assert [each.action for each in case.timeline].count("notice_dropped") == 4


def test_a_mail_whose_certificate_is_withdrawn_before_it_is_sent_is_told_as_dropped() -> None:
    case = send(a_case(), "certificate_issued", serial="1", valid_from="2026-11-24", valid_until="2027-11-24")

    case = send(case, "certificate_withdrawn", serial="1", reason="another company's")

    assert case.waiting_mails == ()
    assert [each.action for each in case.timeline][-2:] == ["notice_dropped", "certificate_withdrawn"]


def test_under_earlier_rules_a_mail_that_gives_way_adds_no_line_whose_keeping_would_be_another_step() -> None:
    case = a_case().evolve(rules=WHAT_GIVES_WAY_IS_TOLD - 1)
    case = send(case, "certificate_issued", serial="1", valid_from="2026-11-24", valid_until="2027-11-24")

    case = send(case, "certificate_withdrawn", serial="1", reason="another company's")

    assert "notice_dropped" not in [each.action for each in case.timeline]


def test_a_file_that_was_missing_and_then_is_rejected_is_told_twice() -> None:
    world = Outside(missing={"U1"}, verdicts={"U1": Verdict.REJECTED})
    case = settle(send(with_letter(a_case()), "letter_uploaded", upload_id="U1"), world=world)
    world.missing.clear()

    settle(send(case, "letter_uploaded", upload_id="U1"), world=world)

    assert [mail.key for _, mail in world.mails] == ["letter/U1/missing", "letter/U1/rejected"]
