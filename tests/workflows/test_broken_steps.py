"""Every step breaks off at every call of the store, in every way, while every kind of message arrives.

Each step is done once in peace, to see what it asks of the store. Then a company for each call and each way of breaking
goes through it: the messages are taken meanwhile, and once the store answers the step is done, once, and the case can
be closed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from activities.sent_once import GRACE
from adapters import s3
from domain.bucket import company_key
from domain.errors import NoWorkerError
from domain.model import canonical_bytes, canonical_sha256
from stack.mail_sink import MailSink
from tests.support import builders
from tests.support.faulty_store import Call, Fault, FaultyStore, faulty_store
from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import (
    ORDINARY_DAY,
    CaseUnderTest,
    Json,
    World,
    new_company_id,
    worker_over,
    world_of_its_own,
)

pytestmark = pytest.mark.takes_minutes

AT_ONCE = 6
"""Companies that break at the same time: the machine has two cores."""
Way = Callable[[CaseUnderTest], Awaitable[object]]
MEANWHILE: tuple[tuple[str, dict[str, object]], ...] = (
    ("payment_confirmed", {"reference": "FV-1", "amount_cop": 5}),
    ("letter_reviewed", {"decision": "accept", "reason": "legible"}),
    ("certificate_rejected", {"observations": "the RUT is old"}),
    ("certificate_issued", {"serial": "77", "valid_from": "2036-02-01", "valid_until": "2037-02-01"}),
    ("certificate_withdrawn", {"serial": "77", "reason": "another company's"}),
    ("step_completed", {"step": 1}),
    ("loan_revoked", {"reason": "misuse"}),
    ("reminders_muted", {"until": "2035-01-01", "reason": "asked for it"}),
    ("company_updated", {"sha256": "0" * 64}),
    ("letter_uploaded", {"upload_id": "nothing-there"}),
    ("notice_requested", {"notice": "certificate_ended", "reason": "lost"}),
    ("webhook_requested", {"event": "evt_" + "0" * 32, "reason": "lost"}),
    ("unheard_of", {}),
)


@dataclass(frozen=True)
class Step:
    """How a case comes to a step, what asks for it, and how the timeline tells that it is done."""

    asked_by: Way
    done: str
    before: tuple[Way, ...] = ()
    opens: bool = True
    without: tuple[str, ...] = ()
    """Messages that would ask for something else instead."""


async def _settled(case: CaseUnderTest) -> None:
    await case.settle()


async def _nothing(case: CaseUnderTest) -> None:
    """A start asks for the first step by itself."""


async def _upload(case: CaseUnderTest) -> None:
    await case.signal("letter_uploaded", upload_id=await case.upload(await case.signed()))


async def _accept(case: CaseUnderTest) -> None:
    await case.signal("letter_reviewed", decision="accept", reason="compared with the RUT")


async def _new_company(case: CaseUnderTest) -> None:
    changed = builders.company(company_id=case.company_id, city="Cali")
    key = company_key(case.company_id)
    await asyncio.to_thread(case.world.objects.put, key, canonical_bytes(changed), "application/json")
    await case.signal("company_updated", sha256=canonical_sha256(changed))


async def _revoke(case: CaseUnderTest) -> None:
    await case.signal("loan_revoked", reason="misuse")


STEPS = {
    "open": Step(_nothing, "activation_started", opens=False),
    "issue a letter": Step(CaseUnderTest.with_letter, "letter_issued"),
    "check an upload": Step(_upload, "letter_accepted", (CaseUnderTest.with_letter,)),
    "write down an acceptance": Step(_accept, "letter_accepted", (attach_doubtful,), without=("letter_uploaded",)),
    "write down a revocation": Step(_revoke, "loan_revoked", (CaseUnderTest.with_loan,)),
    "check a company": Step(_new_company, "company_updated", without=("company_updated",)),
    "send a mail": Step(CaseUnderTest.pay, "notice_sent"),
    "send a reminder": Step(
        CaseUnderTest.skip_to_next_reminder,
        "reminder_sent",
        (CaseUnderTest.with_loan,),
        without=("loan_revoked", "certificate_issued", "reminders_muted"),
    ),
}


@dataclass
class Breaking:
    """A world whose worker alone reaches the store through the proxy."""

    world: World
    store: FaultyStore


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def breaking(
    tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink
) -> AsyncIterator[Breaking]:
    folder: Path = tmp_path_factory.mktemp("breaking")
    async with (
        faulty_store(moto_url) as store,
        world_of_its_own(folder, moto_url, mail_sink, begins=ORDINARY_DAY) as made,
    ):
        client = s3.connect(
            endpoint_url=store.url, region="us-east-1", access_key_id="x", secret_access_key="x", connections=20
        )
        async with worker_over(made, s3.S3Objects(client, made.settings.s3.bucket)):
            yield Breaking(made, store)


async def at_the_step(world: World, step: Step, company_id: str | None = None) -> CaseUnderTest:
    case = await world.start(opens=step.opens, company_id=company_id or new_company_id())
    for way in step.before:
        await way(case)
    return case


async def calls_of(breaking: Breaking, step: Step) -> list[Call]:
    """Return the calls that a step makes in peace, each once."""
    case = await at_the_step(breaking.world, step)
    if step.opens:
        await case.settle()
        breaking.store.calls[case.company_id] = []
    await step.asked_by(case)
    await case.settle()
    return list(dict.fromkeys(breaking.store.calls[case.company_id]))


async def asked(step: Step, case: CaseUnderTest) -> None:
    with contextlib.suppress(WorkflowUpdateFailedError, NoWorkerError):  # whoever waits is told to ask again
        await step.asked_by(case)


async def broken(breaking: Breaking, step: Step, call: Call, fault: Fault) -> None:
    """Take a company through a step that breaks, and to the end of its case."""
    company_id = new_company_id()
    if not step.opens:  # the start asks for the step at once
        breakage = breaking.store.breaks(company_id, call, fault)
    case = await at_the_step(breaking.world, step, company_id)
    before = {}
    if step.opens:
        before = await case.settle()
        breakage = breaking.store.breaks(company_id, call, fault)
    asking = asyncio.create_task(asked(step, case))
    await asyncio.wait_for(breakage.met.wait(), 240)
    messages = [each for each in MEANWHILE if each[0] not in step.without]
    for name, fields in messages:
        await case.signal(name, **fields)
    during = await case.status()
    breakage.mended.set()
    await asking
    if is_claim(call, fault):
        await case.settle()
        breaking.store.ahead += GRACE
    await case.skip(timedelta(hours=2))
    after = await case.settle()

    assert during["company_id"] == case.company_id
    assert accounted_for(after) - accounted_for(before) >= len(messages)
    assert [each["action"] for each in after["timeline"]].count(step.done) >= 1
    assert after["waiting_to_retry"] == []
    assert [each for each in after["attention"] if each["kind"] == "failing"] == []
    await ends(case)


def accounted_for(facts: Json) -> int:
    """Return how many messages the case has taken, recognised or rejected."""
    if not facts:
        return 0
    taken = sum(1 for each in facts["timeline"] if each["actor"] != "activa")
    return taken + int(facts["rejected_signals_count"]) + int(facts["repeated_messages_count"])


async def ends(case: CaseUnderTest) -> None:
    await case.signal("activation_closed", reason="the company left")
    last = await asyncio.wait_for(case.handle.result(), 240)
    history = await case.handle.fetch_history()
    assert last["stage"] == "closed"
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in {event.event_type for event in history.events}
    told = [str(mail["X-Entity-Ref-ID"]) for mail in case.mails()]
    assert len(told) == len(set(told))


def is_claim(call: Call, fault: Fault) -> bool:
    """Tell whether it is unknown who holds a mail, so that others keep out for some minutes of the worker's clock."""
    return fault is Fault.AFTER and call.method == "PUT" and call.key.startswith("notices/")


def ways(calls: list[Call]) -> list[tuple[Call, Fault]]:
    return [(call, fault) for call in calls for fault in Fault if fault is not Fault.AFTER or call.method == "PUT"]


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("name", STEPS)
async def test_a_step_that_breaks_at_any_call_loses_no_message_and_is_done_in_the_end(
    breaking: Breaking, name: str
) -> None:
    step, free = STEPS[name], asyncio.Semaphore(AT_ONCE)
    calls = await calls_of(breaking, step)
    assert calls, "the step asks nothing of the store, so nothing is tested"

    async def one(call: Call, fault: Fault) -> None:
        async with free:
            try:
                await broken(breaking, step, call, fault)
            except BaseException as error:
                error.add_note(f"{name}: {call.method} {call.key} {fault}")
                raise

    together = [way for way in ways(calls) if not is_claim(*way)]
    results = await asyncio.gather(*(one(*way) for way in together), return_exceptions=True)
    for way in ways(calls):
        if is_claim(*way):  # alone, since the clock is everybody's
            results += await asyncio.gather(one(*way), return_exceptions=True)
    failures = [each for each in results if isinstance(each, BaseException)]
    if failures:
        raise BaseExceptionGroup(name, failures)
