"""A copy of what is handed to a platform team, for a test to break."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.checks.tools import HERE
from stack.process import ROOT

COPIED = (".ci", ".github", ".yamllint.yaml", "deploy", "requirements")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The copy, without bytecode; skipped without the tools, and failed where `REQUIRE_DEPLOY` is 1."""
    if not (HERE / "zizmor").exists():
        missing = f"no tools under {HERE}: `make check-deploy` installs them"
        if os.environ.get("REQUIRE_DEPLOY") == "1":
            pytest.fail(f"REQUIRE_DEPLOY=1, and {missing}", pytrace=False)
        pytest.skip(missing)
    for name in COPIED:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, tmp_path / name)
    return tmp_path
