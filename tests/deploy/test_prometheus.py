"""Alerts and dashboards: well formed, each with a page of the runbook, and each firing in its time."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stack.process import ROOT
from tests.support.figures import ALERTS, DASHBOARDS, alerts, expressions

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None and "REQUIRE_PROGRAMS" not in os.environ, reason="promtool is not installed"
)
RUNBOOK = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def promtool(*arguments: object) -> str:
    """Return what it says; its failure is a test's."""
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_promtool
def test_each_alert_fires_in_its_time_and_not_before() -> None:
    assert "SUCCESS" in promtool("test", "rules", ALERTS.with_name("alerts_test.yaml"))


@needs_promtool
def test_an_alert_that_fires_late_is_caught(tmp_path: Path) -> None:
    (tmp_path / "alerts.yaml").write_text(ALERTS.read_text().replace("for: 2m", "for: 20m", 1))
    shutil.copy(ALERTS.with_name("alerts_test.yaml"), tmp_path)
    with pytest.raises(AssertionError, match="ActivaWorkerDown"):
        promtool("test", "rules", tmp_path / "alerts_test.yaml")


def test_each_alert_is_tested_both_ways() -> None:
    text = ALERTS.with_name("alerts_test.yaml").read_text()
    fires = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels", text))
    stays = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts: \[\]", text))
    assert fires == stays == set(alerts())


def test_each_alert_stands_in_the_runbook_with_meaning_check_and_action() -> None:
    entries = re.findall(r"^### (Activa\w+)\n\n(.*?)(?=^#|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in entries] == list(alerts())
    for name, text in entries:
        assert all(f"**{word}:**" in text for word in ("Means", "Check", "Do")), name
    for name, text in alerts().items():
        assert f"runbook: docs/operating.md#{name.lower()}" in text
        assert re.search(r"severity: (page|ticket)", text), name


@needs_promtool
def test_each_dashboards_expression_is_one(tmp_path: Path) -> None:
    found = [each for path in DASHBOARDS for each in expressions(path)]
    rules = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(found)]
    file = tmp_path / "panels.yaml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(found)} rules found" in promtool("check", "rules", file)
    assert len(found) > 20


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_loaded_by_its_file_alone(path: Path) -> None:
    board: dict[str, Any] = json.loads(path.read_text())
    ids = [each["id"] for each in board["panels"]]
    assert board["uid"] == f"activa-{path.stem}"
    assert len(set(ids)) == len(ids)
    assert {each["datasource"]["uid"] for each in board["panels"]} == {"${datasource}"}
