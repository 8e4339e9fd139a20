"""Several programs: the order of their start and end, and that one's end is everybody's."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from stack.patience import Patience
from stack.process import Program, ProgramFailedError
from stack.supervisor import Supervisor

SERVER = """
import signal, sys, time
def end(*_):
    print('ends', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print('up', flush=True)
time.sleep(600)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


class Diary:
    """What was said, in order; doubles as the readiness check of a program that says `up`."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []
        self._written = asyncio.Event()

    def __call__(self, name: str, text: str) -> None:
        self.entries.append((name, text))
        self._written.set()

    async def until(self, name: str, text: str) -> None:
        """Return once a program has said so, or it was said of it."""
        while (name, text) not in self.entries:
            self._written.clear()
            await self._written.wait()

    def program(self, name: str, code: str, **more: object) -> Program:
        async def is_up() -> str | None:
            return None if (name, "up") in self.entries else "it did not say up"

        return Program(name, (sys.executable, "-c", code), dict(os.environ), ready=is_up, **more)  # type: ignore[arg-type]

    def said(self, text: str) -> list[str]:
        return [name for name, words in self.entries if words == text]


@pytest.fixture
def diary() -> Diary:
    return Diary()


def nothing() -> None:
    """Do nothing when all is ready."""


async def test_parts_start_in_order_each_ready_before_the_next_and_end_in_reverse(diary: Diary) -> None:
    supervisor = Supervisor(diary)
    await supervisor.run([diary.program("first", SERVER), diary.program("second", SERVER)], when_ready=supervisor.stop)
    assert diary.entries.index(("first", "is ready")) < diary.entries.index(("second", "starts"))
    assert diary.said("ends") == ["second", "first"]


async def test_a_command_has_finished_before_the_next_part_starts(diary: Diary) -> None:
    supervisor = Supervisor(diary)
    command = diary.program("command", "print('done')", must_finish=True)
    await supervisor.run([command, diary.program("server", SERVER)], when_ready=supervisor.stop)
    assert diary.entries.index(("command", "done")) < diary.entries.index(("server", "starts"))
    assert diary.said("ends") == ["server"]


async def test_one_that_dies_ends_all_and_is_named(diary: Diary) -> None:
    dying = diary.program("dying", "import time; print('up', flush=True); time.sleep(0.3); raise SystemExit(7)")
    with pytest.raises(ProgramFailedError, match="dying ended with status 7"):
        await Supervisor(diary).run([diary.program("first", SERVER), dying], when_ready=nothing)
    assert diary.said("ends") == ["first"]


async def test_one_that_ends_well_by_itself_ends_all_too(diary: Diary) -> None:
    with pytest.raises(ProgramFailedError, match="leaving ended with status 0"):
        await Supervisor(diary).run([diary.program("leaving", "print('up', flush=True)")], when_ready=nothing)


async def test_one_that_dies_while_another_starts_is_the_one_named(diary: Diary, tmp_path: Path) -> None:
    # A pipe with a name: who reads it waits for the other to write.
    os.mkfifo(pipe := tmp_path / "slow has started")
    dying = diary.program("dying", f"print('up', flush=True); open({str(pipe)!r}).read(); raise SystemExit(7)")
    slow = diary.program("slow", f"import time; open({str(pipe)!r}, 'w').close(); time.sleep(600)")
    with pytest.raises(ProgramFailedError, match="dying ended with status 7"):
        await Supervisor(diary).run([dying, slow], when_ready=nothing)
    assert diary.said("is ready") == ["dying"]


async def test_a_slow_start_is_told_under_the_name_of_its_part_until_it_is_ready(diary: Diary) -> None:
    async def once_told() -> str | None:
        return None if any(name == "slow" and "still starting" in text for name, text in diary.entries) else "not yet"

    supervisor = Supervisor(diary)
    often = Patience(tell_every=timedelta(milliseconds=50), look_every=timedelta(milliseconds=50))
    slow = replace(diary.program("slow", SERVER), ready=once_told, patience=often)
    await supervisor.run([diary.program("first", SERVER), slow], when_ready=supervisor.stop)
    assert diary.said("is ready") == ["first", "slow"]


async def test_a_failed_command_keeps_later_parts_from_starting(diary: Diary) -> None:
    failing = diary.program("command", "print('wrong bucket'); raise SystemExit(2)", must_finish=True)
    with pytest.raises(ProgramFailedError, match=r"command ended with status 2[\s\S]*wrong bucket"):
        await Supervisor(diary).run([diary.program("first", SERVER), failing, diary.program("never", SERVER)], nothing)
    assert diary.said("starts") == ["first", "command"]
    assert diary.said("ends") == ["first"]


async def test_the_end_can_be_asked_for_while_a_part_starts(diary: Diary) -> None:
    supervisor = Supervisor(diary)
    slow = diary.program("slow", "import time; print('slowly', flush=True); time.sleep(600)")
    running = asyncio.create_task(supervisor.run([diary.program("first", SERVER), slow], when_ready=nothing))
    await diary.until("slow", "slowly")
    supervisor.stop()
    await running
    assert diary.said("ends") == ["first"]


async def test_a_demand_waits_for_nobody(diary: Diary) -> None:
    supervisor = Supervisor(diary)
    deaf = diary.program("deaf", DEAF, stop_within=timedelta(hours=1))
    running = asyncio.create_task(supervisor.run([deaf], when_ready=supervisor.stop))
    await diary.until("deaf", "stops")
    supervisor.kill()
    async with asyncio.timeout(60):
        await running
