"""A worker that can't listen where it was told to says which setting to change, and does not start."""

import os
import socket
import subprocess
import sys

from stack.process import ROOT
from tests.support.worker_alone import SETTINGS


def test_a_worker_whose_metrics_address_is_taken_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        settings = {**os.environ, **SETTINGS, "ACTIVA_WORKER__METRICS_ADDRESS": address}
        command = (sys.executable, "worker.py")

        ended = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert f"ACTIVA_WORKER__METRICS_ADDRESS {address}: " in ended.stderr
    assert "Traceback" not in ended.stderr
