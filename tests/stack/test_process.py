"""One program: it is heard, it is known to work, and nothing of it is left."""

import asyncio
import os
import re
import signal
import sys
from datetime import timedelta

import pytest

from stack.patience import Patience
from stack.process import ROOT, Program, ProgramFailedError, RunningProgram
from tests.support.stack.watching import gone, group

LOOK = timedelta(milliseconds=50)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
PARENT_AND_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
print(child.pid, flush=True)
time.sleep(600 if sys.argv[1] == 'stay' else 0)
"""


def python(code: str, *arguments: str, **more: object) -> Program:
    return Program("program", (sys.executable, "-c", code, *arguments), dict(os.environ), **more)  # type: ignore[arg-type]


class Heard:
    """The lines of a program; the first one can be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.first = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self.first.set()


async def test_every_line_is_heard_also_the_last_and_both_streams() -> None:
    heard = Heard()
    code = "import sys; print('one'); sys.stderr.write('two\\n'); sys.stdout.write('no end of line')"
    running = await RunningProgram.start(python(code, must_finish=True), heard)
    await running.until_ready()
    await running.stop()
    assert sorted(heard.lines) == ["no end of line", "one", "two"]


async def test_a_line_without_end_does_not_silence_the_program() -> None:
    heard = Heard()
    running = await RunningProgram.start(python("print('x' * 3_000_000); print('after')", must_finish=True), heard)
    await running.until_ready()
    await running.stop()
    assert heard.lines[-1] == "after"


async def test_a_part_that_dies_before_it_is_ready_says_how_and_shows_its_last_lines() -> None:
    running = await RunningProgram.start(python("print('no such folder'); raise SystemExit(3)"))
    await running.ended
    with pytest.raises(ProgramFailedError, match=r"program ended with status 3\. Its last lines:\n    no such folder"):
        await running.until_ready()
    await running.stop()


async def test_a_part_killed_from_outside_names_the_signal() -> None:
    running = await RunningProgram.start(python("import time; time.sleep(600)"))
    os.kill(running.pid, signal.SIGKILL)
    assert "was killed by SIGKILL" in str(await running.failure())
    await running.stop()


async def test_a_part_that_never_gets_ready_says_what_was_missing() -> None:
    async def never() -> str | None:
        return "the namespace is missing"

    patience = Patience(ready_within=timedelta(seconds=0.3), look_every=LOOK)
    running = await RunningProgram.start(python("while True: pass", ready=never, patience=patience))
    with pytest.raises(ProgramFailedError, match=r"is not ready after 0\.3 s: the namespace is missing"):
        await running.until_ready()
    await running.stop()


async def test_a_part_that_lives_and_is_slow_is_waited_for_and_told_about() -> None:
    told: list[str] = []

    async def once_told_twice() -> str | None:
        return None if len(told) > 1 else "the namespace is missing"

    code = "print('reading the settings', flush=True)\nwhile True: pass"
    program = python(code, ready=once_told_twice, patience=Patience(tell_every=LOOK, look_every=LOOK))
    heard = Heard()
    running = await RunningProgram.start(program, heard)
    await heard.first.wait()
    await running.until_ready(told.append)
    await running.stop()
    assert all(re.match(r"still starting after \d+ s \(it has used \d+\.\d s of CPU\); waiting", each) for each in told)
    assert told[-1].endswith("waiting: the namespace is missing; its last line: reading the settings")


async def test_a_part_that_dies_is_not_waited_for_also_where_the_check_never_answers() -> None:
    async def never_answers() -> str | None:
        return await asyncio.get_running_loop().create_future()

    running = await RunningProgram.start(python("print('no such folder'); raise SystemExit(3)", ready=never_answers))
    with pytest.raises(ProgramFailedError, match=r"program ended with status 3\. Its last lines:\n    no such folder"):
        await running.until_ready()
    await running.stop()


@pytest.mark.parametrize("must_finish", [False, True], ids=["server", "command"])
async def test_a_part_that_does_nothing_any_more_is_given_up(must_finish: bool) -> None:
    async def never() -> str | None:
        return "the namespace is missing"

    patience = Patience(idle_within=timedelta(seconds=0.3), look_every=LOOK)
    program = python("import time; time.sleep(600)", ready=never, patience=patience, must_finish=must_finish)
    running = await RunningProgram.start(program)
    with pytest.raises(ProgramFailedError, match=r"program hangs: it has used no CPU and said nothing for 0\.3 s"):
        await running.until_ready()
    await running.stop()


async def test_a_command_that_does_not_exist_is_named() -> None:
    running = await RunningProgram.start(Program("program", ("/no/such/program",), must_finish=True))
    with pytest.raises(ProgramFailedError, match="/no/such/program can't be started: No such file or directory"):
        await running.until_ready()
    await running.stop()


async def test_a_command_that_takes_too_long_is_a_failure() -> None:
    patience = Patience(ready_within=timedelta(seconds=0.3), look_every=LOOK)
    running = await RunningProgram.start(python("while True: pass", must_finish=True, patience=patience))
    with pytest.raises(ProgramFailedError, match=r"is not ready after 0\.3 s"):
        await running.until_ready()
    await running.stop()


async def test_a_part_that_ignores_the_request_is_killed_after_its_time() -> None:
    heard = Heard()
    running = await RunningProgram.start(python(STUBBORN, stop_within=timedelta(seconds=0.3)), heard)
    await heard.first.wait()
    await running.stop()
    assert await running.ended == -signal.SIGKILL


@pytest.mark.parametrize("leader", ["stay", "leave"])
async def test_what_a_part_started_goes_with_it(leader: str) -> None:
    heard = Heard()
    running = await RunningProgram.start(python(PARENT_AND_CHILD, leader), heard)
    await heard.first.wait()
    await running.stop()
    assert await gone(int(heard.lines[0]))


STARTER = """
import asyncio, os, sys
from stack.process import Program, RunningProgram
async def main():
    program = Program("program", ("sh", "-c", "sleep 600 & echo $!; wait"), dict(os.environ))
    heard = asyncio.get_running_loop().create_future()
    running = await RunningProgram.start(program, heard.set_result)
    print(running.pid, await heard, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def start_starter() -> tuple[asyncio.subprocess.Process, int, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    program, child = (await process.stdout.readline()).split()
    return process, int(program), int(child)


async def test_a_part_and_what_it_started_die_with_their_starter_killed_with_nine() -> None:
    starter, program, child = await start_starter()
    starter.kill()
    await starter.wait()
    assert await gone(program)
    assert await gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the parent-death signal")
async def test_a_part_dies_with_its_starter_also_when_the_watcher_was_killed_too() -> None:
    starter, program, child = await start_starter()
    [watcher] = set(group(program)) - {program, child}
    os.kill(watcher, signal.SIGKILL)
    assert await gone(watcher)
    starter.kill()
    await starter.wait()
    assert await gone(program)
    os.kill(child, signal.SIGKILL)  # which no tie holds any more


async def test_a_part_reads_nothing_and_has_no_child_it_did_not_start() -> None:
    heard = Heard()
    code = """
import os, sys
print(repr(sys.stdin.read()))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child")
"""
    running = await RunningProgram.start(python(code, must_finish=True), heard)
    await running.until_ready()
    await running.stop()
    assert heard.lines == ["''", "no child"]
