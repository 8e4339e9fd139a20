"""What a confined child may ask the kernel for, as a program of its filter (seccomp): the list is all, the rest kills.

By then every library is loaded and every file is open, so nothing on the list opens, makes or sends anything: it is
memory, the one connection, time, and the threads of the HEIC decoder. Written here, since no kept library does it
without a package of the system: docs/decisions/0024-a-child-that-can-do-nothing-else.md
"""

import ctypes
import errno
import os
import platform
import struct
from typing import Final, NamedTuple

CONNECTION: Final = 200
"""The descriptor of the one socket; no other is as high."""
_SILENT: Final = (1, 2)
"""Where libraries print: both lead to /dev/null."""

ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
REFUSE: Final = 0x00050000
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ENDS_AFTER: Final = 4096

_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_INSTRUCTION: Final = struct.Struct("=HBBI")
_NUMBER_AT: Final = 0
_MACHINE_AT: Final = 4
_ARGUMENTS_AT: Final = 16

_PROT_EXEC: Final = 4
_MAP_ANONYMOUS: Final = 0x20
_THREAD: Final = 0x003D0F00
"""The flags of a new thread of this process, and of nothing else."""


class Machine(NamedTuple):
    """A kind of processor: its mark, and which of the two numbers below is its own."""

    mark: int
    column: int


MACHINES: Final = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}


class Must(NamedTuple):
    """What an argument must be: equal to one of these, or without or with a bit."""

    argument: int
    equals: tuple[int, ...] = ()
    without: int = 0
    having: int = 0
    is_wide: bool = False
    """A pointer or a size: both halves count."""


class Call(NamedTuple):
    """A system call by its numbers on the two machines; None where a machine has it not."""

    name: str
    numbers: tuple[int | None, int | None]
    tests: tuple[Must, ...] = ()
    refused_with: int = 0
    """The error that it ends with, in place of the process: for what an honest library does on its way out."""


ALLOWED: Final = (
    Call("recvfrom", (45, 207), (Must(0, (CONNECTION,)),)),
    Call("sendto", (44, 206), (Must(0, (CONNECTION,)), Must(4, (0,), is_wide=True))),
    Call("poll", (7, None)),
    Call("ppoll", (271, 73)),
    Call("brk", (12, 214)),
    Call("mmap", (9, 222), (Must(2, without=_PROT_EXEC), Must(3, having=_MAP_ANONYMOUS))),
    Call("mprotect", (10, 226), (Must(2, without=_PROT_EXEC),)),
    Call("munmap", (11, 215)),
    Call("mremap", (25, 216)),
    Call("madvise", (28, 233)),
    Call("futex", (202, 98)),
    Call("clock_gettime", (228, 113)),
    Call("gettimeofday", (96, 169)),
    Call("time", (201, None)),
    Call("getrandom", (318, 278)),
    Call("read", (0, 63)),
    Call("write", (1, 64), (Must(0, _SILENT),)),
    Call("close", (3, 57)),
    Call("getpid", (39, 172)),
    Call("gettid", (186, 178)),
    Call("sysinfo", (99, 179)),
    Call("sched_yield", (24, 124)),
    Call("sched_getaffinity", (204, 123)),
    Call("rt_sigprocmask", (14, 135)),
    Call("rt_sigreturn", (15, 139)),
    Call("restart_syscall", (219, 128)),
    Call("clone", (56, 220), (Must(0, (_THREAD,), is_wide=True),)),
    Call("set_robust_list", (273, 99)),
    Call("rseq", (334, 293)),
    Call("exit", (60, 93)),
    Call("exit_group", (231, 94)),
    # The C library then makes a thread by `clone`, whose flags can be read.
    Call("clone3", (435, 435), refused_with=errno.ENOSYS),
    # abort() raises its signal and, refused, ends the process all the same: a library that gives up is no attack.
    Call("tgkill", (234, 131), refused_with=errno.EPERM),
    Call("rt_sigaction", (13, 134), refused_with=errno.EPERM),
)


def program(machine: Machine, calls: tuple[Call, ...] = ALLOWED, otherwise: int = KILL) -> bytes:
    """Return the filter's program: which calls pass, and what becomes of every other."""
    out = _step(_LOAD, _MACHINE_AT) + _step(_IF_EQUAL, machine.mark, 1, 0) + _step(_RETURN, otherwise)
    for call in calls:
        number = call.numbers[machine.column]
        if number is not None:
            passes = _step(_RETURN, REFUSE | call.refused_with if call.refused_with else ALLOW)
            tested = b"".join(_tested(test, otherwise) for test in call.tests)
            body = tested + passes
            out += _step(_LOAD, _NUMBER_AT) + _step(_IF_EQUAL, number, 0, len(body) // _INSTRUCTION.size) + body
    out += _step(_RETURN, otherwise)
    if len(out) // _INSTRUCTION.size > _ENDS_AFTER:
        raise ValueError(f"the filter has {len(out) // _INSTRUCTION.size} steps, the kernel takes {_ENDS_AFTER}")
    return out


def install(steps: bytes) -> None:
    """Put a filter on this process and its threads for good, or raise OSError; needs no_new_privs or root."""

    class _Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))

    libc = ctypes.CDLL(None, use_errno=True)
    filtered = _Program(len(steps) // _INSTRUCTION.size, steps)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filtered), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def own_machine() -> Machine | None:
    """Return the kind of this processor, or None of one whose numbers are not known here."""
    return MACHINES.get(platform.machine())


def _tested(test: Must, otherwise: int) -> bytes:
    """Return the steps that end the call unless its argument is as it must be."""
    low, high = (_step(_LOAD, _ARGUMENTS_AT + 8 * test.argument + half) for half in (0, 4))
    fails = _step(_RETURN, otherwise)
    out = low
    if test.equals:
        last = len(test.equals)
        out += b"".join(_step(_IF_EQUAL, value, last - at, 0) for at, value in enumerate(test.equals)) + fails
        if test.is_wide:
            out += high + _step(_IF_EQUAL, 0, 1, 0) + fails
    if test.without:
        out += _step(_IF_ANY_BIT, test.without, 0, 1) + fails
    if test.having:
        out += _step(_IF_ANY_BIT, test.having, 1, 0) + fails
    return out


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, if_true, if_false, value)
