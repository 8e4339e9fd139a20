"""What `make help` lists and what `.ci/run` runs, in which order and to which end."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stack.process import ROOT


def test_make_help_lists_every_command_that_is_described() -> None:
    described = re.findall(r"^(\S+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    shown = [line.split()[1] for line in listed.splitlines() if line.startswith("  make ")]
    assert shown == [name for name in described if "/" not in name]
    assert "bench-smoke" in shown


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A tree with `.ci/run`, where a command says how it was called and ends as the file of its name says."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    script = '#!/bin/sh\necho "$NAME $*"\n[ ! -e "$2" ] || exit "$(cat "$2")"\n[ ! -e "$1" ] || exit "$(cat "$1")"\n'
    for path, name in (("bin/make", "make"), (".venv/bin/python", "python")):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(script.replace("$NAME", name), encoding="utf-8")
        (tmp_path / path).chmod(0o755)
    return tmp_path


def run_ci(checkout: Path) -> tuple[int, list[str]]:
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [checkout / ".ci" / "run"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, [" ".join(line.split()[:3]) for line in done.stdout.splitlines()]


def test_ci_checks_then_runs_the_tests_and_benchmarks_whose_status_is_its_own(checkout: Path) -> None:
    (checkout / "pytest").write_text("5")
    steps = ["make setup", "make check", "make check-deploy", "make .venv-dbos/.stamp", "python -m pytest"]
    assert run_ci(checkout) == (5, steps)


@pytest.mark.parametrize(
    ("fails", "ran"),
    [
        pytest.param("setup", [], id="an environment"),
        pytest.param("check", ["make check"], id="a check"),
        pytest.param("check-deploy", ["make check", "make check-deploy"], id="an artefact"),
        pytest.param(
            ".venv-dbos/.stamp",
            ["make check", "make check-deploy", "make .venv-dbos/.stamp"],
            id="a peer's environment",
        ),
    ],
)
def test_ci_ends_where_something_before_the_tests_fails(checkout: Path, fails: str, ran: list[str]) -> None:
    (checkout / fails).parent.mkdir(exist_ok=True)
    (checkout / fails).write_text("2")
    assert run_ci(checkout) == (2, ["make setup", *ran])
