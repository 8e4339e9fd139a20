"""What keeps a child from doing harm: which layers this machine has, and how a process puts itself under them."""

import ctypes
import os
import signal
from typing import Final, NamedTuple

from domain.model import Model
from letters.confinement import landlock, system_calls
from letters.confinement.limits import lower_limits

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_CLONE_NEWIPC: Final = 0x08000000
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITIES_VERSION: Final = 0x20080522


class Layers(Model):
    """The layers that are active; the limits of memory, time and files are everywhere."""

    seccomp: bool = False
    """Only listed system calls, as was tried on a process of its own."""
    landlock: int = 0
    """Its version in the kernel."""
    namespaces: bool = False
    """Users, network and messages of its own, and no capability in them."""

    def __str__(self) -> str:
        held = {"seccomp": self.seccomp, f"Landlock {self.landlock}": self.landlock > 0, "namespaces": self.namespaces}
        lacking = [name.removesuffix(" 0") for name, is_active in held.items() if not is_active]
        active = ", ".join(name for name, is_active in (*held.items(), ("limits", True)) if is_active)
        return f"{active}; lacking: {', '.join(lacking)}" if lacking else active


class Cell(NamedTuple):
    """What a helper has made ready for its children."""

    layers: Layers
    steps: bytes | None
    """The filter's program."""
    rules: int | None
    """The descriptor of Landlock's rules."""
    memory: tuple[int, int]
    """Mapped and data bytes that the libraries take."""


def live_apart() -> bool:
    """Give this process, of one thread, namespaces of its own and no capability in them; tell whether that went."""
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    went = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0
    return bool(went and libc.capset(header, (ctypes.c_uint32 * 6)()) == 0)


def hide_memory() -> None:
    """Keep others of this account from the memory and environment of this process and of those that it forks."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def prepare(memory: tuple[int, int], *, apart: bool) -> Cell:
    """Return the cell of this process's children, with what was seen to work here."""
    machine = system_calls.own_machine()
    steps = None if machine is None else system_calls.program(machine)
    cell = Cell(Layers(), None, landlock.ruleset(), memory)
    if _ending_in(cell) != 0:
        cell = cell._replace(rules=None)  # sixteen sets of rules are over us already
    filtered = steps is not None and _ending_in(cell._replace(steps=steps)) == -signal.SIGSYS
    layers = Layers(seccomp=filtered, landlock=0 if cell.rules is None else landlock.version(), namespaces=apart)
    return cell._replace(layers=layers, steps=steps if filtered else None)


def enter(cell: Cell) -> None:
    """Put this process into its cell for good."""
    lower_limits(cell.memory)
    _promise_no_privileges()
    if cell.rules is not None:
        landlock.obey(cell.rules)
        os.close(cell.rules)
    if cell.steps is not None:
        system_calls.install(cell.steps)


def _promise_no_privileges() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _ending_in(cell: Cell) -> int:
    """Return how a child process in a cell ends that asks for something harmless which is not on the list."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            enter(cell)
            os.getppid()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
