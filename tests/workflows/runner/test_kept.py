"""What a worker keeps of its cases: those used last, as many as it is told, and never as many as the core may keep."""

import asyncio
from itertools import count
from types import SimpleNamespace
from typing import Any

from tests.support.world import World
from workflows.runner.kept import REST, Kept

KEPT, CASES = 3, 8


def kept_by(most: int, uses_apart: float = REST) -> tuple[Kept, list[str]]:
    """Return what keeps so many, where seconds pass from use to use, and the list of those that it sends away."""
    sent_away: list[str] = []
    core = SimpleNamespace(request_workflow_eviction=sent_away.append)
    worker: Any = SimpleNamespace(_workflow_worker=SimpleNamespace(_bridge_worker=lambda: core))
    kept = Kept(most, count(0, uses_apart).__next__)
    kept.of(worker)
    return kept, sent_away


def use(kept: Kept, *runs: str) -> None:
    for run in runs:
        with kept.in_use(run):
            pass


def test_the_case_that_was_used_longest_ago_is_sent_away() -> None:
    kept, sent_away = kept_by(2)

    use(kept, "a", "b", "a", "c", "d")

    assert sent_away == ["b", "a"]


def test_a_case_in_use_is_not_sent_away_but_counts() -> None:
    kept, sent_away = kept_by(2)

    with kept.in_use("a"):
        use(kept, "b", "c", "d")

    assert sent_away == ["b", "c"]


def test_a_case_that_is_gone_leaves_its_place() -> None:
    kept, sent_away = kept_by(2)

    use(kept, "a", "b")
    kept.gone("a")
    use(kept, "c")

    assert sent_away == []


def test_a_case_that_was_just_used_stays_a_while_though_it_is_one_too_many() -> None:
    kept, sent_away = kept_by(1, REST / 3)

    use(kept, "a", "b", "c")
    assert sent_away == []

    use(kept, "d", "e")
    assert sent_away == ["a", "b"]


async def test_a_worker_keeps_as_many_cases_as_it_is_told_and_serves_all(idle_world: World) -> None:
    async with idle_world.worker(cached_cases=KEPT) as (steps, _):
        cases = [await idle_world.start() for _ in range(CASES)]
        for _ in range(2):
            await asyncio.gather(*(case.signal("reminders_muted", until="2060-12-31", reason="x") for case in cases))
            await asyncio.gather(*(case.settle() for case in cases))
        told = [await case.status() for case in cases]
        async with asyncio.timeout(30):
            while (held := len(steps._workflow_worker._running_workflows)) > KEPT:
                await cases[-1].status()  # what is too many goes when another has been used
                await asyncio.sleep(0.2)

    assert [each["timeline"][-1]["action"] for each in told] == ["reminders_muted"] * CASES
    assert held == KEPT
