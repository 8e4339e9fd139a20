"""The audit of `make check`: what it finds, and what it must not stay silent about."""

from pathlib import Path

import pytest

from scripts.audit import LOCKS, ROOT, judge, lock_findings, long_functions, not_locked, size_findings, unsafe_entries

LOCK = """\
boto3==1.44.5 \\
    --hash=sha256:667b \\
    --hash=sha256:70c3
pydantic-settings==2.16.3 ; python_version >= '3.11' \\
    --hash=sha256:aaaa
"""


def test_the_projects_own_locks_are_in_order() -> None:
    assert lock_findings(ROOT) == []


def test_every_lock_is_audited() -> None:
    folder = ROOT / "requirements"
    portal, runtime, otel, dev = (
        {line for line in (folder / f"{name}.txt").read_text().splitlines() if "==" in line}
        for name in ("portal", "runtime", "otel", "dev")
    )
    assert portal < runtime < dev
    assert portal < otel < dev
    assert {each.name for each in folder.glob("*.txt")} == {*LOCKS, "runtime.txt", "portal.txt", "otel.txt"}


def test_a_good_lock_has_nothing_unsafe() -> None:
    assert list(unsafe_entries(LOCK)) == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        pytest.param("six==1.17.0", "six==1.17.0 has no hash", id="no hash"),
        pytest.param("six>=1.17 --hash=sha256:aa", "six>=1.17 is not pinned", id="not pinned"),
        pytest.param("--index-url https://registry.example/simple", "an address", id="index"),
        pytest.param("six @ https://files.example/six.whl --hash=sha256:aa", "an address", id="direct address"),
    ],
)
def test_an_entry_that_does_not_fix_its_bytes_is_named(line: str, named: str) -> None:
    assert any(named in finding for finding in unsafe_entries(LOCK + line + "\n"))


def test_a_requirement_that_nobody_locked_is_named() -> None:
    assert list(not_locked(["boto3>=1.44", "segno>=1.6"], LOCK)) == ["segno is missing; run `make lock`"]


def test_a_lock_older_than_its_requirement_is_named() -> None:
    assert list(not_locked(["boto3>=1.45"], LOCK)) == ["boto3 1.44.5 does not meet >=1.45; run `make lock`"]


def test_names_are_compared_as_the_registry_does() -> None:
    assert list(not_locked(["Pydantic_Settings[yaml]>=2"], LOCK)) == []


def test_a_known_vulnerability_is_a_finding_with_its_remedy() -> None:
    flaw = {"id": "PYSEC-1", "fix_versions": ["1.44.6"]}
    findings, note = judge([{"name": "boto3", "version": "1.44.5", "vulns": [flaw]}])
    assert findings == ["boto3 1.44.5 is vulnerable: PYSEC-1, fixed in 1.44.6; raise it with `make lock`"]
    assert note == "1 of 1 locked packages audited for known vulnerabilities"


def test_a_registry_without_advisories_is_no_clean_bill() -> None:
    findings, note = judge([{"name": "boto3", "skip_reason": "not found"}])
    assert findings == []
    assert note.startswith("NOT audited")


def test_modules_and_functions_beyond_their_limits_are_named(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / ".venv").mkdir()
    (tmp_path / "fits.py").write_text("x = 1\n" * 300)
    (tmp_path / "grown.py").write_text("x = 1\n" * 301)
    (tmp_path / "tests" / "test_fits.py").write_text("x = 1\n" * 400)
    (tmp_path / "tests" / "test_grown.py").write_text("x = 1\n" * 401)
    (tmp_path / ".venv" / "strange.py").write_text("x = 1\n" * 9000)
    assert [finding.split(" ")[0] for finding in size_findings(tmp_path)] == ["grown.py", "tests/test_grown.py"]


def test_a_function_may_fill_a_screen_and_no_more() -> None:
    fits = "def fits():\n" + "    x = 1\n" * 39
    grown = "class A:\n    async def grown(self):\n" + "        x = 1\n" * 40
    assert list(long_functions(fits + grown)) == ["grown has 41 lines, the limit is 40; split it"]
