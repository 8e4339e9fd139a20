"""What it costs to replay a life: instructions, counted by callgrind, which other work on the machine does not change.

Without valgrind it is CPU time, as the median of rounds. In both cases what one replay costs is the difference between
one and several, so that the cost of setting up is left out.
"""

import asyncio
import itertools
import re
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from temporalio.client import WorkflowHistory

from benchmarks.figures import Figure
from benchmarks.life import Lives
from benchmarks.servers import compiled
from benchmarks.sizes import Size

_SUMMARY = re.compile(r"^summary: (\d+)", re.MULTILINE)


async def measure(lives: dict[str, Lives], size: Size) -> list[Figure]:
    """Return the figures of replaying."""
    runs = {f"{name}-life": [each.few.past, each.few.open] for name, each in lives.items()}
    runs |= {f"{name}-waiting": [each.waiting] for name, each in lives.items()}
    events = {name: sum(len(each.events) for each in found) for name, found in runs.items()}
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "histories", runs)
        counting = shutil.which("valgrind") is not None
        if size.every_way or not counting:
            # First, as it leaves the bytecode that callgrind would take minutes to make.
            figures += _figures(await _milliseconds(Path(folder), size), events, "CPU", " ms", 3)
        if counting:
            cost = await _instructions(Path(folder), size)
            figures += _figures(cost, events, "million instructions", " M", 2)
    return figures


def _figures(cost: dict[str, float], events: dict[str, int], what: str, unit: str, digits: int) -> list[Figure]:
    def figure(text: str, case: str, goal: float | None, *, each_event: bool = False) -> Figure:
        product, bare = (
            cost[name] / (events[name] if each_event else 1) for name in (f"product-{case}", f"bare-{case}")
        )
        return Figure(text, product, bare, goal, unit, digits)

    return [
        figure(f"replay of a life, {what}", "life", None),
        figure("  for each of its events", "life", 1.2, each_event=True),
        figure("replay from start to waiting", "waiting", 1.3),
    ]


def _write(folder: Path, runs: dict[str, list[WorkflowHistory]]) -> None:
    for name, found in runs.items():
        (folder / name).mkdir(parents=True)
        for number, run in enumerate(found):
            (folder / name / f"{number}.json").write_text(run.to_json(), encoding="utf-8")


async def _instructions(folder: Path, size: Size) -> dict[str, float]:
    """Return millions of instructions for one replay of each."""
    out = folder / "callgrind.out"
    counter = ("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}")
    marks = await _run((*counter, "--dump-before=getloadavg", sys.executable), folder, *size.counted, "counted")
    # Dump number n ends at mark n, so what follows a mark is in the dump after it.
    counts = [_count(Path(f"{out}.{number + 2}")) for number in range(len(marks) - 1)]
    return _each(marks, [count / 1e6 for count in counts], size.counted[1])


def _count(dump: Path) -> int:
    return int(_SUMMARY.findall(dump.read_text(encoding="utf-8"))[0])


async def _milliseconds(folder: Path, size: Size) -> dict[str, float]:
    """Return milliseconds of CPU for one replay of each."""
    marks = await _run((sys.executable,), folder, *size.timed)
    seconds = [after[2] - before[2] for before, after in itertools.pairwise(marks)]
    return _each(marks, [each * 1000 for each in seconds], size.timed[1])


def _each(marks: list[tuple[str, int, float]], costs: list[float], repeats: int) -> dict[str, float]:
    once: dict[str, list[float]] = defaultdict(list)
    several: dict[str, list[float]] = defaultdict(list)
    for (name, times, _), cost in zip(marks, costs, strict=False):
        (once if times == 1 else several)[name].append(cost)
    return {
        name: statistics.median((more - one) / repeats for one, more in zip(once[name], several[name], strict=True))
        for name in once
    }


async def _run(interpreter: tuple[str, ...], folder: Path, *how: object) -> list[tuple[str, int, float]]:
    arguments = ("-m", "benchmarks.replayed", str(folder / "histories"), *map(str, how))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*interpreter, *arguments, stdout=pipe, stderr=pipe, env=compiled())
    said, complaints = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the replay ended with status {process.returncode}: {complaints.decode()[-2000:]}")
    return [
        (name, int(times), float(cpu)) for name, times, cpu in (line.split() for line in said.decode().splitlines())
    ]
