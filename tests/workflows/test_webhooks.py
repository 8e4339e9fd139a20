"""The billing backend is told each event once and in order, and whatever it does holds up nothing else."""

import asyncio
import dataclasses
import functools
import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

import worker
from adapters.smtp import SmtpMailer
from adapters.webhooks import HttpReceiver
from domain.bucket import archive_key
from stack.mail_sink import MailSink
from stack.probes import free_port
from tests.support.receiver import Receiver, a_secret, receiving
from tests.support.smtp_servers import Mailbox, serving
from tests.support.workflows.costs import MOST_ACTIONS_OF_A_LIFE, a_life, settled_actions, size_of
from tests.support.world import ORDINARY_DAY, CaseUnderTest, World, world_of_its_own

pytestmark = pytest.mark.takes_minutes

EVENTS_OF_A_LIFE = ["letter.accepted", "loan.started", "loan.expiring", "certificate.active", "loan.ended"]


def down() -> Receiver:
    """Return a receiver that nobody runs, with the port it will have."""
    return Receiver(port=free_port())


@pytest.fixture
def _one_try_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a receiver that hangs be waited for until its step would end."""
    monkeypatch.setattr(worker, "HttpReceiver", functools.partial(HttpReceiver, seconds=55))


def outcomes(facts: dict[str, object]) -> list[tuple[str, str]]:
    return [(each["type"], each["outcome"]) for each in facts["webhooks"]["deliveries"]]


async def test_a_life_is_told_event_by_event_signed_and_with_nothing_but_ids_dates_and_codes(
    idle_world: World,
) -> None:
    async with receiving(Receiver()) as receiver, idle_world.worker(webhooks=receiver.settings):
        case = await idle_world.start()
        await a_life(case, reminders=1)
        facts = await case.status()

    loan = facts["loan"]
    assert receiver.types(case.company_id) == EVENTS_OF_A_LIFE
    assert receiver.unsigned == 0
    assert receiver.of(case.company_id)[4]["data"] == {
        "company_id": case.company_id,
        "starts_on": loan["starts_on"],
        "ends_on": loan["ends_on"],
        "last_safe_purchase_on": loan["last_safe_purchase_on"],
        "ended_on": loan["ended_on"],
        "ending": "replaced",
    }
    assert outcomes(facts) == [(each, "delivered") for each in EVENTS_OF_A_LIFE]
    assert [each["id"] for each in facts["webhooks"]["deliveries"]] == [
        each["id"] for each in receiver.of(case.company_id)
    ]


async def test_a_receiver_that_is_down_for_two_days_gets_every_event_once_and_in_order(idle_world: World) -> None:
    receiver = down()
    async with idle_world.worker(webhooks=receiver.settings):
        case = await idle_world.start()
        await case.with_loan()
        await case.skip(timedelta(days=1))
        await case.attach(b"%PDF-1.7 broken")
        await case.pay()
        await case.issue_certificate()
        await case.skip(timedelta(days=1))
        during = await case.status()
        async with receiving(receiver):
            await case.skip(timedelta(hours=6))
            after = await case.settle()
            await case.skip(timedelta(days=4))

    expected = ["letter.accepted", "loan.started", "letter.rejected", "certificate.active", "loan.ended"]
    waiting = during["webhooks"]["waiting"]
    assert [each["type"] for each in waiting] == expected
    assert (waiting[0]["attempts"] > 9, waiting[1]["attempts"]) == (True, 0)
    assert (during["webhooks"]["error"], during["needs_attention"]) == ("WebhookNotTakenError", False)
    assert during["stage"] == "certificate_active"
    assert [each["id"] for each in receiver.of(case.company_id)] == [each["id"] for each in waiting]
    assert receiver.types(case.company_id) == expected
    assert (after["webhooks"]["waiting"], after["webhooks"]["failing_since"]) == ([], None)


@pytest.mark.usefixtures("_one_try_is_long")
async def test_a_receiver_that_does_not_answer_holds_up_no_letter_no_mail_and_no_payment(idle_world: World) -> None:
    async with (
        receiving(Receiver(hang=asyncio.Event())) as receiver,
        idle_world.worker(webhooks=receiver.settings),
    ):
        case = await idle_world.start()
        await case.with_loan()
        await receiver.arrived.wait()
        await case.pay()
        # Steps are done in turn: once this letter is checked, the mails before it are sent.
        await case.attach(await case.signed(30))
        during = await case.status()
        mails = len(case.mails("loan/started")) + len(case.mails("payment/"))
        tries = len(receiver.requests_of(case.company_id))
        hang, receiver.hang = receiver.hang, None
        hang.set()
        await case.settle()

    assert (tries, mails, during["payment"]["paid"]) == (1, 2, True)
    assert [each["type"] for each in during["webhooks"]["waiting"]][:2] == ["letter.accepted", "loan.started"]
    assert during["webhooks"]["deliveries"] == []
    assert receiver.types(case.company_id) == ["letter.accepted", "loan.started", "letter.accepted"]


async def test_a_mail_server_that_does_not_answer_holds_up_no_event(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SmtpMailer", functools.partial(SmtpMailer, data_seconds=200))
    mailbox = Mailbox(hang_after_data=asyncio.Event())
    async with receiving(Receiver()) as receiver, serving(mailbox) as port:
        smtp = idle_world.settings.smtp.model_copy(update={"port": port})
        async with idle_world.worker(smtp=smtp, webhooks=receiver.settings):
            case = await idle_world.start()
            await case.with_loan()
            await receiver.told(case.company_id, "loan.started")
            await case.signal("loan_revoked", reason="fraud reported")
            await receiver.told(case.company_id, "loan.ended")
            mails = len(mailbox.taken)
            mailbox.hang_after_data.set()
            await case.settle()

    assert mails == 1
    assert receiver.types(case.company_id) == ["letter.accepted", "loan.started", "loan.ended"]


async def test_after_three_days_an_event_is_given_up_and_is_sent_when_it_is_asked_for(idle_world: World) -> None:
    receiver = down()
    async with idle_world.worker(webhooks=receiver.settings):
        case = await idle_world.start()
        await case.with_loan()
        await case.skip(timedelta(days=3, hours=1))
        given_up = await case.status()
        lost = next(each["id"] for each in given_up["webhooks"]["deliveries"] if each["type"] == "loan.started")
        async with receiving(receiver):
            await case.signal("webhook_requested", event=lost, reason="the receiver is back")
            after = await case.settle()

    assert outcomes(given_up) == [("letter.accepted", "given_up"), ("loan.started", "given_up")]
    assert {each["kind"] for each in given_up["attention"]} == {"webhook"}
    assert [each["action"] for each in given_up["timeline"]][-2:] == ["webhook_given_up"] * 2
    assert [(each["type"], each["id"]) for each in receiver.of(case.company_id)] == [("loan.started", lost)]
    assert outcomes(after)[-1] == ("loan.started", "delivered")
    assert len(after["attention"]) == 1
    assert [(each["actor"], each["action"]) for each in after["timeline"]][-1] == ("support:ana", "webhook_requested")


async def test_a_receiver_that_is_gone_is_left_alone_until_a_person_asks(idle_world: World) -> None:
    async with receiving(Receiver()) as receiver, idle_world.worker(webhooks=receiver.settings):
        receiver.answers(410)
        case = await idle_world.start()
        await case.with_loan()
        gone = await case.settle()
        await case.skip(timedelta(days=16))
        tries = len(receiver.requests_of(case.company_id))
        receiver.answers(200)
        [lost] = [each["id"] for each in gone["webhooks"]["deliveries"] if each["type"] == "loan.started"]
        await case.signal("webhook_requested", event=lost, reason="they want them again")
        after = await case.settle()

    assert (tries, gone["webhooks"]["gone"], gone["needs_attention"]) == (1, True, True)
    assert outcomes(gone) == [("letter.accepted", "gone"), ("loan.started", "gone")]
    assert receiver.types(case.company_id) == ["loan.started", "loan.expiring"]
    assert (after["webhooks"]["gone"], after["needs_attention"]) == (False, False)


async def test_a_repeated_delivery_bears_the_same_id_and_the_same_words(idle_world: World) -> None:
    async with receiving(Receiver()) as receiver, idle_world.worker(webhooks=receiver.settings):
        receiver.answers(500)
        case = await idle_world.start()
        await case.with_loan()
        await receiver.arrived.wait()
        receiver.answers(200)
        await case.skip(timedelta(minutes=2))
        loan = receiver.of(case.company_id)[1]
        await case.signal("webhook_requested", event=loan["id"], reason="they lost it")
        await case.settle()

    bodies = [(headers["webhook-id"], body) for headers, body in receiver.requests_of(case.company_id)]
    assert len(bodies) >= 4
    assert len(set(bodies)) == 2
    assert receiver.of(case.company_id)[2] == loan


async def test_a_receiver_that_is_down_holds_no_closing_case(idle_world: World) -> None:
    receiver = down()
    async with idle_world.worker(webhooks=receiver.settings):
        case = await idle_world.start()
        await case.with_loan()
        await case.skip(timedelta(minutes=10))

        await case.signal("activation_closed", reason="the company left")

        closed = await case.handle.result()
    assert (closed["stage"], outcomes(closed)) == (
        "closed",
        [("letter.accepted", "given_up"), ("loan.started", "given_up")],
    )


@pytest.mark.usefixtures("_one_try_is_long")
async def test_events_under_way_arrive_before_a_case_is_closed(idle_world: World) -> None:
    async with receiving(Receiver(hang=asyncio.Event())) as receiver, idle_world.worker(webhooks=receiver.settings):
        case = await idle_world.start()
        await case.with_loan()
        await receiver.arrived.wait()
        await case.attach(await case.signed(30))  # so nothing but the events is left to do
        await case.signal("activation_closed", reason="the company left")
        closing = (await case.status())["closing"]
        hang, receiver.hang = receiver.hang, None
        hang.set()
        closed = await case.handle.result()

    archived = json.loads(idle_world.objects.get(archive_key(case.company_id)).data)["webhooks"]
    assert closing == "the company left"
    by_id = itertools.groupby(receiver.of(case.company_id), key=lambda each: each["id"])
    first, *others = ([each["type"] for each in same] for _, same in by_id)
    assert set(first) == {"letter.accepted"}  # it hung, and may come again
    assert others == [["loan.started"], ["letter.accepted"]]
    assert {outcome for _, outcome in outcomes(closed)} == {"delivered"}
    assert (len(archived["deliveries"]), "waiting" in archived) == (3, False)


async def test_a_case_that_began_without_webhooks_tells_where_it_stands_with_its_next_mail(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.with_loan()
        before = await case.settle()
    async with receiving(Receiver()) as receiver, idle_world.worker(webhooks=receiver.settings):
        await case.skip_to_next_reminder()
        await case.signal("loan_revoked", reason="fraud reported")
        await case.settle()

    assert (before["webhooks"]["on"], before["webhooks"]["waiting"]) == (False, [])
    assert receiver.types(case.company_id) == ["loan.started", "loan.expiring", "loan.ended"]


async def test_secrets_change_without_a_lost_event(idle_world: World) -> None:
    old, new = a_secret(), a_secret()
    async with receiving(Receiver(secret=old)) as receiver:
        both = receiver.settings.model_copy(update={"secrets": Receiver(secret=new).settings.secrets})
        both = both.model_copy(update={"secrets": (*receiver.settings.secrets, *both.secrets)})
        async with idle_world.worker(webhooks=both):
            case = await idle_world.start()
            await case.with_loan()
            await case.settle()
            receiver.secret = new
            await case.signal("loan_revoked", reason="fraud reported")
            await case.settle()

    assert receiver.types(case.company_id) == ["letter.accepted", "loan.started", "loan.ended"]
    assert receiver.unsigned == 0


@pytest_asyncio.fixture(loop_scope="session")
async def short_histories(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world whose server suggests a new run after a hundred events."""
    arguments = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=100")
    async with world_of_its_own(tmp_path / "temporal", moto_url, mail_sink, *arguments, begins=ORDINARY_DAY) as made:
        yield dataclasses.replace(made, cached_cases=0)


