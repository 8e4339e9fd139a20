"""Reminders: on time, once, and never to somebody who has bought."""

from datetime import date, datetime, timedelta

import pytest
from babel.dates import format_date

from domain.calendar import BusinessCalendar, bogota_date
from domain.case.policy import Policy
from stack.probes import free_port
from tests.support.world import TUESDAY, CaseUnderTest, World

pytestmark = pytest.mark.takes_minutes


async def test_every_reminder_is_sent_on_a_business_day_within_its_hours(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()

    await case.skip(timedelta(days=33))

    facts = await case.status()
    sent = [datetime.fromisoformat(each["at"]) for each in facts["reminders"]["sent"]]
    assert len(sent) == len(case.mails("reminder/loan"))
    assert [at for at in sent if BusinessCalendar().next_opening(at) != at] == []
    accounted = {each["days"] for kind in ("sent", "skipped") for each in facts["reminders"][kind]}
    assert accounted == {15, 7, 3, 1, 0, -1}


async def test_each_reminder_says_the_end_the_days_left_the_safe_date_and_where_to_buy(case: CaseUnderTest) -> None:
    await case.with_loan()
    loan = (await case.settle())["loan"]

    await case.skip(timedelta(days=17))

    text = case.mails("reminder/loan")[0].get_body(("plain",)).get_content()
    dates = [date.fromisoformat(loan[name]) for name in ("ends_on", "last_safe_purchase_on")]
    assert [format_date(each, "d 'de' MMMM 'de' y", locale="es_CO") in text for each in dates] == [True, True]
    assert "vence en 15 días" in text or "vence en 1" in text
    assert "http://127.0.0.1:8000/comprar" in text


async def test_nobody_who_has_bought_is_told_to_buy(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()
    await case.pay()

    await case.skip(timedelta(days=32))

    facts = await case.status()
    assert case.mails("reminder/") == []
    assert {each["reason"] for each in facts["reminders"]["skipped"]} == {"bought"}
    assert "the loan ended before the company's own certificate signs" in facts["attention"][0]["text"]


async def test_muted_reminders_are_skipped_until_the_day(case: CaseUnderTest) -> None:
    await case.with_loan()
    loan = (await case.settle())["loan"]
    ends_on = date.fromisoformat(loan["ends_on"])
    until = ends_on - timedelta(days=5)
    planned = {days: BusinessCalendar().on_or_before(ends_on - timedelta(days=days)) for days in (15, 7, 3, 1, 0, -1)}

    await case.signal("reminders_muted", until=str(until), reason="the company called")
    await case.skip(timedelta(days=33))

    facts = await case.status()
    muted = [each["days"] for each in facts["reminders"]["skipped"] if each["reason"] == "muted"]
    assert muted == [days for days, day in planned.items() if day <= until]
    assert len(case.mails("reminder/")) >= 1


async def test_after_an_outage_of_the_mail_server_only_the_most_urgent_reminder_is_sent(idle_world: World) -> None:
    nobody_listens = idle_world.settings.smtp.model_copy(update={"port": free_port()})
    async with idle_world.worker():
        case = await idle_world.start(Policy(loan_days=10, loan_reminder_days=(6, 3, -2)), begins=TUESDAY)
        await case.with_loan()
        await case.settle()
    async with idle_world.worker(smtp=nobody_listens):
        await case.skip(timedelta(days=8))
        during = await case.status()

    async with idle_world.worker():
        await case.skip_to(BusinessCalendar().on_or_after(bogota_date(await case.now()) + timedelta(days=1)), 19)
        after = await case.status()

    assert during["reminders"]["sent"] == []
    assert [each["kind"] for each in during["attention"]] == ["failing"]
    assert [each["days"] for each in after["reminders"]["sent"]] == [3]
    assert [(each["days"], each["reason"]) for each in after["reminders"]["skipped"]] == [(6, "superseded")]
    assert after["needs_attention"] is False


async def test_a_milestone_not_shorter_than_the_loan_is_dropped(a_world: World) -> None:
    case = await a_world.start(Policy(loan_days=7, loan_reminder_days=(15, 7, 3)))
    await case.with_loan()
    await case.settle()

    await case.skip(timedelta(days=9))

    facts = await case.status()
    assert [each["days"] for each in facts["reminders"]["sent"]] == [3]
    assert facts["reminders"]["skipped"] == []


async def test_a_reminder_is_asked_for_again_by_support(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.settle()

    await case.signal("notice_requested", notice="loan_reminder", reason="the mail was lost")

    facts = await case.settle()
    assert len(case.mails("again/1")) == 1
    assert "loan_reminder: the mail was lost" in [each["reason"] for each in facts["timeline"]]


async def test_a_reminder_to_buy_is_not_sent_again_to_who_has_bought(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.pay()

    await case.signal("notice_requested", notice="loan_reminder", reason="by mistake")

    facts = await case.settle()
    assert case.mails("again/") == []
    assert facts["rejected_signals"][0]["name"] == "notice_requested"
