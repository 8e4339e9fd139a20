"""Reminders: when they are planned, which one is owed, and who is never written to."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import BOGOTA, BusinessCalendar
from domain.case.case import Case
from domain.case.policy import Policy
from domain.case.reminders import Milestone, company_opening, plan
from domain.decisions import clock, reminding
from domain.errors import MailUnavailableError
from domain.notices import NoticeKind
from domain.views.status import status
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
    with_payment,
    with_upload,
)
from tests.support.reminded import lent, mails_of, outcomes_of

CALENDAR = BusinessCalendar()
HOUR = timedelta(hours=1)
LOAN_DAYS = Policy().loan_reminder_days
DOWN = MailUnavailableError.__name__


def in_bogota(milestones: Sequence[Milestone]) -> list[tuple[int, str]]:
    return [(each.days, f"{each.at.astimezone(BOGOTA):%Y-%m-%d}") for each in milestones]


YEAR = [date(2026, 1, 1) + timedelta(days=number) for number in range(730)]


def test_every_reminder_of_two_years_of_loans_is_in_the_hours_of_a_business_day_on_or_before_its_own() -> None:
    for ends_on in YEAR:
        for each in plan(ends_on, 30, LOAN_DAYS, "C1001", CALENDAR):
            local = each.at.astimezone(BOGOTA)
            assert CALENDAR.is_business_day(local.date())
            assert time(8) <= local.time() < time(18)
            assert local.date() == CALENDAR.on_or_before(ends_on - timedelta(days=each.days))


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.text(min_size=1, max_size=64))
def test_the_hours_hold_for_every_company(ends_on: date, company_id: str) -> None:
    times = {each.at.astimezone(BOGOTA).time() for each in plan(ends_on, 30, LOAN_DAYS, company_id, CALENDAR)}

    assert len(times) == 1
    assert time(8) <= times.pop() < time(17)


def test_the_plan_of_a_loan_moves_days_off_to_the_business_day_before() -> None:
    planned = plan(date(2026, 12, 26), 30, LOAN_DAYS, "C1001", CALENDAR)

    assert in_bogota(planned) == [
        (15, "2026-12-11"),
        (7, "2026-12-18"),
        (3, "2026-12-23"),
        (1, "2026-12-24"),
        (0, "2026-12-24"),
        (-1, "2026-12-24"),
    ]


@pytest.mark.parametrize(
    ("term_days", "kept"),
    [
        pytest.param(30, [15, 7, 3, 1, 0, -1], id="the default"),
        pytest.param(16, [15, 7, 3, 1, 0, -1], id="a day longer than the first"),
        pytest.param(15, [7, 3, 1, 0, -1], id="as long as the first"),
        pytest.param(2, [1, 0, -1], id="two days"),
        pytest.param(1, [0, -1], id="a day"),
    ],
)
def test_a_milestone_not_shorter_than_the_term_is_dropped(term_days: int, kept: list[int]) -> None:
    assert [each.days for each in plan(date(2026, 12, 24), term_days, LOAN_DAYS, "C1001", CALENDAR)] == kept


def test_a_thousand_loans_of_one_day_are_spread_over_the_day() -> None:
    minutes: dict[datetime, int] = {}
    for number in range(1000):
        at = plan(date(2026, 12, 24), 30, LOAN_DAYS, f"C{number}", CALENDAR)[0].at
        minutes[at] = minutes.get(at, 0) + 1

    assert len(minutes) > 400
    assert max(minutes.values()) < 12


def test_a_thousand_ends_told_on_one_day_are_spread_over_the_day() -> None:
    midnight = bogota("2026-12-25 00:00")

    assert len({company_opening(f"C{number}", midnight, CALENDAR) for number in range(1000)}) > 400


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(BOGOTA)))  # noqa: DTZ001  # naive
def test_a_companys_opening_is_now_or_later_and_within_the_hours(instant: datetime) -> None:
    opening = company_opening("C1001", instant, CALENDAR)

    assert opening >= instant
    assert opening == CALENDAR.next_opening(opening)


def test_a_loan_is_reminded_of_until_it_is_over_when_nobody_acts() -> None:
    world = Outside()

    case = live(lent(world), NOW, bogota("2027-03-01 12:00"), world)

    assert mails_of(world) == [
        ("2026-12-09", NoticeKind.LOAN_REMINDER, 15),
        ("2026-12-17", NoticeKind.LOAN_REMINDER, 7),
        ("2026-12-21", NoticeKind.LOAN_REMINDER, 3),
        ("2026-12-23", NoticeKind.LOAN_REMINDER, 1),
        ("2026-12-24", NoticeKind.LOAN_REMINDER, 0),
        ("2026-12-28", NoticeKind.LOAN_ENDED, -4),
    ]
    assert outcomes_of(case)[-2:] == [(0, "superseded"), (-1, "sent")]


def test_each_reminder_says_the_end_and_the_last_safe_day_to_buy() -> None:
    world = Outside()

    live(lent(world), NOW, bogota("2026-12-10 12:00"), world)

    [(_, mail)] = world.mails
    assert (mail.ends_on, mail.last_safe_purchase_on) == (date(2026, 12, 24), date(2026, 12, 10))


def test_a_certificate_is_reminded_of_and_its_mails_say_from_when_a_renewal_is_offered() -> None:
    world = Outside()

    live(with_certificate(a_case()), bogota("2026-11-24 11:00"), bogota("2027-10-26 12:00"), world)

    assert [(mail.days_left, mail.renewal_from) for _, mail in world.mails] == [(61, date(2027, 10, 25)), (30, None)]


def test_a_company_that_has_paid_is_not_reminded() -> None:
    world, until = Outside(), bogota("2027-01-20 12:00")
    case = with_payment(lent(world), world=world)
    world.mails.clear()

    case = live(case, NOW, until, world)

    assert mails_of(world) == []
    assert {outcome for _, outcome in outcomes_of(case)} == {"bought"}


def test_a_company_that_pays_between_the_plan_and_the_sending_is_not_reminded() -> None:
    world, morning = Outside(), bogota("2026-12-09 17:30")
    case = lent(world)

    case = settle(send(case, "payment_confirmed", morning, reference="FV-77", amount_cop=297_500), morning, world)

    assert world.kinds() == [NoticeKind.PAYMENT_RECEIVED]
    assert outcomes_of(case) == [(15, "bought")]


def test_a_payment_below_the_total_does_not_stop_the_reminders() -> None:
    world, at = Outside(), bogota("2026-12-09 17:30")

    case = settle(send(lent(world), "payment_confirmed", at, reference="FV-77", amount_cop=5), at, world)
    live(case, at, at + HOUR, world)

    assert world.kinds() == [NoticeKind.LOAN_REMINDER]


def test_a_company_that_buys_before_the_mail_of_the_end_goes_out_does_not_get_it() -> None:
    world, night = Outside(), bogota("2026-12-25 00:30")
    case = live(lent(Outside(), loan_reminder_days=(7,)), NOW, night, Outside())
    assert [each.job.notice for each in case.queue] == [NoticeKind.LOAN_ENDED]

    live(with_payment(case, night, world), night, bogota("2026-12-28 17:30"), world)

    assert world.kinds() == [NoticeKind.PAYMENT_RECEIVED]


def test_muted_reminders_are_skipped_up_to_and_on_the_day() -> None:
    world = Outside()
    case = send(lent(world), "reminders_muted", until="2026-12-17", reason="asked for it")

    case = live(case, NOW, bogota("2026-12-21 18:00"), world)

    assert outcomes_of(case) == [(15, "muted"), (7, "muted"), (3, "sent")]


def test_a_mute_is_lifted_by_a_later_message() -> None:
    world = Outside()
    case = send(lent(world), "reminders_muted", until="2027-12-17", reason="asked for it")
    case = send(case, "reminders_muted", until="2026-11-23", reason="changed its mind")

    live(case, NOW, bogota("2026-12-10 18:00"), world)

    assert world.kinds() == [NoticeKind.LOAN_REMINDER]


def test_the_end_is_told_when_no_reminder_is_left_to_tell_it() -> None:
    world = Outside()

    live(lent(world, loan_reminder_days=(7,)), NOW, bogota("2027-03-01 12:00"), world)

    assert mails_of(world) == [
        ("2026-12-17", NoticeKind.LOAN_REMINDER, 7),
        ("2026-12-28", NoticeKind.LOAN_ENDED, -4),
    ]


def test_a_revoked_loan_is_not_reminded_of() -> None:
    world = Outside()
    case = settle(send(lent(world), "loan_revoked", reason="misuse"), world=world)

    live(case, NOW, bogota("2027-03-01 12:00"), world)

    assert world.kinds() == [NoticeKind.LOAN_REVOKED]


def failing(case: Case, since: datetime, until: datetime) -> tuple[Case, list[datetime]]:
    """Return the case after reminders that all failed, and when they were tried."""
    tries, now = [], since
    while now <= until:
        case = clock.tick(case, now)
        milestone = reminding.due_reminder(case, now)
        if milestone is not None:
            tries.append(now)
            case = reminder_fails(case, milestone, DOWN, now, final=False)
            continue
        deadline = clock.next_deadline(case, now)
        assert deadline is not None
        now = deadline[0]
    return case, tries


def test_a_reminder_that_fails_is_tried_again_within_the_hours_only() -> None:
    _, tries = failing(lent(Outside()), bogota("2026-12-09 08:00"), bogota("2026-12-14 12:00"))

    assert len(tries) > 20
    assert tries == [CALENDAR.next_opening(each) for each in tries]


def test_a_reminder_that_keeps_failing_asks_for_attention_until_one_is_sent() -> None:
    until = bogota("2026-12-10 12:00")
    case, _ = failing(lent(Outside()), bogota("2026-12-09 08:00"), until)
    assert [each.kind for each in case.attention] == ["failing"]

    sent = settle(case, until + timedelta(hours=2))

    assert (list(sent.attention), outcomes_of(sent)) == ([], [(15, "sent")])


def test_a_failing_reminder_asks_for_nothing_once_the_company_has_bought() -> None:
    until = bogota("2026-12-10 12:00")
    case, _ = failing(lent(Outside()), bogota("2026-12-09 08:00"), until)

    assert list(with_payment(case, until).attention) == []


def test_a_failing_reminder_asks_for_nothing_once_the_loan_is_revoked() -> None:
    until = bogota("2026-12-10 12:00")
    case, _ = failing(lent(Outside()), bogota("2026-12-09 08:00"), until)

    assert list(settle(send(case, "loan_revoked", until, reason="misuse"), until).attention) == []


def test_a_refused_mailbox_ends_a_reminder_and_asks_for_another_address() -> None:
    case = lent(Outside())
    now = case.reminders.planned[0].at
    case = clock.tick(case, now)
    milestone = reminding.due_reminder(case, now)
    assert milestone is not None

    case = reminder_fails(case, milestone, "MailboxRefusedError", now, final=True)

    assert (outcomes_of(case), [each.kind for each in case.attention]) == ([(15, "refused")], ["mailbox"])


def test_a_loan_taken_after_an_own_certificate_has_ended_is_reminded_of() -> None:
    world, later = Outside(), bogota("2028-02-01 10:00")
    case = live(with_certificate(opened(world)), NOW, later, Outside())

    case = with_upload(with_letter(case, later, world), "U1", later, world)

    assert case.loan is not None
    assert (case.reminders.subject, case.reminders.ends_on) == ("loan", case.loan.ends_on)
    assert "certificate" in {each.subject for each in case.reminders.record}


def test_the_status_says_what_was_sent_what_was_skipped_and_what_comes_next() -> None:
    back = bogota("2026-12-22 09:30")

    reminders = status(live(lent(Outside()), back, back + HOUR, Outside()), back)["reminders"]

    assert [each["days"] for each in reminders["sent"]] == [3]
    assert [(each["days"], each["reason"]) for each in reminders["skipped"]] == [(15, "superseded"), (7, "superseded")]
    assert (reminders["next"]["subject"], reminders["next"]["days"]) == ("loan", 1)
