"""`python -m stack.run` (`make run`): the whole local stack until Ctrl-C.

Exit 0 when it was asked to stop, 1 when a program failed, 2 when it can't start as things are.
"""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from adapters.temporal import leave_process
from domain.errors import ActivaError
from settings import LOCAL_ENV_FILE, SettingsError
from stack import programs
from stack.console import Console
from stack.encryption import ensure_ring
from stack.local_settings import local_settings, write_settings
from stack.probes import LOOPBACK
from stack.process import Program, ProgramFailedError, short
from stack.stack_settings import StackSettings, load_stack_settings, ports_in_use
from stack.supervisor import Supervisor

ProgramsOf = Callable[[StackSettings], tuple[Program, ...]]

ASKED_TO_STOP: Final = 0
PART_FAILED: Final = 1
CANNOT_START: Final = 2
_PATIENCE_SECONDS: Final = 3
_USUAL_TEMPORAL_PORT: Final = 7233


class AlreadyRunningError(ActivaError):
    """Another local stack works on the same folder."""


def main(programs_of: ProgramsOf = programs.programs_with_portal) -> int:
    """Run the stack and return the exit status."""
    try:
        return run_stack(load_stack_settings(), programs_of)
    except (SettingsError, AlreadyRunningError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START


def run_stack(
    stack: StackSettings, programs_of: ProgramsOf, *, with_page: bool = True, changed: Mapping[str, str] | None = None
) -> int:
    """Run a stack of these programs and return the exit status; raises SettingsError or AlreadyRunningError.

    `with_page` tells whether its Temporal has a web page; `changed` are settings of the product that other commands
    need for this stack.
    """
    with _the_only_one(stack.folder):
        return asyncio.run(_run(stack, programs_of, programs.addresses(stack, with_page=with_page), changed or {}))


async def _run(
    stack: StackSettings, programs_of: ProgramsOf, addresses: programs.Addresses, changed: Mapping[str, str]
) -> int:
    console = Console(sys.stdout)
    supervisor = Supervisor(console.line)
    console.when_gone = supervisor.stop
    loop = asyncio.get_running_loop()
    # Only a second Ctrl-C is impatience: `make` and `timeout` pass one SIGTERM on more than once.
    loop.add_signal_handler(signal.SIGINT, lambda: supervisor.kill() if supervisor.is_stopping else supervisor.stop())
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    _when_parent_is_gone(loop, supervisor.stop)
    if busy := await _ports_still_in_use(stack):
        raise SettingsError("The local stack can't start:\n" + "\n".join(f"  {sentence}" for sentence in busy))
    ensure_ring(stack)
    write_settings({**local_settings(stack), **changed}, _env_file(stack))
    try:
        await supervisor.run(programs_of(stack), when_ready=lambda: console.write(_welcome(stack, addresses)))
    except ProgramFailedError as error:
        sys.stderr.write(f"The local stack has stopped: {error}\n")
        return PART_FAILED
    console.write("The local stack has stopped.")
    return ASKED_TO_STOP


async def _ports_still_in_use(stack: StackSettings) -> list[str]:
    # The servers of a stack killed a moment ago may be dying still.
    busy = ports_in_use(stack)
    for _ in range(_PATIENCE_SECONDS * 10):
        if not busy:
            break
        await asyncio.sleep(0.1)
        busy = ports_in_use(stack)
    return busy


def _when_parent_is_gone(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Stop with `make` or the terminal's shell, also when it was killed; only Linux tells."""
    parent = os.getppid()
    if not hasattr(os, "pidfd_open") or parent <= 1:
        return
    with suppress(OSError):
        descriptor = os.pidfd_open(parent)

        def gone() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            act()

        loop.add_reader(descriptor, gone)


@contextmanager
def _the_only_one(folder: Path) -> Iterator[None]:
    # A lock dies with its process, so a stack killed with -9 is not in the way of the next.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "stack.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(
                f"The local stack already runs on {short(folder)} (process {file.read().strip() or 'unknown'}); "
                "stop it there with Ctrl-C, or give this one a folder and ports of its own (ACTIVA_STACK_*)"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _env_file(stack: StackSettings) -> Path:
    return stack.folder / "activa.env"


def _welcome(stack: StackSettings, addresses: programs.Addresses) -> str:
    table = "\n".join(f"  {name:<16} {address}" for name, address in addresses)
    usual = stack.temporal_port == _USUAL_TEMPORAL_PORT
    address = "" if usual else f"TEMPORAL_ADDRESS={LOOPBACK}:{stack.temporal_port} "
    if _env_file(stack) != LOCAL_ENV_FILE:
        address += f"ACTIVA_ENV_FILE={short(_env_file(stack))} "
    return (
        f"\nThe local stack is ready.\n{table}\n\n"
        f"  Activate the demo company's certificate: {programs.demo_link(stack)}\n\n"
        f"  In another terminal: {address}.venv/bin/python starter.py --help\n"
        f"  Ctrl-C stops all of it; what it holds stays in {short(stack.folder)}\n"
    )


if __name__ == "__main__":
    leave_process(main())
