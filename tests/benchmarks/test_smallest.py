"""Every benchmark runs once, with the least work that runs all of its code: its figures mean nothing."""

import os
import subprocess
import sys

import pytest

from stack.process import ROOT

pytestmark = [
    pytest.mark.takes_minutes,
    pytest.mark.timeout(3000),
    pytest.mark.skipif("REQUIRE_BENCHMARKS" not in os.environ, reason="takes minutes: only with REQUIRE_BENCHMARKS=1"),
]


def test_every_benchmark_runs_and_prints_its_figures() -> None:
    command = (sys.executable, "-m", "benchmarks", "--smallest")

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
