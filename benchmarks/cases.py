"""Memory and CPU of open cases: a fresh worker process for each round, product and peer in turn on one server."""

import asyncio
import statistics
import sys
import uuid
from dataclasses import dataclass
from typing import Self

from temporalio.client import Client

from adapters.temporal import address_of
from benchmarks.figures import Figure
from benchmarks.servers import Counter, activity_worker, compiled, cpu_seconds, server
from benchmarks.sizes import Size
from benchmarks.subjects import Peer, Product, Subject


@dataclass(frozen=True)
class Cost:
    """What one waiting case cost its worker."""

    resident_kib: float
    cpu_ms: float


async def measure(size: Size) -> list[Figure]:
    """Return the figures of waiting cases."""
    costs: dict[str, list[Cost]] = {"product": [], "bare": []}
    async with server() as client:
        for _ in range(size.rounds):
            for subject in (Product(), Peer()):
                costs[subject.name].append(await cost(client, subject, size))
    resident = {name: statistics.median(each.resident_kib for each in found) for name, found in costs.items()}
    cpu = {name: statistics.median(each.cpu_ms for each in found) for name, found in costs.items()}
    return [
        Figure("resident memory per open case", resident["product"], resident["bare"], 1.0, " KiB", 1),
        Figure("worker CPU, start to waiting", cpu["product"], cpu["bare"], 1.3, " ms", 2),
    ]


async def cost(client: Client, subject: Subject, size: Size) -> Cost:
    """Return what each open case costs a fresh worker process."""
    task_queue, counter = f"cases-{uuid.uuid4().hex}", Counter()
    async with activity_worker(client, subject, task_queue, counter):
        worker = await MeasuredWorker.started(address_of(client), subject.name, task_queue)
        try:
            await _start(client, subject, task_queue, size.warm, size.at_once)
            await counter.until(size.warm)
            before = await worker.when_quiet()
            await _start(client, subject, task_queue, size.open_cases, size.at_once)
            await counter.until(size.warm + size.open_cases)
            after = await worker.when_quiet()
        finally:
            await worker.stop()
    return Cost((after[0] - before[0]) / size.open_cases / 1024, (after[1] - before[1]) / size.open_cases * 1000)


async def _start(client: Client, subject: Subject, task_queue: str, number: int, at_once: int) -> None:
    for _ in range(0, number, at_once):
        await asyncio.gather(*(subject.start_waiting(client, task_queue) for _ in range(at_once)))


class MeasuredWorker:
    """A worker process that can be asked what it has cost."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def started(cls, address: str, name: str, task_queue: str) -> Self:
        """Start the process."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "benchmarks.measured_worker", address, name, task_queue)
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=compiled()))

    async def when_quiet(self) -> tuple[int, float]:
        """Return resident bytes and CPU seconds once the process has had nothing to do for half a second."""
        async with asyncio.timeout(120):
            last = self._cpu_seconds()
            while True:
                await asyncio.sleep(0.5)
                now = self._cpu_seconds()
                if now - last < 0.005:
                    break
                last = now
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        resident, cpu = (await self._process.stdout.readline()).split()
        return int(resident), float(cpu)

    async def stop(self) -> None:
        """End the process."""
        self._process.kill()
        await self._process.wait()

    def _cpu_seconds(self) -> float:
        return cpu_seconds(self._process.pid)
