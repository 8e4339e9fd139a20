"""What a child process may use at most. A hostile file can make it fail, never harm the machine."""

import resource
import signal
import sys
from pathlib import Path
from typing import Final

WALL_SECONDS: Final = 10.0
CPU_SECONDS: Final = 8
STALLED_CPU_SECONDS: Final = 1.0
"""Who has used less when the time is up was kept from working: a file takes time only by keeping the processor busy."""
_ADDRESS_BYTES: Final = 1 << 30
_DATA_BYTES: Final = 400 << 20
"""Address space is mapped, data is used; both count from what the imported libraries already take, some 120 MB."""
_OPEN_FILES: Final = 16
_RECURSION: Final = 2000


def memory_in_use() -> tuple[int, int]:
    """Return this process's mapped and its data bytes, or raise OSError where the system does not tell."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(pages[0]) * resource.getpagesize(), int(pages[5]) * resource.getpagesize()


def lower_limits(memory: tuple[int, int]) -> None:
    """Lower this process's limits for good, above the mapped and the data bytes that its libraries take."""
    mapped, data = memory
    for limit, most in (
        (resource.RLIMIT_AS, mapped + _ADDRESS_BYTES),
        (resource.RLIMIT_DATA, data + _DATA_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    ):
        resource.setrlimit(limit, (most, most))
    sys.setrecursionlimit(_RECURSION)
    # The default action of SIGALRM ends the process even while it is inside a library that never returns.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
