"""Each decision says when it was taken and what became of it, in one form."""

import re
from datetime import date
from pathlib import Path

import pytest

from stack.process import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
STATUS = re.compile(
    r"(?:Accepted on (\S+?)(?:, (?:extended|superseded by \d{4}) on (\S+?))?|Proposed on (\S+?)|Withdrawn on (\S+?))\."
)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_status_and_its_parts(path: Path) -> None:
    title, _, status, *_ = (text := path.read_text(encoding="utf-8")).splitlines()
    found = STATUS.fullmatch(status)

    assert title.startswith("# ")
    assert found is not None, status
    assert all(date.fromisoformat(day) for day in found.groups() if day)
    parts = [text.index(f"\n**{part}") for part in ("Context", "Decision", "Consequences")]
    assert parts == sorted(parts)
