"""What a worker is told of a case after its tasks is what the case knew then, and nothing else."""

from collections.abc import Callable

from domain.case.snapshot import Position, Snapshot
from tests.support.world import World


class Notes:
    """Everything that was handed on, put into words at once."""

    def __init__(self) -> None:
        self.snapshots: list[tuple[bool, Snapshot]] = []

    def __call__(self, company_id: str, position: Position, snapshot: Callable[[], Snapshot], *, is_new: bool) -> None:
        assert snapshot().company_id == company_id
        assert snapshot().position == position
        self.snapshots.append((is_new, snapshot()))


async def test_a_case_that_leaves_the_workers_memory_hands_nothing_on(idle_world: World) -> None:
    notes = Notes()
    async with idle_world.worker(note=notes):
        case = await idle_world.start()
        await case.pay()
        await case.settle()

    assert [each for _, each in notes.snapshots if each.start.get("carried", {}).get("closing")] == []


async def test_after_a_task_and_after_a_question_the_whole_case_is_handed_on(idle_world: World) -> None:
    notes = Notes()
    async with idle_world.worker(note=notes):
        case = await idle_world.start()
        await case.pay()
        await case.settle()
        by_tasks = [each for is_new, each in notes.snapshots if is_new]
        told = len(notes.snapshots)
        await case.status()
        asked = notes.snapshots[told:]

    assert not by_tasks[0].opened
    assert by_tasks[0].start["profile_sha256"] == by_tasks[-1].start["profile_sha256"]
    assert [(is_new, each) for is_new, each in asked[:1]] == [(False, by_tasks[-1])]
