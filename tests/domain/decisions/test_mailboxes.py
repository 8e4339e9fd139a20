"""Two addresses, one of which does not take a mail: it alone is tried again, or support is told which is dead."""

from datetime import timedelta

import pytest

from domain.calendar import BOGOTA
from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.jobs import TellNotice
from domain.decisions import clock, mailboxes, results
from domain.decisions.mailboxes import REST_AFTER
from domain.notices import Addressee, NoticeKind, NoticeSent
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    live,
    opened,
    reminder_fails,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
)

COMPANY, REPRESENTATIVE = Addressee
MAIL = TellNotice(notice=NoticeKind.LOAN_STARTED, key="loan/started")


def subjects(case: Case) -> list[str]:
    return [each.subject for each in case.attention if each.kind is AttentionKind.MAILBOX]


def rests(case: Case) -> list[tuple[str, int]]:
    return [(each.job.key, each.job.rest) for each in case.queue if isinstance(each.job, TellNotice) and each.job.rest]


def put_off(*owners: Addressee) -> Outside:
    return Outside(later=owners)


def test_who_did_not_take_a_mail_for_now_is_written_to_again_and_nobody_is_troubled() -> None:
    world = put_off(COMPANY)
    case = with_loan(opened(world), world=world)
    assert (rests(case), list(case.attention)) == ([("loan/started", 1)], [])

    world.later = ()
    case = live(case, NOW, NOW + REST_AFTER[0], world)

    assert [mail.key for _, mail in world.mails] == ["loan/started", "loan/started"]
    assert (rests(case), list(case.attention)) == ([], [])


def test_an_address_that_takes_nothing_for_three_days_is_shown_to_support() -> None:
    world = put_off(COMPANY)

    case = live(with_loan(opened(world), world=world), NOW, NOW + timedelta(days=4), world)

    assert sum(REST_AFTER, timedelta(0)) < timedelta(days=3)
    assert len(world.mails) == 1 + len(REST_AFTER)
    assert (rests(case), subjects(case)) == ([], ["company"])
    assert "the address of the company does not take loan_started" in case.attention[0].text
    assert case.timeline[-1].action == "notice_given_up"


@pytest.mark.parametrize("owner", Addressee)
def test_a_dead_address_is_shown_to_support_and_the_mail_counts(owner: Addressee) -> None:
    world = Outside(dead=(owner,))

    case = with_loan(opened(world), world=world)

    assert subjects(case) == [owner]
    assert f"the address of the {owner} does not take loan_started" in case.attention[0].text
    assert case.timeline[-1].action == "notice_sent"


@pytest.mark.parametrize(
    ("dead", "then", "left"),
    [
        pytest.param(COMPANY, "company_updated", [], id="the company corrects its own"),
        pytest.param(REPRESENTATIVE, "company_updated", ["representative"], id="the company corrects, theirs is dead"),
        pytest.param(REPRESENTATIVE, "submit_representative", [], id="they correct their own"),
        pytest.param(COMPANY, "submit_representative", ["company"], id="they correct, the company's is dead"),
    ],
)
def test_a_dead_address_is_settled_by_the_data_that_hold_it(dead: Addressee, then: str, left: list[str]) -> None:
    world = Outside(dead=(dead,))
    case = with_loan(opened(world), world=world)

    case = settle(send(case, then, sha256="9" * 64), NOW, world)

    assert subjects(case) == left


def test_a_letter_made_anew_for_the_company_settles_no_address_of_the_representative() -> None:
    case = with_letter(opened(Outside()))
    case = mailboxes.learned(case, MAIL, NoticeSent(sent_at=NOW, reached=(COMPANY,), dead=(REPRESENTATIVE,)), NOW)

    case = settle(send(case, "company_updated", sha256="9" * 64))

    assert case.letter.issued is not None
    assert (case.letter.issued.number, subjects(case)) == (2, ["representative"])


def test_a_mail_that_the_dead_address_takes_settles_it_and_one_that_the_other_takes_does_not() -> None:
    world = Outside(dead=(COMPANY,))
    case = with_loan(opened(world), world=world)
    case = settle(send(case, "loan_revoked", reason="misuse"), NOW, world)
    assert subjects(case) == ["company"]

    world.dead = ()
    case = settle(send(case, "notice_requested", notice="loan_revoked", reason="lost"), NOW, world)

    assert subjects(case) == []


def test_a_mail_to_support_settles_no_address_of_the_company() -> None:
    case = with_loan(opened(Outside()), world=Outside(dead=(COMPANY,)))

    case = mailboxes.learned(case, MAIL, NoticeSent(sent_at=NOW, reached=()), NOW)

    assert subjects(case) == ["company"]


def test_a_result_of_an_earlier_release_settles_as_it_did() -> None:
    case = with_loan(opened(Outside()), world=Outside(dead=(COMPANY,)))

    assert subjects(mailboxes.learned(case, MAIL, NoticeSent(sent_at=NOW), NOW)) == []


