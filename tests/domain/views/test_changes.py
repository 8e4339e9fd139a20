"""What the metrics count of a case: each thing once, by kinds and codes alone."""

from collections import Counter
from datetime import datetime, timedelta

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.jobs import TellNotice
from domain.case.reminders import LATE
from domain.decisions import deliveries, results
from domain.letter.examination import Verdict
from domain.views.changes import Look, alerted, changes
from domain.views.entitlement import entitlement
from tests.support.cases import (
    NOW,
    REPRESENTATIVE_SHA,
    TOTAL_COP,
    Outside,
    deliver,
    opened,
    reminder_fails,
    settle,
)


def look(case: Case, now: datetime = NOW) -> Look:
    return Look(case, entitlement(case.track, case.loan, bogota_date(now)).signing)


def counted(before: Case, after: Case, now: datetime = NOW) -> dict[str, int]:
    found = Counter(f"{each.name} {' '.join(each.kind.values())}" for each in changes(look(before), look(after, now)))
    return dict(found)


def with_letter(world: Outside) -> Case:
    return settle(deliver(opened(world), "submit_representative", sha256=REPRESENTATIVE_SHA), world=world)


def with_loan(world: Outside) -> Case:
    return settle(deliver(with_letter(world), "attach_letter", upload_id="u1"), world=world)


def test_a_verdict_and_a_loan_are_counted_once() -> None:
    world = Outside(verdicts={"u1": Verdict.REJECTED})
    before = with_letter(world)
    rejected = settle(deliver(before, "attach_letter", upload_id="u1"), world=world)
    accepted = settle(deliver(rejected, "attach_letter", upload_id="u2"), world=world)

    assert counted(before, rejected) == {"activa_verdicts rejected blurred": 1}
    assert counted(rejected, accepted) == {
        "activa_verdicts accepted none": 1,
        "activa_entitlement_changes none loan": 1,
    }
    assert counted(accepted, accepted) == {}


def test_a_reminder_in_time_is_sent_and_one_that_an_outage_held_up_is_late() -> None:
    before = with_loan(Outside())
    in_time = before.reminders.planned[0].at + LATE - timedelta(seconds=1)
    held_up = settle(before, in_time + timedelta(seconds=1))  # it waits its own part of an hour now
    late = held_up.reminders.retry_at
    assert late is not None

    assert counted(before, settle(before, in_time), in_time) == {"activa_reminders loan sent": 1}
    assert counted(before, held_up, in_time) == {}
    assert counted(held_up, settle(held_up, late), late) == {"activa_reminders loan late": 1}


def test_what_is_skipped_is_counted_with_its_reason() -> None:
    before = with_loan(Outside())
    paid = settle(deliver(before, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP))
    at = before.reminders.planned[0].at
    assert counted(paid, settle(paid, at), at) == {"activa_reminders loan bought": 1}


def test_a_mail_a_reminder_and_an_event_that_fail_are_counted_each_time() -> None:
    world = Outside(delivers=True)
    case = with_loan(world)
    mail = case.enqueue(TellNotice(notice="loan_ended", key="k"))
    queued = mail.queue[-1]
    once = results.failed(mail, queued, "MailUnavailableError", final=False, now=NOW)
    twice = results.failed(once, once.queue[-1], "MailUnavailableError", final=False, now=NOW)
    milestone = case.reminders.planned[0]
    reminder = reminder_fails(case, milestone, "MailUnavailableError", milestone.at)
    told = deliveries.noticed(deliver(case, "loan_revoked", reason="x"), NOW)
    event = told.webhooks.waiting[0]
    untaken = deliveries.failed(deliveries.begun(told, NOW), event, 3, "WebhookNotTakenError", NOW, NOW)

    assert counted(mail, once) == counted(once, twice) == {"activa_failures mail tried_again": 1}
    assert counted(case, reminder) == {"activa_failures reminder tried_again": 1}
    assert counted(told, untaken) == {"activa_failures webhook tried_again": 1}


def test_a_mail_that_every_address_refuses_is_counted_as_refused() -> None:
    case = with_loan(Outside()).enqueue(TellNotice(notice="loan_ended", key="k"))
    refused = results.failed(case, case.queue[-1], "MailboxRefusedError", final=True, now=NOW)
    assert counted(case, refused)["activa_failures mail refused"] == 1


def test_an_event_that_is_over_is_counted_by_its_outcome() -> None:
    world = Outside(delivers=True)
    before = with_letter(world)
    after = with_loan(world)
    assert counted(before, after)["activa_webhooks delivered"] == 2


def test_whatever_an_alert_asks_for_can_be_counted_from_nought_on() -> None:
    world = Outside()
    paid = deliver(with_letter(world), "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)
    mail = next(each for each in paid.queue if isinstance(each.job, TellNotice))
    fails = results.failed(paid, mail, "MailUnavailableError", final=False, now=NOW)
    [failure] = changes(look(paid), look(fails))
    known = [*alerted()]
    assert failure in known
    assert len({f"{each}" for each in known}) == len(known)
    assert {each.name for each in known} == {"activa_failures", "activa_webhooks", "activa_reminders"}
