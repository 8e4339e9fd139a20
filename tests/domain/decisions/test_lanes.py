"""Two lanes: what somebody waits for is never behind a mail, and a mail under way is told of as it ends."""

from datetime import datetime, timedelta

import pytest

from domain.case.case import Case
from domain.case.jobs import REMINDER, CompanyChecked, QueuedJob, retry_after
from domain.decisions import clock, due, reminding, results
from domain.views.mails import build_reminder
from tests.support.cases import (
    NOW,
    REPRESENTATIVE_SHA,
    TOTAL_COP,
    Outside,
    a_case,
    bogota,
    live,
    send,
    with_certificate,
    with_loan,
)


def under_way(case: Case, now: datetime = NOW) -> tuple[Case, QueuedJob]:
    """Return the case whose next mail is being sent."""
    mail = due.next_mail(clock.tick(case, now), now)
    assert isinstance(mail, QueuedJob)
    return case.evolve(sending=mail.number), mail


def told(case: Case) -> list[str]:
    return [each.action for each in case.timeline if each.action.startswith(("notice", "reminder"))]


def test_a_letter_is_issued_while_a_mail_hangs() -> None:
    case, _ = under_way(send(a_case(), "payment_confirmed", reference="FV-1", amount_cop=TOTAL_COP))

    case = send(case, "submit_representative", sha256=REPRESENTATIVE_SHA)

    step = due.next_step(case, NOW)
    assert isinstance(step, QueuedJob)
    assert step.job.kind == "issue_letter"


def test_a_mail_under_way_is_not_waited_for_with_a_timer_and_a_step_that_failed_meanwhile_is() -> None:
    case = send(with_certificate(a_case()), "notice_requested", notice="certificate_active", reason="lost")
    case, _ = under_way(case)
    case = send(case, "notice_requested", notice="certificate_active", reason="lost again")
    assert clock.next_deadline(clock.tick(case, NOW), NOW) is None

    case = send(case, "company_updated", sha256="9" * 64)
    case = results.failed(case, case.queue[-1], "StoreUnavailableError", False, NOW)

    assert clock.next_deadline(clock.tick(case, NOW), NOW) == (NOW + retry_after(1), "try again")


def test_a_mail_that_is_not_true_any_more_while_it_is_under_way_is_recorded_as_sent_once() -> None:
    world, later = Outside(), bogota("2027-01-04 10:00")
    case = live(with_loan(a_case(loan_reminder_days=()), world=world), NOW, later - timedelta(days=3), Outside())
    case = send(case, "notice_requested", later, notice="loan_ended", reason="lost")
    case, mail = under_way(case, later)
    bought = send(case, "payment_confirmed", later, reference="FV-1", amount_cop=TOTAL_COP)

    ticked = clock.tick(bought, later)
    after = results.done(ticked, mail, world.perform(ticked, mail.job, later), later).evolve(sending=None)

    assert "notice_dropped" not in told(clock.tick(after, later))
    assert told(after)[-1] == "notice_sent"


@pytest.mark.parametrize("arrives", [True, False])
def test_a_reminder_under_way_while_the_company_buys_has_one_outcome(arrives: bool) -> None:
    case = with_loan(a_case(loan_reminder_days=(7,)))
    now = case.reminders.planned[0].at
    milestone = reminding.due_reminder(clock.tick(case, now), now)
    assert milestone is not None
    sent = build_reminder(case, milestone.days, now)
    case = send(case.evolve(sending=REMINDER), "payment_confirmed", now, reference="FV-1", amount_cop=TOTAL_COP)

    case = clock.tick(case, now)
    if arrives:
        case = reminding.reminder_done(case, milestone, sent, Outside().sent(sent, now), now)
    else:
        case = reminding.reminder_failed(case, milestone, sent, "MailUnavailableError", final=False, now=now)
    case = clock.tick(case.evolve(sending=None), now)

    assert [each.outcome for each in case.reminders.record] == ["sent" if arrives else "bought"]


def test_a_mail_waits_for_the_check_of_data_that_may_correct_its_address() -> None:
    case = send(a_case(), "company_updated", sha256="9" * 64)
    case = send(case, "payment_confirmed", reference="FV-1", amount_cop=TOTAL_COP)
    assert due.next_mail(clock.tick(case, NOW), NOW) is None

    check = due.next_step(case, NOW)
    assert isinstance(check, QueuedJob)
    failed = results.failed(case, check, "StoreUnavailableError", False, NOW)
    assert due.next_mail(clock.tick(failed, NOW), NOW) is None
    assert clock.next_deadline(clock.tick(failed, NOW), NOW) == (NOW + retry_after(1), "try again")

    assert under_way(results.done(failed, check, CompanyChecked(), NOW))[0].company_sha256 == "9" * 64


def test_a_reminder_waits_for_another_representative_and_not_for_a_step_that_keeps_failing() -> None:
    case = with_loan(a_case(loan_reminder_days=(7,)))
    now = case.reminders.planned[0].at
    case = send(case, "submit_representative", now, sha256="9" * 64)
    letter = due.next_step(clock.tick(case, now), now)
    assert isinstance(letter, QueuedJob)
    once = results.failed(case, letter, "StoreUnavailableError", False, now)

    assert [due.next_mail(clock.tick(each, now), now) for each in (case, once)] == [None, None]
    assert clock.next_deadline(clock.tick(once, now), now) == (now + retry_after(1), "try again")
    twice = results.failed(once, letter, "StoreUnavailableError", False, now)
    assert due.next_mail(clock.tick(twice, now), now) == case.reminders.planned[0]
