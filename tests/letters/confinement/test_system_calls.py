"""The filter's program, step by step as the kernel takes it, for both kinds of machine."""

import struct

import pytest

from letters.confinement.system_calls import ALLOW, ALLOWED, CONNECTION, KILL, MACHINES, REFUSE, Call, program

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
FITTING = {
    "recvfrom": (CONNECTION,),
    "sendto": (CONNECTION,),
    "mmap": (0, 4096, 3, 0x22),
    "mprotect": (0, 4096, 3),
    "write": (2,),
    "clone": (0x3D0F00,),
}
UNFIT = [
    ("recvfrom", (3,)),
    ("recvfrom", (0,)),
    ("sendto", (CONNECTION, 0, 0, 0, 0x7FFF0000)),
    ("sendto", (CONNECTION, 0, 0, 0, 0x7FFF_0000_0000)),
    ("mmap", (0, 4096, 7, 0x22)),
    ("mmap", (0, 4096, 1, 2)),
    ("mprotect", (0, 4096, 5)),
    ("write", (0,)),
    ("write", (CONNECTION,)),
    ("clone", (17,)),
    ("clone", (0x3D0F00 | 0x10000000,)),
    ("clone", (0x1_003D_0F00,)),
]


def ruling(steps: bytes, mark: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Return what a program says to a call."""
    call = struct.pack("<IIQ6Q", number, mark, 0, *arguments, *(0,) * (6 - len(arguments)))
    lines, at, held = list(struct.iter_unpack("=HBBI", steps)), 0, 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        if code == LOAD:
            (held,) = struct.unpack_from("<I", call, value)
        elif code == RETURN:
            return value
        else:
            at += if_true if (held == value if code == EQUAL else held & value) else if_false


def call(name: str) -> Call:
    return next(each for each in ALLOWED if each.name == name)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_the_list_is_all_that_passes(machine) -> None:
    steps = program(machine)
    listed = {each.numbers[machine.column]: each for each in ALLOWED}

    for number in range(1024):
        told = ruling(steps, machine.mark, number, FITTING.get(listed[number].name, ()) if number in listed else ())
        if number not in listed:
            assert told == KILL
        elif listed[number].refused_with:
            assert told == REFUSE | listed[number].refused_with
        else:
            assert told == ALLOW, listed[number].name


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize(("name", "arguments"), UNFIT)
def test_a_call_with_other_arguments_kills(machine, name: str, arguments: tuple[int, ...]) -> None:
    assert ruling(program(machine), machine.mark, call(name).numbers[machine.column], arguments) == KILL


@pytest.mark.parametrize(("machine", "other"), [("x86_64", "aarch64"), ("aarch64", "x86_64")])
def test_calls_by_the_numbers_of_another_machine_kill(machine: str, other: str) -> None:
    ours, theirs = MACHINES[machine], MACHINES[other]

    assert {ruling(program(ours), theirs.mark, each.numbers[theirs.column] or 0) for each in ALLOWED} == {KILL}
    assert ruling(program(ours), ours.mark, 0x40000000 | (call("read").numbers[ours.column] or 0)) == KILL
