"""Every benchmark runs once, with the least work that runs all of its code: its figures mean nothing."""

import os
import subprocess
import sys

import pytest

from benchmarks.__main__ import NAMES
from stack.process import ROOT

pytestmark = [
    pytest.mark.takes_minutes,
    pytest.mark.timeout(1500),
    pytest.mark.skipif("REQUIRE_BENCHMARKS" not in os.environ, reason="takes minutes: only with REQUIRE_BENCHMARKS=1"),
]
TOGETHER = ("life", "replay")
"""They go by the same recorded lives."""
ALONE = [(name,) for name in NAMES if name not in TOGETHER]


@pytest.mark.parametrize("names", [TOGETHER, *ALONE], ids=" and ".join)
def test_a_benchmark_runs_and_prints_its_figures(names: tuple[str, ...]) -> None:
    command = (sys.executable, "-m", "benchmarks", "--smallest", *names)

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
