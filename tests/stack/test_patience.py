"""A start is waited for while the program lives and does something, and the person who waits hears of it."""

import asyncio
import os
import sys

import pytest

from stack.patience import Patience, Seen, Wait, cpu_seconds
from stack.process import Program, RunningProgram

IDLE = Patience().idle_within.total_seconds()
WHOLE = Patience().ready_within.total_seconds()
EVERY = Patience().tell_every.total_seconds()


def test_one_that_uses_a_little_cpu_now_and_then_is_waited_for() -> None:
    wait = Wait(Patience(), now=0)
    looks = [number * (IDLE - 1) for number in range(int(WHOLE / IDLE))]
    assert [wait.given_up(at, Seen(0, at / 1000)) for at in looks] == [None] * len(looks)


def test_one_that_says_something_now_and_then_is_waited_for() -> None:
    wait = Wait(Patience(), now=0)
    assert [wait.given_up(number * (IDLE - 1), Seen(number, 1.0)) for number in range(5)] == [None] * 5


def test_one_that_does_nothing_any_more_hangs() -> None:
    wait = Wait(Patience(), now=0)
    assert wait.given_up(100, Seen(1, 3.0)) is None
    assert wait.given_up(100 + IDLE - 1, Seen(1, 3.0)) is None
    assert wait.given_up(100 + IDLE, Seen(1, 3.0)) == "hangs: it has used no CPU and said nothing for 60 s"


def test_one_that_is_busy_for_ever_is_given_up_in_the_end() -> None:
    wait = Wait(Patience(), now=0)
    assert wait.given_up(WHOLE - 1, Seen(1, 3.0)) is None
    assert wait.given_up(WHOLE, Seen(2, 4.0)) == "is not ready after 600 s"


def test_where_the_system_does_not_tell_the_cpu_time_silence_is_no_hang() -> None:
    wait = Wait(Patience(), now=0)
    assert [wait.given_up(at, Seen(0, None)) for at in (1, IDLE + 1, WHOLE - 1)] == [None, None, None]
    assert wait.news(WHOLE - 1) == "still starting after 599 s; waiting"


def test_a_wait_is_told_once_each_time_that_it_is_due() -> None:
    wait = Wait(Patience(), now=5)
    wait.given_up(6, Seen(0, 1.25))
    assert [wait.news(at) for at in (5, 5 + EVERY - 1)] == [None, None]
    assert wait.news(5 + EVERY) == "still starting after 10 s (it has used 1.2 s of CPU); waiting"
    assert wait.news(6 + EVERY) is None
    assert wait.news(7 + 3 * EVERY) == "still starting after 32 s (it has used 1.2 s of CPU); waiting"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the CPU time of other processes")
async def test_the_cpu_time_of_a_group_counts_what_a_part_started_also_when_it_has_ended() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    code = f"""
import subprocess, sys, time
subprocess.run([sys.executable, "-c", {burn!r}])
print("burnt", flush=True)
time.sleep(600)
"""
    heard = asyncio.Event()
    program = Program("program", (sys.executable, "-c", code), dict(os.environ))
    running = await RunningProgram.start(program, lambda _: heard.set())
    try:
        await heard.wait()
        used = cpu_seconds(running.pid)
        assert used is not None
        assert used >= 0.3
    finally:
        await running.stop()
    assert cpu_seconds(running.pid) == 0
