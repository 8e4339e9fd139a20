"""`python -m benchmarks.replayed FOLDER ROUNDS REPEATS [counted]`: replays histories, first once, then repeatedly.

`FOLDER/product-life/*.json` are the runs of one life of `product`. Before each replay and after the last one it calls
`getloadavg`, at which callgrind, told so, writes down what it has counted; and it prints the CPU seconds so far.
With `counted` callgrind begins then: to count the imports, too, takes it a minute.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker._workflow import _WorkflowWorker

from adapters.temporal import data_converter
from benchmarks.workflows import RUNNERS, WORKFLOWS

DEADLOCK_SECONDS = 600
"""Under callgrind on a busy machine a task takes longer than the two seconds after which the library interrupts it."""


async def main(lives: dict[str, list[WorkflowHistory]], rounds: int, repeats: int, *, counted: bool) -> None:
    """Replay everything."""
    patient = property(lambda _: DEADLOCK_SECONDS, lambda _, __: None)
    _WorkflowWorker._deadlock_timeout_seconds = patient  # type: ignore[assignment]  # noqa: SLF001  # no option sets it
    replayers = {
        name: Replayer(workflows=[workflow], workflow_runner=RUNNERS[name](), data_converter=data_converter())
        for name, workflow in WORKFLOWS.items()
    }
    for name, runs in lives.items():  # what is imported or compiled once is not counted
        await _replay(replayers[name.partition("-")[0]], runs, 1)
    if counted:
        begin = ["callgrind_control", "--instr=on", str(os.getpid())]
        await asyncio.to_thread(subprocess.run, begin, stdout=subprocess.DEVNULL, check=True)
    for _, times, (name, runs) in itertools.product(range(rounds), (1, 1 + repeats), lives.items()):
        _mark(name, times)
        await _replay(replayers[name.partition("-")[0]], runs, times)
    _mark("end", 0)


def _mark(name: str, times: int) -> None:
    print(name, times, time.process_time(), flush=True)
    os.getloadavg()


def _runs(folder: Path) -> list[WorkflowHistory]:
    return [_history(each.read_text(encoding="utf-8")) for each in sorted(folder.glob("*.json"))]


def _history(text: str) -> WorkflowHistory:
    """Return a history under the workflow id that it began with, which a case checks."""
    history = WorkflowHistory.from_json("", text)
    return WorkflowHistory(history.events[0].workflow_execution_started_event_attributes.workflow_id, history.events)


async def _replay(replayer: Replayer, runs: list[WorkflowHistory], times: int) -> None:
    async def histories() -> AsyncIterator[WorkflowHistory]:
        for _ in range(times):
            for run in runs:
                yield run

    async with replayer.workflow_replay_iterator(histories()) as results:
        async for result in results:
            if result.replay_failure is not None:
                raise result.replay_failure


if __name__ == "__main__":
    found = {each.name: _runs(each) for each in sorted(Path(sys.argv[1]).iterdir())}
    asyncio.run(main(found, int(sys.argv[2]), int(sys.argv[3]), counted="counted" in sys.argv[4:]))
