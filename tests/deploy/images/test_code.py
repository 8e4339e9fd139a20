"""Each image has every module of the product that its programs need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stack.process import ROOT

PROGRAMS = {
    "worker": ("worker", "deploy.probe"),
    "portal": ("portal.app", "deploy.probe"),
    "tools": (
        "starter",
        "deploy.bootstrap",
        "deploy.rebuild",
        "deploy.retention",
        "deploy.habeas_data.__main__",
        "deploy.codec_server",
    ),
}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the product as the Dockerfile does, each image's part into a folder of its name."""
    folder = tmp_path_factory.mktemp("code")
    stage = (
        (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").partition(" AS code\n")[2].partition("\nFROM ")[0]
    )
    [copies] = re.findall(r"^RUN (.*?) \\\n\s*&& python3 -m compileall", stage, re.MULTILINE | re.DOTALL)
    here = re.sub(r" /(worker|portal|tools|data)\b", rf" {folder}/\1", copies.replace("\\\n", " "))
    subprocess.run(["sh", "-e", "-c", here], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("image", PROGRAMS)
def test_an_image_has_all_that_its_programs_import(code: Path, image: str) -> None:
    imports = "; ".join(f"import {each}" for each in PROGRAMS[image])
    done = subprocess.run(
        [sys.executable, "-c", imports], cwd=code / image, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
