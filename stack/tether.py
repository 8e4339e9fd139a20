"""Runs a command that dies with the process that started it, however that one ends.

Run by path and isolated, so that it starts in milliseconds: `python -I -S tether.py PARENT_PID COMMAND...`.
The command replaces this process, so its id is the one the parent knows. Only Linux has the parent-death signal;
elsewhere a parent killed with -9 leaves the command behind.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # KILL, not TERM: nobody is left to wait, and every server of the stack survives a power cut anyway.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")
    try:
        os.execvp(command[0], command)  # noqa: S606 - that is what this file is for
    except OSError as error:
        sys.exit(f"{command[0]} can't be started: {error.strerror}")


if __name__ == "__main__":
    main()
