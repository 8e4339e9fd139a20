"""Thousands of open cases on one worker: a payment's way into one of them, and a morning on which all are reminded.

Two local stacks run side by side, one with few cases, all of them in its worker's memory, and one with many, of which
the payers are not: payments go to the one and the other in turn, so that other work on the machine harms both alike.
Then the many cases' clocks are moved to the eve of a business day, each so that the minutes of the day's hours over
which reminders are spread pass as so many parts of a much shorter time.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final, NamedTuple

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.activations import Activations
from adapters.imports import start_all
from adapters.s3 import S3Objects
from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack, program_of, running
from benchmarks.measured_worker import resident_bytes
from benchmarks.paying import pay, slowest_but_one_of_a_hundred
from benchmarks.sizes import Size
from domain.bucket import first_acceptance_key
from domain.calendar import OPENS_AT, BusinessCalendar, bogota_date, bogota_instant
from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.case.reminders import SPREAD_MINUTES, plan
from domain.contract import workflow_id
from domain.errors import ServiceUnavailableError
from domain.model import canonical_bytes
from stack import case_time
from stack.connection import PatientActivations, connect
from stack.life import COMPANY

CONFIGURATION: Final = (
    "product: two local stacks as shipped but for the server's movable time, one worker each, 1,000 cases kept;\n"
    "  bare: payments on the stack with few cases; those before the morning; the time it is spread over; 25 a second"
)
JSON: Final = "application/json"
IMPORT_RATE: Final = 25.0
AT_ONCE: Final = 8
NOON: Final = time_of_day(12)
LEAST_AHEAD: Final = 5.0
"""Seconds from where a clock is moved to what the case does then."""
SLOWER: Final = 1.5
"""The many clocks may be moved by so much more slowly than the first."""
PATIENCE: Final = 3
"""After so many mornings, reminders that were not sent are given up."""
WITHIN: Final = (SPREAD_MINUTES + 60) / SPREAD_MINUTES
"""Of the time over which reminders are spread: the hours of the day end an hour later."""


class Stack(NamedTuple):
    """One of the two."""

    cases: Activations
    skipper: TimeSkipper
    objects: S3Objects
    mails: Path
    worker: int
    payers: Sequence[str]

    @property
    def client(self) -> Client:
        """A client whose cases' clocks can be moved."""
        return self.skipper.client

    def reminded(self) -> int:
        """Return how many reminders were mailed."""
        return sum(1 for _ in self.mails.glob("*-reminder-loan-*.eml"))


async def measure(size: Size) -> list[Figure]:
    """Return the figures of many cases."""
    noon = noon_of_reminders(datetime.now(UTC))
    names = [f"MANY{number}" for number in range(size.many)]
    async with _stack(2 * size.payments) as many, _stack(size.few) as few:
        took = await _start(many, names, noon)
        memory = resident_bytes(many.worker) / 1e6, resident_bytes(few.worker) / 1e6
        quiet, alone = await _in_turn(many, few, size)
        busy, morning = await _morning(many, names, noon, size)
        unsent = size.many - await asyncio.to_thread(many.reminded)
    p99 = slowest_but_one_of_a_hundred
    return [
        Figure(f"start of {size.many:,} cases", took, size.many / IMPORT_RATE, 1, " s"),
        Figure("  worker's memory with them", *memory, None, " MB"),
        Figure(f"payment to effect beside them, beside {size.few}, 99 of 100", p99(quiet), p99(alone), 2, " ms"),
        Figure(f"payment to effect while {size.many:,} are reminded, 99 of 100", p99(busy), p99(quiet), 3, " ms"),
        Figure("  until all are, in the morning's measure", morning, size.morning_seconds, round(WITHIN, 2), " s"),
        Figure("  reminders that were not sent", unsent, 0, 0, absolute=True),
    ]


@asynccontextmanager
async def _stack(payers: int) -> AsyncIterator[Stack]:
    """Run a stack and start those who will pay; a payer's case waits for a message."""
    async with AsyncExitStack() as stack:
        settings, _ = await stack.enter_async_context(local_stack(worker=False, time_moves=True))
        worker = await stack.enter_async_context(running(program_of(settings, "worker"), {}))
        connection = await connect(settings, connections=20)
        skipper = TimeSkipper(connection.client, config=TimeSkippingConfig(enabled=False))
        cases = PatientActivations(skipper.client, connection.objects)
        names = [f"PAYS{number}" for number in range(payers)]
        found = Stack(cases, skipper, connection.objects, settings.folder / "mail", worker.pid, names)
        await _import(found, names)
        yield found


async def _start(stack: Stack, names: Sequence[str], noon: datetime) -> float:
    """Start companies whose loan is on record, and return the seconds until each waits for its reminder."""
    policy = Policy()
    first = noon - timedelta(days=policy.loan_days - policy.loan_reminder_days[0])
    loan = FirstAcceptance(upload_id="u0", received_at=first)
    for name in names:
        await asyncio.to_thread(stack.objects.put, first_acceptance_key(name), canonical_bytes(loan), JSON)
    began = time.perf_counter()
    await _import(stack, names)
    return time.perf_counter() - began


