"""Checkers whose children are taken over, and what these aim at."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from letters import LetterChecker
from tests.support.letters.taken_over import PLAIN

ACCOUNTS = ["own", "plain"] if os.getuid() == 0 else ["own"]
SECRET = {"ACTIVA_SMTP__PASSWORD": "very-secret"}


class Hostile(NamedTuple):
    """A checker whose children are taken over, and what they aim at."""

    checker: LetterChecker
    aims: dict[str, object]
    folder: Path

    def tries(self, attack: str) -> bool:
        """Let a child try an attack; tell whether it says that it went."""
        return self.checker.gate(b"%PDF-1.7 " + json.dumps({**self.aims, "try": attack}).encode()) == ()

    def succeeds(self, attack: str) -> bool:
        """Tell whether an attack had any effect; what it left behind is ended."""
        answered, done = self.tries(attack), self.folder / "done"
        if not done.exists():
            return answered
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(done.read_text()), signal.SIGKILL)
        done.unlink()
        return True


@contextmanager
def hostile_checker(account: str, cell: str, lacking: str = "") -> Iterator[Hostile]:
    """Give a checker of taken-over children under an account of the machine; `lacking` names layers that it has not."""

    class Checker(LetterChecker):
        _HELPER = (
            *(("-m", "tests.support.letters.lacking", lacking) if lacking else ()),
            *("-m", "tests.support.letters.taken_over", account, cell),
        )

    folder = Path(tempfile.mkdtemp())  # a plain account does not reach those of pytest
    _prepare(folder, account)
    worker = subprocess.Popen(["sleep", "600"], env=SECRET, **user(account))
    try:
        with socket.create_server(("127.0.0.1", 0)) as server, Checker(seccomp_required=False) as checker:
            aims = {"worker": worker.pid, "address": _address(worker.pid), "folder": str(folder)}
            yield Hostile(checker, {**aims, "port": server.getsockname()[1]}, folder)
    finally:
        worker.kill()
        worker.wait()
        shutil.rmtree(folder)


def user(account: str) -> dict[str, object]:
    """Return the arguments with which a process is started under an account."""
    return {"user": PLAIN, "group": PLAIN, "extra_groups": []} if account == "plain" else {}


def _prepare(folder: Path, account: str) -> None:
    for name in ("kept", "deleted", "renamed", "owned"):
        (folder / name).write_text("as it was")
    if account == "plain":
        for file in (folder, *folder.iterdir()):
            os.chown(file, PLAIN, PLAIN)


def _address(pid: int) -> int:
    """Return where a process has memory."""
    return int(Path(f"/proc/{pid}/maps").read_text().split("-")[0], 16)
