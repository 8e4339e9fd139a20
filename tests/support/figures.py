"""What alerts and dashboards ask Prometheus."""

import json
import re
from pathlib import Path

from stack.process import ROOT

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))


def alerts() -> dict[str, str]:
    """Return each alert by its name, as it is written."""
    found = re.split(r"^      - alert: (\w+)\n", ALERTS.read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def expressions(dashboard: Path) -> list[str]:
    """Return what a dashboard's panels ask."""
    return [target["expr"] for panel in json.loads(dashboard.read_text())["panels"] for target in panel["targets"]]


def metrics_named() -> set[str]:
    """Return every metric of a worker that an alert or a dashboard asks for."""
    asked = [ALERTS.read_text(), *(each for path in DASHBOARDS for each in expressions(path))]
    return {name for text in asked for name in re.findall(r"\b(?:activa|temporal)_\w+", text)}
