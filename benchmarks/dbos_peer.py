"""`python dbos_peer.py URL LIVES SLEEPING`, in an environment that has DBOS: the procedure's shape on it, measured.

Prints one object of JSON. With `worker` as a fourth argument it is the process that is measured: it answers each line
on its standard input with its resident bytes and its CPU seconds. It imports nothing of this project.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from dbos import DBOS, DBOSClient, EnqueueOptions

YEAR = 365 * 86_400
QUEUE = "lives"
WARM = 20


@DBOS.step()
async def step(_number: int) -> float:
    """Do nothing, and tell when."""
    return time.time()


@DBOS.workflow()
async def life(case_id: str) -> None:
    """Take one step, have the letter made when the representative is told, and take one more once it is paid."""
    await step(1)
    await DBOS.set_event_async("open", value=True)
    await DBOS.recv_async("representative", timeout_seconds=YEAR)
    await step(2)
    await DBOS.set_event_async("letter", case_id)
    await DBOS.recv_async("payment", timeout_seconds=YEAR)
    await DBOS.set_event_async("paid", await step(3))


def work(url: str) -> None:
    """Work until the standard input ends."""
    DBOS(config={"name": "peer", "system_database_url": url, "log_level": "ERROR", "application_version": "1"})
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=0.1)
    print("ready", flush=True)
    while sys.stdin.readline():
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        print(pages * os.sysconf("SC_PAGE_SIZE"), time.process_time(), flush=True)
    DBOS.destroy()


def measure(url: str, lives: int, sleeping: int) -> dict[str, float]:
    """Return milliseconds, kibibytes."""
    command = [sys.executable, __file__, url, "0", "0", "worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None

        def cost() -> tuple[float, float]:
            worker.stdin.write("\n")
            worker.stdin.flush()
            resident, cpu = worker.stdout.readline().split()
            return float(resident), float(cpu)

        try:
            worker.stdout.readline()
            client = DBOSClient(system_database_url=url, use_listen_notify=True)
            start(client, "warm", WARM)
            before = cost()
            start(client, "sleeps", sleeping)
            after = cost()
            start(client, "lives", lives)
            updates, payments = zip(*(live(client, f"lives{number}") for number in range(lives)), strict=True)
        finally:
            worker.stdin.close()
    return {
        "resident_kib": (after[0] - before[0]) / sleeping / 1024,
        "cpu_ms": (after[1] - before[1]) / sleeping * 1000,
        "update_ms": statistics.median(updates),
        "payment_ms": statistics.median(payments),
    }


def start(client: DBOSClient, name: str, number: int) -> None:
    """Start so many cases, and return when each waits for its representative."""
    for each in range(number):
        options: EnqueueOptions = {"workflow_name": "life", "queue_name": QUEUE, "workflow_id": f"{name}{each}"}
        client.enqueue(options, f"{name}{each}")
    for each in range(number):
        client.get_event(f"{name}{each}", "open", timeout_seconds=600)


def live(client: DBOSClient, case_id: str) -> tuple[float, float]:
    """Return the milliseconds of the update's round trip, and from the payment to its effect."""
    began = time.time()
    client.send(case_id, "C.C. 52345678", topic="representative")
    client.get_event(case_id, "letter", timeout_seconds=600)
    update = time.time() - began
    began = time.time()
    client.send(case_id, "FV-77", topic="payment")
    return update * 1000, (client.get_event(case_id, "paid", timeout_seconds=600) - began) * 1000


if __name__ == "__main__":
    if sys.argv[4:] == ["worker"]:
        work(sys.argv[1])
    else:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
