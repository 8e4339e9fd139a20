"""The manifests: what an overlay comes to, held against the schemas of Kubernetes and of KEDA."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml
from jsonschema_rs import Draft202012Validator

from deploy.checks.keda import SCHEMAS
from deploy.checks.tools import complaints, run

FOLDER: Final = Path("deploy", "kubernetes")
LEFT_OPEN: Final = "{set by the overlay}"


def kubernetes(root: Path) -> Iterator[str]:
    """Every overlay comes to resources that the cluster takes, by strict schemas, and leaves nothing open."""
    for folder in sorted((root / FOLDER / "overlays").iterdir()):
        made = run("kubectl", "kustomize", str(folder.relative_to(root)), folder=root)
        yield from (f"{folder.name}: {each}" for each in complaints(made) if made.returncode)
        if made.returncode == 0:
            yield from (f"{folder.name}: {each}" for each in _wrong(made.stdout, root))


def _wrong(rendered: str, root: Path) -> Iterator[str]:
    resources = list(yaml.safe_load_all(rendered))
    ordinary = [each for each in resources if not each["apiVersion"].startswith("keda.sh/")]
    with TemporaryDirectory() as folder:
        file = Path(folder, "rendered.yaml")
        file.write_text(yaml.safe_dump_all(ordinary), encoding="utf-8")
        yield from complaints(run("kubernetes-validate", "--strict", "--quiet", file, folder=root))
    for each in resources:
        if each not in ordinary:
            yield from _wrong_for_keda(each)
        if LEFT_OPEN in str(each):
            yield f"{each['kind']} {each['metadata']['name']} has a value that no overlay sets"


def _wrong_for_keda(resource: dict[str, Any]) -> Iterator[str]:
    schema = SCHEMAS.get(resource["kind"])
    if schema is None:
        yield f"{resource['kind']}: no schema for it stands in deploy/checks/keda.py"
        return
    for error in Draft202012Validator(schema).iter_errors(resource["spec"]):
        where = "/".join(map(str, error.instance_path))
        yield f"{resource['kind']} {resource['metadata']['name']}, {where}: {error.message}"
