"""The manifests, read without the tools that render them: their pods, and the environment of each process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stack.process import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
BASE = FOLDER / "base"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
Json = dict[str, Any]


def documents(folder: Path) -> list[Json]:
    """Return every resource and patch of a folder, in the order of its files' names."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))]
    return [each for text in texts for each in yaml.safe_load_all(text) if isinstance(each, dict)]


@dataclass(frozen=True)
class Pods:
    """The pods of one workload."""

    name: str
    kind: str
    labels: dict[str, str]
    spec: Json

    @property
    def container(self) -> Json:
        [only] = self.spec["containers"]
        found: Json = only
        return found


def pods(resources: list[Json]) -> Iterator[Pods]:
    """Yield the pods of every Deployment, Job and CronJob."""
    for each in resources:
        if each["kind"] in {"Deployment", "Job", "CronJob"}:
            job = each["spec"]["jobTemplate"] if each["kind"] == "CronJob" else each
            template = job["spec"]["template"]
            yield Pods(each["metadata"]["name"], each["kind"], template["metadata"]["labels"], template["spec"])


def settings_of(overlay: str) -> dict[str, dict[str, str]]:
    """Return the data of every ConfigMap, as an overlay sets them."""
    component = next(
        each.rpartition("/")[2]
        for each in _kustomization(overlay)["components"]
        if each.startswith("../../components/temporal-")
    )
    found: dict[str, dict[str, str]] = {}
    for folder in (BASE, FOLDER / "overlays" / overlay / "settings", FOLDER / "components" / component):
        for each in documents(folder):
            if each["kind"] == "ConfigMap":
                found[each["metadata"]["name"]] = found.get(each["metadata"]["name"], {}) | each["data"]
    return found


def by_key(overlay: str) -> bool:
    """Tell whether an overlay speaks to Temporal by a key, in the place of certificates."""
    return "../../components/temporal-api-key" in _kustomization(overlay)["components"]


def environment(overlay: str, process: Pods, secrets: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return what a process finds in its environment; `secrets` are the contents of the Secrets by their names."""
    maps, found = settings_of(overlay), {}
    sources = list(process.container["envFrom"])
    if by_key(overlay) and process.name != "activa-codec":
        sources.append({"secretRef": {"name": "activa-temporal"}})
    for source in sources:
        found |= (
            maps[source["configMapRef"]["name"]] if "configMapRef" in source else secrets[source["secretRef"]["name"]]
        )
    return found | {each["name"]: each["value"] for each in process.container.get("env", [])}


def _kustomization(overlay: str) -> Json:
    found: Json = yaml.safe_load((FOLDER / "overlays" / overlay / "kustomization.yaml").read_text(encoding="utf-8"))
    return found
