"""The procedure on DBOS with PostgreSQL, as a second peer: an update, a payment, and cases that only wait.

Both sides have a worker process of their own and another process that sends. DBOS has no updates: there it is a
message, and an event that the sender waits for, woken by the database.
"""

import asyncio
import dataclasses
import json
import statistics
import time
import uuid

from temporalio.client import Client

from adapters.temporal import address_of
from benchmarks.cases import Cost, MeasuredWorker, cost
from benchmarks.figures import Figure
from benchmarks.servers import Counter, activity_worker, server
from benchmarks.sizes import Size
from benchmarks.subjects import Product
from domain.errors import ActivaError
from stack import case_time
from stack.process import ROOT
from tests.support.postgresql_server import postgresql

CONFIGURATION = (
    "product: the worker's options as shipped, 1,000 cases kept; ports in memory; SQLite, each commit synced\n"
    "bare: DBOS 3.4 with PostgreSQL, each commit synced; async workflows, idle steps, notified; all cases in memory"
)
PYTHON = ROOT / ".venv-dbos" / "bin" / "python"


class NoDbosError(ActivaError):
    """The peer's environment is not there."""


async def measure(size: Size) -> list[Figure]:
    """Return what both cost."""
    peer = await _peer(size)
    async with server() as client:
        updates, payments = await _messages(client, size)
        waiting = await _waiting(client, size)
    number = f"of {size.sleeping:,} that wait"
    return [
        Figure("update, round trip, median", updates, peer["update_ms"], None, " ms", 1),
        Figure("payment to effect, median", payments, peer["payment_ms"], None, " ms", 1),
        Figure(f"worker's memory for each {number}", waiting.resident_kib, peer["resident_kib"], None, " KiB", 1),
        Figure("  worker's CPU, start to waiting", waiting.cpu_ms, peer["cpu_ms"], None, " ms", 2),
    ]


async def _peer(size: Size) -> dict[str, float]:
    if not PYTHON.exists():
        raise NoDbosError(f"{PYTHON} is missing; `make bench` and `make bench-smoke` make DBOS's environment")
    with postgresql(durable=True) as url:
        address = url.replace("postgresql://", "postgresql+psycopg://")
        command = (
            str(PYTHON),
            str(ROOT / "benchmarks" / "dbos_peer.py"),
            address,
            str(size.compared),
            str(size.sleeping),
        )
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
    found: dict[str, float] = json.loads(said)
    return found


async def _messages(client: Client, size: Size) -> tuple[float, float]:
    """Return the median milliseconds of an update's round trip, and from a payment's signal to its effect."""
    subject, counter, task_queue = Product(), Counter(), f"dbos-{uuid.uuid4().hex}"
    updates, payments = [], []
    async with activity_worker(client, subject, task_queue, counter):
        worker = await MeasuredWorker.started(address_of(client), subject.name, task_queue)
        try:
            for _ in range(size.compared):
                already = counter.done
                handle = await subject.start(client, task_queue)
                await counter.until(already + 1)
                await case_time.until_idle(handle)
                began = time.time()
                await subject.give_representative(handle)
                updates.append(time.time() - began)
                await subject.give_letter(handle)
                await counter.until(already + 4)
                await case_time.until_idle(handle)
                began = time.time()
                await subject.pay(handle)
                await counter.until(already + 5)
                payments.append(counter.last_at - began)
        finally:
            await worker.stop()
    return statistics.median(updates) * 1000, statistics.median(payments) * 1000


async def _waiting(client: Client, size: Size) -> Cost:
    return await cost(client, Product(), dataclasses.replace(size, open_cases=size.sleeping))
