"""Whether a worker's memory grows while it works: lives without end, far more than it keeps, and its resident set.

The worker keeps few cases, so that its memory of them is full after the warm-up and turns over many times. What grows
then is lost: the slope is that of a straight line through all samples after the warm-up.
"""

import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from adapters.activations import Activations
from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack, program_of, running
from benchmarks.measured_worker import resident_bytes
from benchmarks.sizes import WHOLE, Size
from domain.calendar import bogota_date
from domain.case.policy import Policy
from domain.messages.models import CertificateIssued, PaymentConfirmed
from domain.profiles.company import Company
from stack.life import COMPANY, REPRESENTATIVE

WARM: Final = 5
"""As many times as it keeps cases, it lives through others first; after twice as many its memory still grew."""
CONFIGURATION: Final = (
    f"product: the worker as shipped on the local stack, but {WHOLE.soak_kept} cases kept; each case starts, has its\n"
    "  letter made, pays, gets its certificate and is asked for its status; bare: the same at the end of the warm-up"
)
GOAL_MB_AN_HOUR: Final = 1.0
AT_ONCE: Final = 4
PER_SECOND: Final = 1.0
"""Of lives, at most, once it is measured: as many as millions of companies have in a year."""
YEAR: Final = timedelta(days=365)


class Sample(NamedTuple):
    """The worker's memory at an instant."""

    hour: float
    megabytes: float


async def measure(size: Size) -> list[Figure]:
    """Return how a worker's memory grows."""
    async with local_stack(worker=False) as (stack, cases):
        settings = {"ACTIVA_WORKER__CACHED_CASES": str(size.soak_kept)}
        async with running(program_of(stack, "worker"), settings) as worker:
            lives = _Lives(cases)
            await lives.go_on(number=WARM * size.soak_kept)
            warm = lives.lived
            samples = await _sampled(lives, worker.pid, size)
    began, ended = samples[0].megabytes, samples[-1].megabytes
    return [
        Figure(
            f"slope over {size.soak_minutes:g} minutes", slope(samples), 0, GOAL_MB_AN_HOUR, " MB/h", 2, absolute=True
        ),
        Figure("  resident memory at the end", ended, began, None, " MB", 1),
        Figure("  lives by then", lives.lived, warm, None),
    ]


def slope(samples: Sequence[Sample]) -> float:
    """Return the megabytes by which memory grows in an hour."""
    hours, megabytes = zip(*samples, strict=True)
    return statistics.linear_regression(hours, megabytes).slope


async def _sampled(lives: "_Lives", pid: int, size: Size) -> list[Sample]:
    began = time.monotonic()
    samples = [Sample(0, resident_bytes(pid) / 1e6)]
    working = asyncio.create_task(lives.go_on(until=began + size.soak_minutes * 60, pause=AT_ONCE / PER_SECOND))
    while not working.done():
        await asyncio.wait([working], timeout=size.sampled_seconds)
        samples.append(Sample((time.monotonic() - began) / 3600, resident_bytes(pid) / 1e6))
    await working
    return samples


class _Lives:
    """Companies that live one after the other, a few at once."""

    def __init__(self, cases: Activations) -> None:
        self._cases = cases
        self._begun = 0
        self.lived = 0

    async def go_on(self, *, until: float = math.inf, number: float = math.inf, pause: float = 0) -> None:
        """Let companies live in a few rows until an instant of the monotonic clock, or until so many have."""

        async def row() -> None:
            while time.monotonic() < until and self._begun < number:
                self._begun += 1
                await self._live(COMPANY.model_copy(update={"company_id": f"SOAK{self._begun}"}))
                self.lived += 1
                await asyncio.sleep(pause)

        await asyncio.gather(*(row() for _ in range(AT_ONCE)))

    async def _live(self, company: Company) -> None:
        cases, name, today = self._cases, company.company_id, bogota_date(datetime.now(UTC))
        patience = timedelta(seconds=120)
        await cases.start(company, Policy())
        await cases.submit_representative(name, REPRESENTATIVE, "representative")
        await cases.signal(
            name, "payment_confirmed", PaymentConfirmed(reference="F", amount_cop=Policy().total_cop, by="billing")
        )
        certificate = CertificateIssued(serial="4A:01", valid_from=today, valid_until=today + YEAR, by="billing")
        await cases.signal(name, "certificate_issued", certificate)
        await cases.status(name, within=patience)
