"""The worker's and the server's CPU for whole lives; product and peer in turn."""

import statistics
import uuid

from temporalio.client import Client

from adapters.temporal import address_of
from benchmarks.cases import MeasuredWorker
from benchmarks.figures import Figure
from benchmarks.life import lived_through
from benchmarks.servers import Counter, activity_worker, cpu_seconds, server, server_pid
from benchmarks.sizes import Size
from benchmarks.subjects import Peer, Product, Subject
from stack.servers import TIME_SKIPPING


async def measure(size: Size) -> list[Figure]:
    """Return the figures of CPU."""
    costs: dict[str, list[tuple[float, float]]] = {"product": [], "bare": []}
    async with server(TIME_SKIPPING) as client:
        for _ in range(size.rounds):
            for subject in (Product(), Peer()):
                costs[subject.name].append(await _cpu_ms(client, subject, size))

    def figure(what: str, place: int, goal: float) -> Figure:
        product, bare = (statistics.median(each[place] for each in costs[name]) for name in ("product", "bare"))
        return Figure(what, product, bare, goal, " ms")

    return [figure("worker CPU of a life", 0, 1.3), figure("server CPU of a life", 1, 1.2)]


async def _cpu_ms(client: Client, subject: Subject, size: Size) -> tuple[float, float]:
    """Return what a life costs the worker and the server."""
    task_queue, counter, served_by = f"lives-{uuid.uuid4().hex}", Counter(), server_pid(client)
    async with activity_worker(client, subject, task_queue, counter):
        worker = await MeasuredWorker.started(address_of(client), subject.name, task_queue)
        try:
            await lived_through(client, subject, task_queue, counter, size.reminders[0])
            (_, before), server_before = await worker.when_quiet(), cpu_seconds(served_by)
            for _ in range(size.lives):
                await lived_through(client, subject, task_queue, counter, size.reminders[0])
            server_after, (_, after) = cpu_seconds(served_by), await worker.when_quiet()
        finally:
            await worker.stop()
    return (after - before) / size.lives * 1000, (server_after - server_before) / size.lives * 1000
