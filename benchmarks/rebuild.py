"""Temporal's database is lost in the middle of varied lives, and every case is started anew from the bucket.

There is no peer: what counts is that nothing differs afterwards, and what it takes.
"""

import asyncio
import contextlib
import dataclasses
import email
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from adapters.mending import mend
from benchmarks.actions import counted
from benchmarks.figures import Figure
from benchmarks.sizes import Size
from domain.errors import NoWorkerError
from stack import case_time
from stack.mail_sink import MailSink
from stack.probes import free_port
from tests.support import s3_servers
from tests.support.deploy.losing import after_the_loss, keeping_worker, outcomes, rebuild
from tests.support.deploy.varied import VARIED
from tests.support.receiver import Receiver, receiving
from tests.support.world import CaseUnderTest, Json, World, world_of_its_own

CONFIGURATION: Final = "product: the worker as the tests run it, with snapshots, over S3 and SMTP servers; bare: none"
AT_ONCE: Final = 4
Told = list[Json]


async def measure(size: Size) -> list[Figure]:
    """Return what differs after a loss, and the time and the billable actions of the way back."""
    with tempfile.TemporaryDirectory() as place, s3_servers.moto() as s3_url:
        folder = Path(place)
        async with (
            MailSink(folder / "mail") as mails,
            receiving(Receiver()) as receiver,
            world_of_its_own(folder / "lost", s3_url, mails) as lost,
        ):
            async with keeping_worker(lost, webhooks=receiver.settings):
                cases = await _lived(lost, size.lost_cases)
                before = await _told(cases)
                began = time.perf_counter()
                await mend(lost.client, lost.objects)
                compared = time.perf_counter() - began
            async with after_the_loss(lost, folder / "empty", "--metrics-port", str(port := free_port())) as found:
                return await _way_back(found, cases, before, receiver, port, compared)


async def _way_back(
    found: World, cases: list[CaseUnderTest], before: Told, receiver: Receiver, port: int, compared: float
) -> list[Figure]:
    mails, events = await asyncio.to_thread(_mails, found), len(receiver.taken)
    began = time.perf_counter()
    started = outcomes(await rebuild(found))["started"]
    took = time.perf_counter() - began
    again = [dataclasses.replace(case, world=found) for case in cases]
    async with keeping_worker(found, webhooks=receiver.settings) as keeper:
        after = await _told(again)
        await keeper.flush()
        rehearsed = outcomes(await rebuild(found, rehearse=True))
        actions = await counted(port)
    different = [_parts(one, other) for one, other in zip(before, after, strict=True) if one != other]
    for each in different:
        print(f"differs in {each}")
    return [
        Figure("cases started anew", started, 0, None),
        Figure("  whose status differs", len(different), 0, 0, absolute=True),
        Figure("  mails sent again", (await asyncio.to_thread(_mails, found) - mails).total(), 0, 0, absolute=True),
        Figure("  events sent again", len(receiver.taken) - events, 0, 0, absolute=True),
        Figure("  differences of a rehearsal afterwards", rehearsed.total() - rehearsed["same"], 0, 0, absolute=True),
        Figure("  to start them", took, 0, None, " s", 1),
        Figure("  billable actions of each, its own timer included", actions / len(again), 0, None, "", 2),
        Figure("cases compared with their snapshots in a second", len(cases) / compared, 0, None),
    ]


async def _lived(made: World, number: int) -> list[CaseUnderTest]:
    """Let so many cases come into the middle of their lives."""
    slots, ways = asyncio.Semaphore(AT_ONCE), list(VARIED.values())

    async def one(index: int) -> CaseUnderTest:
        async with slots:
            while True:
                case = await made.start(written_to=False)
                with contextlib.suppress(NoWorkerError):  # on a busy machine; that case is left where it is
                    await ways[index % len(ways)](case)
                    return case

    return list(await asyncio.gather(*map(one, range(number))))


async def _told(cases: list[CaseUnderTest]) -> Told:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(case: CaseUnderTest) -> Json:
        async with slots:
            if (await case.handle.describe()).close_time is None:
                await case_time.until_idle(case.handle)
            return await case.status()

    return list(await asyncio.gather(*map(one, cases)))


def _parts(one: Json, other: Json) -> str:
    return ", ".join(f"{name}: {one[name]} -> {other[name]}" for name in one if one[name] != other[name])


def _mails(made: World) -> Counter[str]:
    sent = (email.message_from_bytes(path.read_bytes()) for path in made.mail_folder.glob("*.eml"))
    return Counter(str(each["X-Entity-Ref-ID"]) for each in sent)
