"""A parser that was taken over by its file, on the worker's own account and on a plain one: what it gets is nothing."""

import json
import os
import platform
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.letters.taken_over import ATTACKS
from tests.support.letters.taken_over_checker import ACCOUNTS, Hostile, hostile_checker, user

BY_NUMBER = {"signal a thread of the worker", "share memory", "be seen by debuggers again", "make a process by clone"}
"""Asked for by the number that it has on one kind of machine."""
BY_LEAVE = {"copy the worker's memory", "debug the worker", "read the worker's memory", "wait for the kernel's ring"}
"""Kernels may be set up to refuse these to everybody."""
NOTHING_LEFT_OPEN = {"speak on another descriptor"}
"""That the helper leaves nothing open, even for a child in no cell, is not the cell's doing."""
OF_THE_WORKER = ["read the worker's environment", "read the worker's memory", "copy the worker's memory"]
OF_FILES = [
    *("list all processes", "read a file", "read its own memory's map", "write a new file", "open a file for writing"),
    *("delete a file", "rename a file", "make a symbolic link", "make a hard link", "make a folder", "empty a file"),
]
BY_LANDLOCK = [*OF_THE_WORKER, *OF_FILES, "debug the worker", "connect by TCP", "listen", "signal the worker"]
BY_NAMESPACES = [*OF_THE_WORKER, "debug the worker", "connect by TCP"]
IN_TIME_SECONDS = 60
ROOM = Path(__file__).parents[3]


@pytest.fixture(scope="module", params=ACCOUNTS)
def hostile(request: pytest.FixtureRequest) -> Iterator[Hostile]:
    with hostile_checker(request.param, "confined") as checker:
        yield checker


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_child_that_was_taken_over_gets_nothing(hostile: Hostile, attack: str) -> None:
    before = sorted((file.name, file.read_text()) for file in hostile.folder.iterdir())

    assert not hostile.succeeds(attack)
    assert sorted((file.name, file.read_text()) for file in hostile.folder.iterdir()) == before


@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_attack_is_one_that_a_process_in_no_cell_carries_out(account: str) -> None:
    with hostile_checker(account, "open") as unconfined:
        failed = {attack for attack in ATTACKS if not unconfined.succeeds(attack)}

    assert failed <= NOTHING_LEFT_OPEN | BY_LEAVE | (set() if platform.machine() == "x86_64" else BY_NUMBER)


def test_a_child_holds_nothing_open_but_its_connection() -> None:
    with hostile_checker("own", "open") as unconfined:
        assert not unconfined.tries("speak on another descriptor")


def test_a_child_writes_nothing_into_the_log_of_the_worker() -> None:
    """The log is a pipe, as with most supervisors: a file takes nothing under the child's limits anyway."""
    code = """
from tests.support.letters.taken_over_checker import hostile_checker
with hostile_checker("own", "confined") as hostile:
    hostile.checker.gate(b'%PDF {"print": "forged line", "raw": ""}')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOM)

    assert done.stderr == ""


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    ("layer", "lacking", "attacks"),
    [("landlock", "seccomp,namespaces", BY_LANDLOCK), ("namespaces", "seccomp,landlock", BY_NAMESPACES)],
)
def test_another_layer_holds_where_the_filter_does_not(
    account: str, layer: str, lacking: str, attacks: list[str]
) -> None:
    with hostile_checker(account, "confined", lacking) as half:
        active = half.checker.warm().model_dump()
        if not active[layer]:
            pytest.skip(f"this kernel has no {layer} for this account")

        assert [name for name, is_active in active.items() if is_active] == [layer]
        assert [attack for attack in attacks if half.succeeds(attack)] == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_what_a_child_leaves_behind_in_its_group_ends_with_it(account: str) -> None:
    with hostile_checker(account, "open") as unconfined:
        assert unconfined.tries("leave a child")
        pid = int((unconfined.folder / "done").read_text())
        try:
            left = os.pidfd_open(pid)
        except ProcessLookupError:
            return

        assert select.select([left], [], [], IN_TIME_SECONDS)[0] == [left]


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(("cell", "is_read"), [("confined", False), ("open", True)])
def test_the_helper_hides_its_memory_from_others_of_its_account(account: str, cell: str, is_read: bool) -> None:
    if account == "own" and os.getuid() == 0:
        pytest.skip("root reads everything")
    with hostile_checker(account, cell) as held:
        held.checker.warm()
        read = ["cat", f"/proc/{held.checker.helper_pid}/environ"]
        found = subprocess.run(read, capture_output=True, check=False, **user(account))

    assert (b"PYTHONPATH" in found.stdout) is is_read


def test_the_log_tells_a_child_that_was_stopped_from_one_that_failed(
    hostile: Hostile, caplog: pytest.LogCaptureFixture
) -> None:
    def said_by_us() -> list[str]:
        return [each.getMessage() for each in caplog.records if each.name.startswith("activa")]

    assert [reason.code for reason in hostile.checker.gate(b"%PDF " + json.dumps({"abort": 1}).encode())] == [
        "too_complex"
    ]
    assert said_by_us() == []

    assert not hostile.tries("fork")
    assert said_by_us() == ["a check was stopped: its process asked the kernel for what it may not"]
