"""Where the browser is, and what its absence means for a test."""

import os
import shutil
from collections.abc import Mapping

import pytest

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
MISSING = f"there is no browser: install one of {', '.join(NAMES)}, or set CHROMIUM to its path"


def browser_path(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the browser's path; `CHROMIUM` names one instead of those that are looked for."""
    wanted = environment.get("CHROMIUM")
    names = (wanted,) if wanted else NAMES
    return next((path for name in names if (path := shutil.which(name, path=environment.get("PATH")))), None)


def required_browser(environment: Mapping[str, str] = os.environ) -> str:
    """Return the browser's path; without one the test is skipped, and fails where `REQUIRE_E2E` is 1."""
    path = browser_path(environment)
    if path is None:
        if environment.get("REQUIRE_E2E") == "1":
            pytest.fail(f"REQUIRE_E2E=1, and {MISSING}", pytrace=False)
        pytest.skip(MISSING)
    return path
