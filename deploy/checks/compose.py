"""The compose file: what compose itself says of it, and what it would not mind."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from deploy.checks.tools import complaints, run

FILE: Final = Path("deploy", "compose.yaml")
EXAMPLE: Final = Path("deploy", "compose", "example.env")
FROM_OTHERS: Final = ("prometheus", "grafana")
"""Folders of rules and dashboards, which may be empty."""
PUBLIC: Final = 443
_REQUIRED: Final = re.compile(r"\$\{(\w+):\?\}")
_DEFAULTED: Final = re.compile(r"\$\{(\w+)(?!\w|:\?\})[^}]*\}")
_PINNED: Final = re.compile(r"(@sha256:[0-9a-f]{64}|:(?!latest)[^:/]*\d[^:/]*)$")


def compose(root: Path) -> Iterator[str]:
    """Compose takes it once everything is filled in and not before; nothing is unpinned, open or missing."""
    text = (root / FILE).read_text(encoding="utf-8")
    yield from _variables(text, (root / EXAMPLE).read_text(encoding="utf-8"))
    if run("docker-compose", *_on(), "--env-file", EXAMPLE, "config", "--quiet", folder=root).returncode == 0:
        yield f"{EXAMPLE}: compose starts although nothing in it is filled in"
    done = run("docker-compose", *_on(), "config", "--format", "json", folder=root, environment=filled(text))
    if done.returncode != 0:
        yield from complaints(done)
        return
    for name, service in json.loads(done.stdout)["services"].items():
        yield from (f"{name}: {finding}" for finding in _service(service))


def filled(text: str, values: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a value for each variable that the file needs: those given, and 1.0 for the others, which fits a tag."""
    return {name: (values or {}).get(name, "1.0") for name in _REQUIRED.findall(text)}


def _on() -> tuple[str, ...]:
    return ("--file", str(FILE))


def _variables(text: str, example: str) -> Iterator[str]:
    required = set(_REQUIRED.findall(text))
    given = dict(line.split("=", 1) for line in example.splitlines() if "=" in line and not line.startswith("#"))
    yield from (f"{EXAMPLE}: {name} is missing" for name in sorted(required - set(given)))
    yield from (f"{EXAMPLE}: {name} is not in {FILE.name}" for name in sorted(set(given) - required))
    yield from (f"{EXAMPLE}: {name} has a value; nobody shall start with it" for name in sorted(given) if given[name])
    for name in sorted(set(_DEFAULTED.findall(text)) - {"ACTIVA_LISTEN"}):
        yield f"{FILE.name}: {name} has a default; write it as ${{{name}:?}}"


def _service(service: Mapping[str, Any]) -> Iterator[str]:
    if not _PINNED.search(service["image"]):
        yield f"{service['image']} names no version"
    if service.get("privileged"):
        yield "is privileged"
    for port in service.get("ports", ()):
        if port.get("host_ip") != "127.0.0.1" and port["target"] != PUBLIC:
            yield f"port {port['target']} is open to other machines"
    for volume in service.get("volumes", ()):
        source = Path(volume["source"])
        if volume["type"] == "bind" and not source.exists() and source.name not in FROM_OTHERS:
            yield f"{source} is mounted and does not exist"
