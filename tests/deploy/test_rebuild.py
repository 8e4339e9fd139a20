"""`python -m deploy.rebuild`: Temporal's database is lost in the middle of varied cases, and nothing else is."""

import asyncio
import dataclasses
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from adapters.snapshots import Snapshots
from deploy.rebuilding import Outcome
from domain.case.policy import Policy
from stack.mail_sink import MailSink
from stack.probes import free_port
from tests.support import builders
from tests.support.deploy.losing import after_the_loss, keeping_worker, outcomes, rebuild, reopen
from tests.support.deploy.varied import VARIED
from tests.support.encryption import ring_file
from tests.support.receiver import Receiver, receiving
from tests.support.workflows.readable import readable_payloads
from tests.support.world import CaseUnderTest, Json, World, encrypted, world_of_its_own

AT_ONCE = 4


@pytest_asyncio.fixture(loop_scope="session")
async def lost(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world whose Temporal server's database will be lost."""
    async with world_of_its_own(tmp_path / "lost", moto_url, mail_sink) as made:
        yield made


async def live(made: World) -> dict[str, CaseUnderTest]:
    """Let one case of each kind come into the middle of its life."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> CaseUnderTest:
        async with slots:
            case = await made.start(written_to=False)
            await VARIED[name](case)
            return case

    return dict(zip(VARIED, await asyncio.gather(*map(one, VARIED)), strict=True))


async def told(case: CaseUnderTest) -> Json:
    return await (case.status() if (await case.handle.describe()).close_time else case.settle())


def mails_of(case: CaseUnderTest) -> Counter[str]:
    return Counter(str(mail["X-Entity-Ref-ID"]) for mail in case.mails())


async def test_every_case_stands_where_it_stood_and_nobody_is_told_twice(lost: World, tmp_path: Path) -> None:
    async with receiving(Receiver()) as receiver:
        async with keeping_worker(lost, webhooks=receiver.settings):
            cases = await live(lost)
            before = {name: await told(case) for name, case in cases.items()}
        mails = {name: mails_of(case) for name, case in cases.items()}
        events = len(receiver.taken)

        async with after_the_loss(lost, tmp_path / "empty") as found:
            rehearsed = await rebuild(found, rehearse=True)
            first = await rebuild(found)
            again = {name: dataclasses.replace(case, world=found) for name, case in cases.items()}
            async with keeping_worker(found, webhooks=receiver.settings) as keeper:
                after = {name: await told(case) for name, case in again.items()}
                second = await rebuild(found)
                assert await keeper.flush()
                compared = await rebuild(found, rehearse=True)

    assert outcomes(rehearsed) == outcomes(first) == {"started": len(VARIED)}
    assert after == before
    assert outcomes(second) == outcomes(compared) == {"same": len(VARIED)}
    assert {name: mails_of(case) for name, case in again.items()} == mails
    assert len(receiver.taken) == events == len({each["id"] for each in receiver.taken})


async def test_what_a_case_owed_is_done_once_after_the_loss(lost: World, tmp_path: Path) -> None:
    no_mail = lost.settings.smtp.model_copy(update={"port": free_port()})
    async with receiving(Receiver()) as receiver:
        receiver.answers(503)
        async with keeping_worker(lost, smtp=no_mail, webhooks=receiver.settings):
            case = await lost.start()
            await case.with_loan()
            await case.pay()
            owed = await case.settle()
        receiver.answers(204)

        async with after_the_loss(lost, tmp_path / "empty") as found:
            await rebuild(found)
            case = dataclasses.replace(case, world=found)
            async with keeping_worker(found, webhooks=receiver.settings):
                await case.skip(timedelta(hours=6))
                await case.pay()
                done = await case.settle()

    assert (case.mails("payment/"), owed["webhooks"]["deliveries"]) != ([], [])
    assert owed["webhooks"]["waiting"]
    assert (done["webhooks"]["waiting"], done["waiting_to_retry"], done["repeated_messages_count"]) == ([], [], 1)
    assert sorted(receiver.types(case.company_id)) == ["letter.accepted", "loan.started"]
    assert set(mails_of(case).values()) == {1}
    assert [len(case.mails(prefix)) for prefix in ("loan/started", "payment/")] == [1, 1]


async def test_a_reminder_that_was_sent_is_not_sent_again_and_the_next_one_comes_on_its_day(
    lost: World, tmp_path: Path
) -> None:
    async with keeping_worker(lost):
        case = await lost.start()
        await case.with_loan()
        await case.skip_to_next_reminder()
        before, last = await case.settle(), await case.now()

    async with after_the_loss(lost, tmp_path / "empty") as found:
        await rebuild(found)
        case = dataclasses.replace(case, world=found)
        async with keeping_worker(found):
            await case.skip(last - await case.now())
            after = await case.settle()
            sent = len(case.mails())
            await case.skip_to_next_reminder()

    assert (after["reminders"], after["timeline"]) == (before["reminders"], before["timeline"])
    assert len(case.mails()) == sent + 1
    assert set(mails_of(case).values()) == {1}


async def test_a_case_that_was_terminated_comes_back_with_what_it_knew(lost: World) -> None:
    async with keeping_worker(lost) as keeper:
        case, other = await lost.start(), await lost.start()
        await case.with_loan()
        await case.pay()
        before = await case.settle()
        assert await keeper.flush()
        await case.handle.terminate("by mistake")
        await other.handle.terminate("on purpose")

        untouched = await rebuild(lost)
        reopened = await reopen(lost, case.company_id)
        after = await case.settle()

    assert outcomes(untouched) == {"same": 2}
    assert (reopened.outcome, after) == (Outcome.STARTED, before)


async def test_only_what_was_ended_by_force_is_reopened(lost: World) -> None:
    async with keeping_worker(lost) as keeper:
        alive, closed = await lost.start(), await lost.start()
        await alive.settle()
        await closed.signal("activation_closed", reason="the company left")
        await closed.handle.result()
        run = (await alive.handle.describe()).run_id
        assert await keeper.flush()

        of_alive = await reopen(lost, alive.company_id)
        of_closed = await reopen(lost, closed.company_id)
        of_nobody = await reopen(lost, "NOBODY")

    assert (of_alive.outcome, (await alive.handle.describe()).run_id) == (Outcome.SAME, run)
    assert of_closed.outcome is Outcome.NOT_REOPENED
    assert "start FILE.json --reopen" in of_closed.why
    assert of_nobody.outcome is Outcome.NOT_REOPENED


async def test_a_start_before_the_rebuild_takes_the_case_up_too(lost: World, tmp_path: Path) -> None:
    async with keeping_worker(lost):
        case = await lost.start()
        await case.with_loan()
        await case.pay()
        before = await case.settle()

    async with after_the_loss(lost, tmp_path / "empty") as found:
        case = dataclasses.replace(case, world=found)
        async with keeping_worker(found):
            await case.door.start(builders.company(company_id=case.company_id), Policy())
            after = await case.settle()
            told = await rebuild(found)

    assert outcomes(told) == {"same": 1}
    assert (after["loan"], after["payment"], after["letter"]) == (before["loan"], before["payment"], before["letter"])
    assert after["timeline"][:-1] == before["timeline"]


async def test_a_rehearsal_names_what_a_snapshot_lacks_and_changes_nothing(lost: World) -> None:
    async with keeping_worker(lost):
        case = await lost.start()
        await case.settle()
    async with lost.worker():
        await case.pay()
        await case.settle()
        kept = await asyncio.to_thread(Snapshots(lost.objects).read, case.company_id)
        told = await rebuild(lost, rehearse=True)
        kept_then = await asyncio.to_thread(Snapshots(lost.objects).read, case.company_id)

    assert outcomes(told) == {"behind": 1}
    assert "payment, " in told[case.company_id].why
    assert kept == kept_then


async def test_where_there_is_a_ring_a_case_is_started_anew_with_nothing_to_be_read(
    lost: World, tmp_path: Path
) -> None:
    ring = ring_file(tmp_path / "ring.json")
    sealed = await encrypted(lost, ring)
    async with keeping_worker(sealed):
        case = await sealed.start()
        await case.pay()
        before = await case.settle()

    async with after_the_loss(sealed, tmp_path / "empty") as empty:
        found = await encrypted(empty, ring)
        await rebuild(found)
        case = dataclasses.replace(case, world=found)
        async with keeping_worker(found):
            after = await case.settle()
        history = json.loads((await case.handle.fetch_history()).to_json())

    assert after == before
    assert list(readable_payloads(history)) == []
