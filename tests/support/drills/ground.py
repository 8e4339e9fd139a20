"""What a drill breaks and mends: a worker, a store that can be full, a mail server, a receiver; and cases on them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from domain.errors import NoWorkerError
from stack.probes import LOOPBACK
from tests.support.faults.proxy import Trouble
from tests.support.faults.stand import Stand, stand
from tests.support.faulty_store import FaultyStore, faulty_store
from tests.support.world import CaseUnderTest, Json

COMPANIES = 6
"""Of each drill: twice as many as the alerts ask for."""
OWED_WITHIN = timedelta(minutes=12)
"""After mending: a step or mail waits ten minutes at most by then."""


@dataclass
class Ground:
    """Everything that can be broken, and the cases of the drill that is under way."""

    stand: Stand
    store: FaultyStore
    cases: list[CaseUnderTest] = field(default_factory=list)

    @property
    def target(self) -> str:
        """Where the worker tells its figures."""
        return self.stand.workers[0].program.environment["ACTIVA_WORKER__METRICS_ADDRESS"]

    async def companies(self) -> None:
        """Start the cases of a drill, and wait until all is well with them."""
        self.cases = [await self.stand.world.start(opens=False) for _ in range(COMPANIES)]
        await self.owes_nothing()

    async def everybody(self, does: Callable[[CaseUnderTest], Awaitable[object]]) -> None:
        """Have each company do something."""
        await asyncio.gather(*map(does, self.cases))

    async def stop_worker(self) -> None:
        """Stop it; what companies do waits."""
        await self.stand.workers[0].end()
        await self.everybody(CaseUnderTest.pay)

    async def start_worker(self) -> None:
        """Start it."""
        await self.stand.workers[0].begin()

    async def stop_temporal(self) -> None:
        """Stop Temporal itself: nothing can be asked or told."""
        await self.stand.parts["temporal"].end()

    async def start_temporal(self) -> None:
        """Start it; returns once the worker, which nobody touched, has done something for each company."""
        await self.stand.parts["temporal"].begin()
        await self.everybody(CaseUnderTest.pay)
        await self.until(lambda case, _: bool(case.mails("payment")))

    async def fill_store(self) -> None:
        """Let the store take nothing more, and companies ask for their letters."""
        self.store.is_full = True
        await self.everybody(_asks_for_its_letter)

    async def empty_store(self) -> None:
        """Give it room; returns once every company has its letter."""
        self.store.is_full = False
        await self.until(lambda _, status: status["letter"]["folio"] is not None)

    async def stop_mail(self) -> None:
        """Let the mail server refuse everybody, while there is something to tell."""
        self.stand.proxies["smtp"].change(Trouble.REFUSES)
        await self.everybody(CaseUnderTest.pay)

    async def stop_mail_of_one(self) -> None:
        """Let it refuse a mail of one company alone: one that is owed is enough."""
        del self.cases[1:]
        await self.stop_mail()

    async def start_mail(self) -> None:
        """Let it take mails; returns once each company has the one it was owed."""
        self.stand.proxies["smtp"].change(None)
        await self.until(lambda case, _: bool(case.mails("payment")))

    async def refuse_events(self, status: int) -> None:
        """Let the billing backend answer so, while there is something to tell."""
        self.stand.receiver.answers(status)
        await self.everybody(CaseUnderTest.pay)
        await self.everybody(CaseUnderTest.issue_certificate)

    async def take_events(self) -> None:
        """Let it take them."""
        self.stand.receiver.answers(204)

    async def take_events_again(self) -> None:
        """Let it take them, and ask for those that were lost, as the runbook says."""
        await self.take_events()
        for case in self.cases:
            lost = [each for each in (await case.status())["webhooks"]["deliveries"] if each["outcome"] == "gone"]
            for each in lost:
                await case.signal("webhook_requested", event=each["id"], reason="the receiver is back")
        await self.until(
            lambda _, status: all(each["outcome"] == "delivered" for each in status["webhooks"]["deliveries"])
        )

    async def owes_nothing(self) -> None:
        """Return once no case owes anybody a step, a mail or an event."""
        await self.until(lambda _, status: not status["waiting_to_retry"] and not status["webhooks"]["waiting"])

    async def until(self, wanted: Callable[[CaseUnderTest, Json], bool]) -> None:
        """Return once every case is as wanted; raises TimeoutError."""
        async with asyncio.timeout(OWED_WITHIN.total_seconds()):
            for case in self.cases:
                while not wanted(case, await case.status()):  # noqa: ASYNC110  # a case tells nobody
                    await asyncio.sleep(1)


async def _asks_for_its_letter(case: CaseUnderTest) -> None:
    with contextlib.suppress(NoWorkerError):  # the answer to a person is to come again in a minute
        await case.with_letter()


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Run all of it, with one worker."""
    async with stand(folder, workers=1, slow_seconds=0, older=None) as made:
        door = made.proxies["s3"]
        async with faulty_store(f"http://{LOOPBACK}:{door.server_port}") as store:
            door.server_port = urlsplit(store.url).port or 0
            door.change(None)  # what is open goes past the store that can be full
            yield Ground(made, store)
