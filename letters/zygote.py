"""The process that forks a confined child for every file.

It has one thread and has loaded every library before the first fork, so that a child starts in milliseconds. It never
reads a file itself. Run by LetterChecker as `python -m letters.zygote FD [FOLDER_OF_TRUST_ROOTS]`; it ends when the
other side of its control socket closes.
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

import cv2

from letters.checking import answer
from letters.digital_signature import TrustRoots, load_trust_roots
from letters.limits import WALL_SECONDS, confine, memory_in_use
from letters.wire import receive_request, send_answer

_LOOK_SECONDS = 0.5
READY = b"ready"


def main(control: socket.socket, roots: TrustRoots) -> None:
    """Serve until the other side closes."""
    # OpenCV's pool of threads does not survive a fork.
    cv2.setNumThreads(1)
    # Where a child can't be confined, nothing is checked: the helper fails to start rather than refuse every letter.
    memory_in_use()
    gc.collect()
    gc.freeze()
    children: dict[int, float] = {}
    control.send(READY)
    parent = os.getppid()
    while os.getppid() == parent:
        _reap(children)
        if not select.select([control], [], [], _LOOK_SECONDS)[0]:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 16, 4)
        if not message:
            break
        for descriptor in descriptors:
            child = os.fork()
            if child == 0:
                control.close()
                _serve(descriptor, roots)
            children[child] = time.monotonic() + WALL_SECONDS
            os.close(descriptor)
    for child in children:
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


def _reap(children: dict[int, float]) -> None:
    for child, deadline in list(children.items()):
        if os.waitpid(child, os.WNOHANG)[0]:
            del children[child]
        elif time.monotonic() > deadline:
            _kill(child)


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(
        socket.socket(fileno=int(sys.argv[1])),
        load_trust_roots(Path(sys.argv[2]) if len(sys.argv) > 2 else None),  # noqa: PLR2004  # the optional argument
    )
