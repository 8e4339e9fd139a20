"""`make images` where it can't build: it says why before anything is built."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.images import CannotBuildError, Store, arguments, build
from stack.process import ROOT
from version import __version__


def test_a_base_without_a_digest_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/images.py", "--base", "python:3.12-slim"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "images: python:3.12-slim names no digest: end it with @sha256: and 64 digits\n"


def test_an_image_that_is_not_known_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/images.py", "desk"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "no image is named desk; there are worker, portal, tools\n")


def test_a_machine_without_the_tool_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotBuildError, match="buildah is missing"):
        build(Store(), ["worker"], "python@sha256:" + 64 * "0")


def test_each_image_is_given_its_base_its_version_and_its_target() -> None:
    given = arguments("portal", "python@sha256:0")
    assert given[given.index("--target") + 1] == "portal"
    assert {"BASE=python@sha256:0", f"--label=org.opencontainers.image.version={__version__}"} <= set(given)


@pytest.mark.skipif(shutil.which("git") is None, reason="no git, so no repository around it")
def test_an_image_of_a_source_archive_names_no_commit_of_the_repository_around_it(tmp_path: Path) -> None:
    as_somebody = ["-c", "user.name=somebody", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", *as_somebody, "commit", "--quiet", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    unpacked = tmp_path / "activa"
    shutil.copytree(ROOT / "scripts", unpacked / "scripts")
    asked = [sys.executable, "-c", "from scripts.images import revision; print(repr(revision()))"]
    done = subprocess.run(asked, cwd=unpacked, capture_output=True, text=True, check=True)
    assert done.stdout == "''\n"
