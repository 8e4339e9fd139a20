"""What a machine is told that can't have a cluster, and which releases of the server are tried."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.cluster.binaries import (
    VERSIONS,
    NoClusterError,
    build_environment,
    built_already,
    go,
    install_command,
    ready,
)
from stack.process import ROOT
from stack.run import CANNOT_START


def stand_in(folder: Path, name: str, script: str) -> None:
    """Put a command into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_go_the_command_says_so_and_ends_with_its_status(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACTIVA_")},
        "PATH": str(tmp_path),
        "ACTIVA_STACK_FOLDER": str(tmp_path / "local"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "stack.cluster"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == CANNOT_START
    assert ended.stderr.startswith("Skipped, no cluster on this machine: there is no Go here")
    assert "install Go 1.26 or newer" in ended.stderr
    assert ended.stdout == ""


def test_without_go_nothing_is_found() -> None:
    with pytest.raises(NoClusterError, match="there is no Go here"):
        go(lambda _: None)


def test_the_release_before_is_built_where_go_refuses_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse = 'case "$*" in *@' + VERSIONS[0] + '*) echo "requires go >= 9" >&2; exit 1;; esac'
    stand_in(tmp_path / "bin", "go", f'{refuse}\nmkdir -p "$GOBIN"; touch "$GOBIN/server" "$GOBIN/sql"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    binaries = ready(tmp_path / "built")
    assert binaries.version == VERSIONS[1]
    assert binaries.server == tmp_path / "built" / VERSIONS[1] / "server"
    assert VERSIONS[1] in capsys.readouterr().err
    assert built_already(tmp_path / "built") == binaries


def test_where_none_can_be_built_each_reason_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "bin", "go", 'echo "downloading" >&2; echo "no route to host" >&2; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(NoClusterError) as caught:
        ready(tmp_path / "built")
    assert [f"{version}: no route to host" in str(caught.value) for version in VERSIONS] == [True] * len(VERSIONS)


def test_a_long_build_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    says = "seq --format='go: downloading example.org/m%g v1' 150 >&2; seq --format='example.org/m%g' 250 >&2"
    stand_in(tmp_path / "bin", "go", f'{says}\nmkdir -p "$GOBIN"; touch "$GOBIN/server" "$GOBIN/sql"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    ready(tmp_path / "built")
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  100 modules fetched, 0 packages compiled",
        "  150 modules fetched, 50 packages compiled",
        "  150 modules fetched, 150 packages compiled",
        "  150 modules fetched, 250 packages compiled",
    ]


def test_nothing_is_built_where_only_what_is_there_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NoClusterError, match="`make cluster` builds it"):
        built_already(tmp_path)


def test_both_programs_come_from_one_release_into_a_folder_of_its_own(tmp_path: Path) -> None:
    command = install_command("go", "v1.2.3")
    assert [each for each in command if each.endswith("@v1.2.3")] == [
        "go.temporal.io/server/cmd/server@v1.2.3",
        "go.temporal.io/server/cmd/tools/sql@v1.2.3",
    ]
    assert build_environment(tmp_path / "v1.2.3", {"HOME": "/h"})["GOBIN"] == str((tmp_path / "v1.2.3").resolve())