def lent(world: Outside) -> Case:
    case = with_loan(a_case())
    world.later = (COMPANY,)
    return live(case, NOW, bogota("2026-12-09 18:00"), world)


def test_a_reminder_that_one_address_took_counts_and_the_other_gets_it_within_the_hours() -> None:
    world = Outside()
    case = lent(world)
    assert [(each.days, each.outcome) for each in case.reminders.record] == [(15, "sent")]
    assert len(rests(case)) == 1

    world.later = ()
    live(case, bogota("2026-12-09 18:00"), bogota("2026-12-10 18:00"), world)

    assert {mail.key for _, mail in world.mails} == {"reminder/loan/2026-12-24/15"}
    assert all(8 <= at.astimezone(BOGOTA).hour < 18 for at, _ in world.mails)


@pytest.mark.parametrize("then", ["bought", "muted", "revoked"])
def test_a_reminder_is_not_sent_to_the_other_address_once_it_must_not_be(then: str) -> None:
    world, night = Outside(), bogota("2026-12-09 19:00")
    case = lent(world)
    before = len(world.mails)
    world.later = ()

    if then == "bought":
        case = with_payment(case, night, Outside())
    elif then == "muted":
        case = send(case, "reminders_muted", night, until="2026-12-31", reason="asked for it")
    else:
        case = settle(send(case, "loan_revoked", night, reason="misuse"), night, Outside())
    live(case, night, bogota("2026-12-11 12:00"), world)

    assert len(world.mails) == before


def test_a_more_urgent_reminder_takes_the_place_of_one_that_an_address_did_not_take() -> None:
    world = Outside()
    case = with_loan(opened(world, loan_reminder_days=(15, 14)))
    world.mails.clear()
    world.later = (COMPANY,)

    case = live(case, NOW, bogota("2026-12-10 18:00"), world)

    assert {key for key, _ in rests(case)} == {"reminder/loan/2026-12-24/14"}


def test_a_closing_case_does_not_wait_for_the_other_address() -> None:
    world = put_off(REPRESENTATIVE)
    case = with_loan(opened(world), world=world)

    case = settle(send(case, "activation_closed", reason="the company left"), NOW, world)

    assert case.queue == ()


def refused_for_good(case: Case) -> Case:
    return results.failed(case, case.queue[-1], "MailboxRefusedError", True, NOW)


def test_a_mail_that_every_address_refused_is_owed_again_once_one_is_corrected() -> None:
    world = Outside()
    case = refused_for_good(send(a_case(), "payment_confirmed", reference="FV-1", amount_cop=297_500))
    assert (case.queue, subjects(case)) == ((), ["mail"])

    case = settle(send(case, "company_updated", sha256="9" * 64), world=world)

    assert world.kinds() == [NoticeKind.PAYMENT_RECEIVED]
    assert (case.refused_mails, subjects(case)) == ((), [])


def test_a_refused_mail_that_is_not_true_any_more_stays_unsent() -> None:
    world = Outside()
    case = send(with_loan(a_case()), "notice_requested", notice="loan_started", reason="lost")
    case = send(refused_for_good(case), "loan_revoked", reason="misuse")

    settle(send(case, "company_updated", sha256="9" * 64), world=world)

    assert world.kinds() == [NoticeKind.LOAN_REVOKED]


def test_a_reminder_that_was_refused_is_owed_again_once_an_address_is_corrected() -> None:
    world, case = Outside(), with_loan(a_case())
    now = case.reminders.planned[0].at
    case = reminder_fails(clock.tick(case, now), case.reminders.planned[0], "MailboxRefusedError", now, final=True)
    later = now + timedelta(days=1)

    case = settle(send(case, "company_updated", later, sha256="9" * 64), later, world)

    assert [(mail.kind, mail.days_left) for _, mail in world.mails] == [(NoticeKind.LOAN_REMINDER, 14)]
    assert [(each.days, each.outcome) for each in case.reminders.record] == [(15, "refused"), (15, "sent")]


def test_a_reminder_refused_before_a_renewal_says_nothing_of_the_new_certificate() -> None:
    world, case = Outside(), with_certificate(a_case(certificate_reminder_days=(30,)))
    now = case.reminders.planned[0].at
    case = reminder_fails(clock.tick(case, now), case.reminders.planned[0], "MailboxRefusedError", now, final=True)
    case = with_certificate(case, now, serial="2", days=700)

    case = settle(send(case, "company_updated", now, sha256="9" * 64), now, world)

    assert world.mails == []


def test_a_reminder_refused_before_its_certificate_was_withdrawn_stays_unsent() -> None:
    world, case = Outside(), with_certificate(a_case())
    now = case.reminders.planned[0].at
    case = reminder_fails(clock.tick(case, now), case.reminders.planned[0], "MailboxRefusedError", now, final=True)
    case = send(case, "certificate_withdrawn", now, serial="0A1B", reason="another company's")

    settle(send(case, "company_updated", now, sha256="9" * 64), now, world)

    assert world.mails == []
