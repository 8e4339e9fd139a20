"""The process that forks a confined child for every file.

It has one thread and has loaded every library before the first fork, so that a child starts in milliseconds. It never
reads a file itself. Run by LetterChecker as `python -m letters.confinement.zygote FD [FOLDER_OF_TRUST_ROOTS]`; it ends
when the other side of its control socket closes.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from letters.confinement.checking import answer
from letters.confinement.layers import Cell, enter, hide_memory, live_apart, prepare
from letters.confinement.limits import STALLED_CPU_SECONDS, WALL_SECONDS, memory_in_use
from letters.confinement.preloading import preload
from letters.confinement.system_calls import CONNECTION
from letters.confinement.wire import Ending, receive_request, send_answer
from letters.opening.digital_signature import load_trust_roots

_LOOK_SECONDS: Final = 0.5
_DESCRIPTORS: Final = 2
"""That come for each file: the child's connection, and the pipe on which to tell how it ended."""


class _Child(NamedTuple):
    """A child at work."""

    pid: int
    told: int
    """Where its end is told. No child holds it: an upload can't speak for us."""
    deadline: float


def main(control: socket.socket, serve: Callable[[socket.socket], None], *, confined: bool = True) -> None:
    """Fork a child for every connection until the other side closes."""
    apart = confined and live_apart()
    if confined:
        hide_memory()
    preload()
    # Where a child can't be limited, nothing is checked: the helper fails to start rather than refuse every letter.
    memory = memory_in_use()
    cell = prepare(memory, apart=apart) if confined else None
    gc.collect()
    gc.freeze()
    children: dict[int, _Child] = {}
    control.send((cell.layers.model_dump_json() if cell else "{}").encode())
    parent = os.getppid()
    while os.getppid() == parent:
        ready = select.select([control.fileno(), *children], [], [], _LOOK_SECONDS)[0]
        _look_after(children, ready)
        if control.fileno() not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 16, _DESCRIPTORS)
        if not message:
            break
        if len(descriptors) == _DESCRIPTORS:
            connection, told = descriptors
            pid = os.fork()
            if pid == 0:
                for held in (control.fileno(), told, *children, *(child.told for child in children.values())):
                    os.close(held)
                _run(connection, cell, serve)
            os.close(connection)
            with contextlib.suppress(PermissionError, ProcessLookupError):
                os.setpgid(pid, pid)
            children[os.pidfd_open(pid)] = _Child(pid, told, time.monotonic() + WALL_SECONDS)
    for child in children.values():
        _kill(child)
    os._exit(0)  # nothing is left to tidy up, and some libraries print what they did not


def _run(descriptor: int, cell: Cell | None, serve: Callable[[socket.socket], None]) -> None:
    """Serve one connection in a cell and end this process, whatever happens."""
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(descriptor, CONNECTION, inheritable=False)
        os.close(descriptor)
        os.dup2(1, 2)  # standard error is the worker's log
        with socket.socket(fileno=CONNECTION) as connection:
            connection.settimeout(WALL_SECONDS)
            if cell is not None:
                enter(cell)
            serve(connection)
        code = 0
    except BaseException:  # noqa: BLE001, S110  # the checker takes silence for a file that can't be checked
        pass
    finally:
        os._exit(code)


def _look_after(children: dict[int, _Child], ready: list[int]) -> None:
    for ended in children.keys() & set(ready):
        _bury(ended, children.pop(ended))
    for child in children.values():
        if time.monotonic() > child.deadline:
            _kill(child)


def _bury(descriptor: int, child: _Child) -> None:
    """Take leave of a child and of whatever it leaves behind, and tell how it ended."""
    _kill(child)  # before it is waited for, so that its number is no other's
    _, status, used = os.wait4(child.pid, 0)
    os.close(descriptor)
    ending = Ending.FAILED
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGSYS:
            ending = Ending.FORBIDDEN
        elif number in {signal.SIGALRM, signal.SIGKILL} and used.ru_utime + used.ru_stime < STALLED_CPU_SECONDS:
            # It ran out of time, and not because of its file.
            ending = Ending.STALLED
    with contextlib.suppress(OSError):
        os.write(child.told, ending.value)
    os.close(child.told)


def _kill(child: _Child) -> None:
    """End a child with all of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    _ROOTS = load_trust_roots(Path(sys.argv[2]) if len(sys.argv) > 2 else None)  # noqa: PLR2004  # the optional argument
    main(
        socket.socket(fileno=int(sys.argv[1])),
        lambda connection: send_answer(connection, answer(*receive_request(connection), _ROOTS)),
    )
