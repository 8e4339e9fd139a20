"""A payment's way into its case while thousands of companies are imported; the quiet system is the peer."""

import asyncio
import time
from typing import Final

from adapters.activations import Activations
from adapters.imports import start_all
from benchmarks.figures import Figure
from benchmarks.local_stack import local_stack
from benchmarks.paying import PATIENCE, pay, slowest_but_one_of_a_hundred
from benchmarks.sizes import Size
from domain.case.policy import Policy
from stack.life import COMPANY

CONFIGURATION: Final = "product: the local stack as shipped; bare: payments without an import, and the rate asked for"


async def measure(size: Size) -> list[Figure]:
    """Return how long payments took to have their effect, ninety-nine of a hundred, quiet and during an import."""
    async with local_stack() as (_, cases):
        payers = [f"PAYS{number}" for number in range(2 * size.payments)]
        for name in payers:
            await cases.start(COMPANY.model_copy(update={"company_id": name}), Policy())
        await _opened(cases, payers[-1])
        quiet = await _pay(cases, payers[: size.payments], size.pause_seconds)
        imported = [COMPANY.model_copy(update={"company_id": f"IMPORTED{number}"}) for number in range(size.companies)]
        began = time.perf_counter()
        done: list[object] = []
        importing = asyncio.create_task(
            start_all(cases, imported, Policy(), per_second=size.per_second, done=done.append)
        )
        busy = await _pay(cases, payers[size.payments :], size.spread_seconds)
        await importing
        took = time.perf_counter() - began
    slow = slowest_but_one_of_a_hundred
    return [
        Figure(
            "payment to effect during an import, 99 of 100",
            slow(busy),
            slow(quiet),
            10,
            " ms",
            0,
        ),
        Figure(f"import of {len(done):,} companies", took, size.companies / size.per_second, None, " s", 0),
    ]


async def _pay(cases: Activations, payers: list[str], pause_seconds: float) -> list[float]:
    """Pay for one company after the other, and return the milliseconds of each."""
    found = []
    for name in payers:
        found.append(await pay(cases, name))
        await asyncio.sleep(pause_seconds)
    return found


async def _opened(cases: Activations, name: str) -> None:
    while not (await cases.status(name, within=PATIENCE))["timeline"]:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.05)
