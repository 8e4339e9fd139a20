"""What holds for every server of the product: others of its account see no memory of it, and it says its version."""

import json
import os
import subprocess
import sys

import pytest

from stack.process import ROOT
from tests.support.letters.taken_over import PLAIN
from tests.support.letters.taken_over_checker import ACCOUNTS, user
from tests.support.worker_alone import SETTINGS
from version import __version__

SERVER = f"""
import asyncio, concurrent.futures.thread, ctypes, os, sys
from entry import served
from settings import load

if os.getuid() == 0:
    os.setgroups([])
    os.setgid({PLAIN})
    os.setuid({PLAIN})
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a process that was started under this account

async def serve(settings):
    print("serving", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

print("starting", flush=True)
sys.stdin.readline()
sys.exit(served(None, load, serve))
"""


def is_read(process: subprocess.Popen[str]) -> bool:
    """Tell whether another process of the same account reads this one's environment."""
    read = ["cat", f"/proc/{process.pid}/environ"]
    found = subprocess.run(read, capture_output=True, check=False, **user(ACCOUNTS[-1]))
    return b"very-secret" in found.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="processes are read through /proc")
def test_a_server_hides_its_memory_from_others_of_its_account() -> None:
    environment = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT), "ACTIVA_SMTP__PASSWORD": "very-secret"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        seen = {}
        for _ in range(2):
            at = server.stdout.readline().strip()
            seen[at] = is_read(server)
            server.stdin.write("\n")
            server.stdin.flush()

    assert seen == {"starting": True, "serving": False}
    assert server.returncode == 0


def test_the_first_that_a_server_says_is_its_version() -> None:
    served = "import asyncio, entry, settings; entry.served(None, settings.load, lambda _: asyncio.sleep(0))"
    done = subprocess.run(
        [sys.executable, "-c", served],
        env={**os.environ, **SETTINGS, "ACTIVA_LOG_FORMAT": "json"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stderr.splitlines()[0])["message"] == f"activa {__version__} begins"