async def test_a_new_run_carries_on_what_waits_and_when_it_is_tried(short_histories: World) -> None:
    receiver = down()
    async with short_histories.worker(webhooks=receiver.settings):
        case = await short_histories.start()
        first_run = (await case.handle.describe()).run_id
        await case.with_loan()
        await case.skip(timedelta(days=1))
        run = (await case.handle.describe()).run_id
        during = await case.status()
        async with receiving(receiver):
            await case.skip(timedelta(hours=6))
            await case.settle()

    assert run != first_run
    assert [(each["type"], each["attempts"]) for each in during["webhooks"]["waiting"]] == [
        ("letter.accepted", 10),
        ("loan.started", 0),
    ]
    assert receiver.types(case.company_id) == ["letter.accepted", "loan.started"]


@pytest.mark.usefixtures("_one_try_is_long")
async def test_a_new_run_does_not_begin_in_the_middle_of_a_delivery(short_histories: World) -> None:
    async with (
        receiving(Receiver(hang=asyncio.Event())) as receiver,
        short_histories.worker(webhooks=receiver.settings),
    ):
        case = await short_histories.start()
        first_run = (await case.handle.describe()).run_id
        await case.with_loan()
        await receiver.arrived.wait()
        muted = [case.signal("reminders_muted", until="2027-01-31", reason=str(number)) for number in range(80)]
        await asyncio.gather(*muted)
        during = await case.status()
        hang, receiver.hang = receiver.hang, None
        hang.set()
        await case.settle()
        run = (await case.handle.describe()).run_id

    assert len(during["timeline"]) > 80
    assert run != first_run
    assert [headers["webhook-id"] for headers, _ in receiver.requests] == [each["id"] for each in receiver.taken]
    assert receiver.types(case.company_id) == ["letter.accepted", "loan.started"]


