"""Runs a command that dies, with all it starts, when the process that started it dies, however that one ends.

Run by path and isolated, so that it starts in milliseconds: `python -I -S tether.py PARENT_PID COMMAND...`, as the
leader of a process group, its standard input a pipe that the parent holds open. The command replaces this process, so
its id is the one the parent knows.

Two ties: Linux's parent-death signal for the command itself, and a watcher in the group for what the command starts,
which no such signal reaches. The watcher alone works on other systems.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process and its group to the parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if os.getpgrp() != os.getpid():
        sys.exit("tether.py must lead a process group of its own, for it kills its group")
    _leave_a_watcher()
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    if sys.platform == "linux":
        # KILL, not TERM: nobody is left to wait, and every server of the stack survives a power cut anyway.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")
    try:
        os.execvp(command[0], command)  # noqa: S606 - that is what this file is for
    except OSError as error:
        sys.exit(f"{command[0]} can't be started: {error.strerror}")


def _leave_a_watcher() -> None:
    """Leave a process in this group that kills the group when the parent's end of the pipe closes."""
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    if os.fork() == 0:  # twice, so that the command finds no child that it did not start
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        silence = os.open(os.devnull, os.O_WRONLY)
        for output in (sys.stdout, sys.stderr):
            os.dup2(silence, output.fileno())  # or the parent would wait for this one's last words
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main()
