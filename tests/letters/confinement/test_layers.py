"""What confines the processes that open uploads is said at the start, and without seccomp there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.letters.hostile import harmless
from tests.support.worker_alone import SETTINGS

ROOM = Path(__file__).parents[3]
LACKING = (sys.executable, "-m", "tests.support.letters.lacking")


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ACTIVA_", "TEMPORAL_"))}
    environment = {**kept, **settings}
    return subprocess.run(arguments, capture_output=True, text=True, cwd=ROOM, env=environment, check=False)


@pytest.mark.parametrize("lacking", ["seccomp", "landlock", "namespaces", "landlock,namespaces"])
def test_what_a_machine_lacks_is_said(lacking: str) -> None:
    found = run(*LACKING, lacking, "-m", "letters", "layers")

    layers = json.loads(found.stdout)
    assert all(not layers[layer] for layer in lacking.split(","))
    told = found.stderr.split("lacking: ")[1].strip().lower().split(", ")
    assert set(told) >= set(lacking.split(","))


def test_all_that_this_machine_has_is_said() -> None:
    found = run(sys.executable, "-m", "letters", "layers")

    assert json.loads(found.stdout)["seccomp"] is True
    assert "confined by seccomp" in found.stderr


def test_nothing_is_opened_without_seccomp(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(harmless())

    refused = run(*LACKING, "seccomp", "-m", "letters", "gate", str(file))

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "ACTIVA_WORKER__CONFINEMENT=without_seccomp" in refused.stderr


def test_files_are_opened_where_only_other_layers_are_lacking(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(harmless())

    opened = run(*LACKING, "landlock,namespaces", "-m", "letters", "gate", str(file))

    assert json.loads(opened.stdout)["accepted"] is True


def test_a_worker_refuses_to_start_without_seccomp_unless_a_setting_lets_it_on_loopback() -> None:
    without = {"ACTIVA_WORKER__CONFINEMENT": "without_seccomp"}
    local = {"ACTIVA_PORTAL_URL": "http://127.0.0.1:8000"}

    refused = run(*LACKING, "seccomp", "worker.py", **SETTINGS)
    exposed = run(*LACKING, "seccomp", "worker.py", **SETTINGS, **without)
    let = run(*LACKING, "seccomp", "worker.py", **{**SETTINGS, **without, **local})
    confined = run(sys.executable, "worker.py", **SETTINGS)

    assert (refused.returncode, "127.0.0.1:1" in refused.stderr) == (2, False)
    assert "ACTIVA_WORKER__CONFINEMENT=without_seccomp" in refused.stderr
    assert (exposed.returncode, "127.0.0.1:1" in exposed.stderr) == (2, False)
    assert "ACTIVA_WORKER__CONFINEMENT: must be left out" in exposed.stderr
    for started in (let, confined):
        assert (started.returncode, "127.0.0.1:1" in started.stderr) == (4, True)
    assert "lacking: seccomp" in let.stderr
    assert "confined by seccomp" in confined.stderr
