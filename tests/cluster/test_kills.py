"""A service of the server is killed with -9 while cases live: nothing acknowledged is lost, nothing is done twice."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from deploy.namespace import ensure_namespace, ensure_search_attributes
from domain.case.policy import Policy
from domain.errors import ServiceUnavailableError
from domain.messages.models import PaymentConfirmed, StepCompleted, VerifyPayment
from stack.mail_sink import MailSink
from tests.support import builders
from tests.support.cluster_rows import Cluster
from tests.support.temporal_places import Place
from tests.support.world import CaseUnderTest, Json, World, new_company_id, world

T = TypeVar("T")
COMPANIES = 20
PAYMENTS = 6
"""As many as a case lists one by one."""
RESTARTED_AFTER = timedelta(seconds=2)


@dataclass
class Load:
    """Companies that live at the same time, each message told until it is acknowledged."""

    made: World
    told: Counter[str] = field(default_factory=Counter)
    longest: float = 0

    async def insist(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call again until it is answered, as whoever calls must."""
        began = time.monotonic()
        while True:
            try:
                answer = await call()
            except (ServiceUnavailableError, TimeoutError):
                self.told["refused"] += 1
                await asyncio.sleep(0.2)
            else:
                self.told[what] += 1
                self.longest = max(self.longest, time.monotonic() - began)
                return answer

    async def life(self) -> CaseUnderTest:
        """Take a company from its start to its letter, tell of payments and ask after each."""
        case = CaseUnderTest(self.made, new_company_id())
        door, company_id = case.door, case.company_id
        company = builders.company(company_id=company_id)
        await case.was_written_to(company.email, builders.REPRESENTATIVE["email"])
        await self.insist("started", lambda: door.start(company, Policy()))
        step = StepCompleted(step=1, by="billing")
        await self.insist("signals", lambda: door.signal(company_id, "step_completed", step))
        asked = VerifyPayment(by="representative")
        person = builders.representative()
        await self.insist("updates", lambda: door.submit_representative(company_id, person, "representative"))
        for number in range(PAYMENTS):
            payment = PaymentConfirmed(reference=f"FV-{number}", amount_cop=297_500, by="billing")
            await self.insist("signals", lambda payment=payment: door.signal(company_id, "payment_confirmed", payment))
            await self.insist("updates", lambda: door.update(company_id, "verify_payment", asked))
            await self.insist("queries", lambda: door.status(company_id))
        return case


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lively(cluster: Cluster, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world with two workers."""
    place = Place(cluster.address, "kills")
    client = await place.connect()
    await ensure_namespace(client)
    await ensure_search_attributes(client)
    async with world(place, moto_url, mail_sink) as made:
        second = replace(made, client=await place.connect())
        async with made.worker(cached_cases=100), second.worker(cached_cases=100):
            yield made


@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", ["history", "matching", "frontend"])
async def test_nothing_is_lost_or_done_twice_when_a_service_is_killed(
    service: str, cluster: Cluster, lively: World, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Load(lively)
    lives = asyncio.gather(*(load.life() for _ in range(COMPANIES)))
    away = []
    while not lives.done() and len(away) < 3:
        await asyncio.wait([lives], timeout=2)
        away.append(await cluster.killed(service, RESTARTED_AFTER))
    cases = await lives
    facts = [await settled(case) for case in cases]

    paid = [sorted(each["reference"] for each in of["payment"]["payments"]) for of in facts]
    assert paid == [[f"FV-{number}" for number in range(PAYMENTS)]] * COMPANIES
    assert [[each["action"] for each in of["timeline"]].count("letter_issued") for of in facts] == [1] * COMPANIES
    assert all(of["steps"]["completed"] == [1] for of in facts)
    keys = [str(mail["X-Entity-Ref-ID"]) for case in cases for mail in case.mails()]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    failed = [name for case in cases for name in await failures(case)]
    assert failed == []
    figures = f"away {[round(each, 1) for each in away]} s, {dict(load.told)}, longest {load.longest:.1f} s"
    with capsys.disabled():
        sys.stdout.write(f"\n{service}: {figures}\n")


async def settled(case: CaseUnderTest) -> Json:
    """Return the status at rest: a step whose result found no server is done again once its time is up."""
    while True:
        with suppress(TimeoutError, ServiceUnavailableError):
            return await case.settle()


async def failures(case: CaseUnderTest) -> list[str]:
    """Return the tasks of the workflow that failed; those that a dying server let time out are tried again."""
    names = [EventType.Name(event.event_type) for event in (await case.handle.fetch_history()).events]
    return [name for name in names if name == "EVENT_TYPE_WORKFLOW_TASK_FAILED"]
