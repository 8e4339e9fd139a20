"""`make images` where it can't build: it says why before anything is built."""

import subprocess
import sys

import pytest

from scripts.images import CannotBuildError, Store, arguments, build
from stack.process import ROOT


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
    assert {"BASE=python@sha256:0", "--label=org.opencontainers.image.version=0.1.0"} <= set(given)
