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
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy.ma  # noqa: F401  # np.median loads it at its first call: 50 ms that each child would spend

from letters.confinement.checking import answer
from letters.confinement.limits import STALLED_CPU_SECONDS, WALL_SECONDS, confine, memory_in_use
from letters.confinement.wire import STALLED, receive_request, send_answer
from letters.opening.digital_signature import TrustRoots, load_trust_roots

_LOOK_SECONDS = 0.5
READY = b"ready"


class _Child(NamedTuple):
    """A child at work."""

    pid: int
    connection: socket.socket
    """Held here too, so that the checker learns of the child's end from us, after what we have to say of it."""
    deadline: float


def main(control: socket.socket, roots: TrustRoots) -> None:
    """Serve until the other side closes."""
    # OpenCV's pool of threads does not survive a fork.
    cv2.setNumThreads(1)
    # Where a child can't be confined, nothing is checked: the helper fails to start rather than refuse every letter.
    memory_in_use()
    gc.collect()
    gc.freeze()
    children: dict[int, _Child] = {}
    control.send(READY)
    parent = os.getppid()
    while os.getppid() == parent:
        ready = select.select([control.fileno(), *children], [], [], _LOOK_SECONDS)[0]
        _look_after(children, ready)
        if control.fileno() not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 16, 4)
        if not message:
            break
        for descriptor in descriptors:
            pid = os.fork()
            if pid == 0:
                control.close()
                for other, child in children.items():
                    os.close(other)
                    child.connection.close()
                _serve(descriptor, roots)
            connection = socket.socket(fileno=descriptor)
            children[os.pidfd_open(pid)] = _Child(pid, connection, time.monotonic() + WALL_SECONDS)
    for child in children.values():
        _kill(child)
    os._exit(0)  # nothing is left to tidy up, and some libraries print what they did not


def _serve(descriptor: int, roots: TrustRoots) -> None:
    """Answer one request and end this process, whatever happens."""
    code = 1
    try:
        with socket.socket(fileno=descriptor) as connection:
            connection.settimeout(WALL_SECONDS)
            confine()
            send_answer(connection, answer(*receive_request(connection), roots))
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
    """Take leave of a child, and say so when it ran out of time and not because of its file."""
    _, status, used = os.wait4(child.pid, 0)
    os.close(descriptor)
    out_of_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGALRM, signal.SIGKILL}
    with child.connection, contextlib.suppress(OSError):
        if out_of_time and used.ru_utime + used.ru_stime < STALLED_CPU_SECONDS:
            send_answer(child.connection, STALLED)


def _kill(child: _Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    main(
        socket.socket(fileno=int(sys.argv[1])),
        load_trust_roots(Path(sys.argv[2]) if len(sys.argv) > 2 else None),  # noqa: PLR2004  # the optional argument
    )