async def _import(stack: Stack, names: Sequence[str]) -> None:
    """Start companies; an import that a busy machine breaks off is made again for those that are left."""
    started = set[str]()
    while left := [name for name in names if workflow_id(name) not in started]:
        companies = [COMPANY.model_copy(update={"company_id": name}) for name in left]
        with contextlib.suppress(ServiceUnavailableError):
            await start_all(
                stack.cases, companies, Policy(), per_second=200, done=lambda each: started.add(each.workflow_id)
            )
    for name in names[-AT_ONCE:]:  # first tasks are taken in the order of their starts
        await _until_idle(stack, name)


async def _until_idle(stack: Stack, name: str) -> None:
    handle = stack.client.get_workflow_handle(workflow_id(name))
    while True:
        with contextlib.suppress(TimeoutError):  # behind thousands of first tasks a minute is not long
            return await case_time.until_idle(handle)


async def _in_turn(many: Stack, few: Stack, size: Size) -> tuple[list[float], list[float]]:
    """Return the milliseconds of payments on both."""
    beside_many, beside_few = [], []
    for one, other in zip(many.payers[: size.payments], few.payers, strict=False):
        beside_many.append(await pay(many.cases, one))
        beside_few.append(await pay(few.cases, other))
    return beside_many, beside_few


async def _morning(many: Stack, names: Sequence[str], noon: datetime, size: Size) -> tuple[list[float], float]:
    """Let the morning come; return the milliseconds of payments meanwhile, and the seconds until all are reminded."""
    opens = await _on_the_eve(many, names, noon, size)
    await asyncio.sleep(opens - time.monotonic())
    all_reminded = asyncio.create_task(_when_reminded(many, len(names), opens + PATIENCE * size.morning_seconds))
    busy = []
    for number, payer in enumerate(many.payers[size.payments :]):
        await asyncio.sleep(opens + size.morning_seconds * number / size.payments - time.monotonic())
        busy.append(await pay(many.cases, payer))
    return busy, await all_reminded - opens


async def _when_reminded(stack: Stack, number: int, until: float) -> float:
    """Return the instant at which so many reminders are mailed, or at which that is given up."""
    while time.monotonic() < until and await asyncio.to_thread(stack.reminded) < number:  # noqa: ASYNC110  # mails of another process
        await asyncio.sleep(1)
    return time.monotonic()


async def _on_the_eve(many: Stack, names: Sequence[str], noon: datetime, size: Size) -> float:
    """Move every case's clock to just before its reminder, and return when the morning begins.

    How long that takes is told by the first few, which are moved once more: until then they wait for hours.
    """
    due = {name: first_reminder_at(name, noon) for name in names}
    first = sorted(names, key=due.__getitem__)
    began = time.monotonic()
    some = first[: size.few]
    await _at_once(some, lambda name: _move(many, name, due[name], 3600))
    each = (time.monotonic() - began) / len(some)
    opens = time.monotonic() + LEAST_AHEAD + SLOWER * each * len(first)

    async def move(name: str) -> None:
        into = (due[name] - bogota_instant(bogota_date(noon), OPENS_AT)) / timedelta(minutes=SPREAD_MINUTES)
        await _move(many, name, due[name], max(LEAST_AHEAD, opens + into * size.morning_seconds - time.monotonic()))

    await _at_once(first, move)
    return opens


async def _move(stack: Stack, name: str, due: datetime, left: float) -> None:
    """Move a case's clock until so many seconds are left."""
    handle = stack.client.get_workflow_handle(workflow_id(name))
    ahead = due - await case_time.now(handle) - timedelta(seconds=left)
    if ahead > timedelta(0):
        await stack.skipper.fast_forward(handle, ahead)


def first_reminder_at(company_id: str, noon: datetime) -> datetime:
    """Return when a company is first reminded, whose loan's first reminder falls on that day."""
    policy = Policy()
    ends_on = bogota_date(noon) + timedelta(days=policy.loan_reminder_days[0])
    reminders = plan(ends_on, policy.loan_days, policy.loan_reminder_days, company_id, BusinessCalendar())
    return reminders[0].at


async def _at_once(names: Sequence[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Do something with each, a few at once."""
    waiting = iter(names)

    async def row() -> None:
        for name in waiting:
            await work(name)

    await asyncio.gather(*(row() for _ in range(AT_ONCE)))


def noon_of_reminders(now: datetime) -> datetime:
    """Return noon of a business day that is neither today nor tomorrow."""
    opening = BusinessCalendar().next_opening(now + timedelta(days=2))
    return bogota_instant(bogota_date(opening), NOON)
