"""Which browser is taken, and what happens without one."""

from pathlib import Path

import pytest

from tests.support.browser.finding import browser_path, required_browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("chromium", "google-chrome"):
        (tmp_path / name).touch(mode=0o755)
    return tmp_path


def test_the_first_known_name_on_the_path_is_taken(folder: Path) -> None:
    assert browser_path({"PATH": str(folder)}) == str(folder / "chromium")


def test_chromium_names_one_instead(folder: Path) -> None:
    wanted = str(folder / "google-chrome")
    assert browser_path({"PATH": "", "CHROMIUM": wanted}) == wanted
    assert browser_path({"PATH": str(folder), "CHROMIUM": "no-such-browser"}) is None


def test_without_a_browser_a_test_is_skipped_with_what_to_install() -> None:
    with pytest.raises(pytest.skip.Exception, match="install one of chromium-headless-shell, chromium"):
        required_browser({"PATH": ""})


def test_where_the_browser_is_required_its_absence_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match="REQUIRE_E2E=1, and there is no browser"):
        required_browser({"PATH": "", "REQUIRE_E2E": "1"})