@pytest.mark.usefixtures("_one_try_is_long")
async def test_an_update_is_answered_while_a_new_run_waits_for_a_delivery(short_histories: World) -> None:
    async with (
        receiving(Receiver(hang=asyncio.Event())) as receiver,
        short_histories.worker(webhooks=receiver.settings),
    ):
        case = await short_histories.start()
        await case.with_loan()
        await receiver.arrived.wait()
        muted = [case.signal("reminders_muted", until="2027-01-31", reason=str(number)) for number in range(80)]
        await asyncio.gather(*muted)
        async with asyncio.timeout(60):
            answer = await case.update("verify_payment")
            await case.pay()
            while not (await case.status())["payment"]["paid"]:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.1)
        receiver.hang.set()
        receiver.hang = None
        await case.settle()

    assert answer["paid"] is False


async def test_webhooks_cost_one_action_for_each_event_and_nothing_where_there_are_none(empty_world: World) -> None:
    costs, sizes = [], []
    for webhooks in (False, True):
        async with receiving(Receiver()) as receiver:
            settings = {"webhooks": receiver.settings} if webhooks else {}
            async with empty_world.worker(**settings):
                before = await settled_actions(empty_world)
                case = await empty_world.start()
                await a_life(case, reminders=2)
                costs.append(await settled_actions(empty_world) - before)
                history = await case.handle.fetch_history()
                sizes.append(size_of(history))
                delivered = [each for each in history.events if is_delivery(each)]

    print(f"actions without and with webhooks: {costs}; open history: {sizes} bytes")  # noqa: T201
    more = costs[1].total() - costs[0].total()
    assert costs[0].total() <= MOST_ACTIONS_OF_A_LIFE
    assert more == len(receiver.types(case.company_id)) == len(EVENTS_OF_A_LIFE)
    assert delivered == []
    assert sizes[1] - sizes[0] < 1500


def is_delivery(event: object) -> bool:
    scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    return event.event_type == scheduled and (
        event.activity_task_scheduled_event_attributes.activity_type.name == "deliver_webhook"
    )


async def test_each_further_try_costs_a_timer_and_a_step(empty_world: World) -> None:
    receiver = down()
    async with empty_world.worker(webhooks=receiver.settings):
        case: CaseUnderTest = await empty_world.start()
        await case.with_loan()
        await case.skip(timedelta(hours=3))  # four rounds, the fifth is six hours away
        before = await settled_actions(empty_world)
        await case.skip(timedelta(hours=12))
        cost = await settled_actions(empty_world) - before

    print(f"two further rounds: {dict(cost)}")  # noqa: T201
    assert cost.total() == 4
