"""The check of the manifests finds nothing in them, and names what is wrong in a broken copy."""

from pathlib import Path

import pytest

from deploy.checks.kubernetes import FOLDER, kubernetes
from tests.support.deploy.breaking import replaced


def test_every_overlay_is_in_order(tree: Path) -> None:
    assert list(kubernetes(tree)) == []


def test_what_a_cluster_would_not_take_is_named(tree: Path) -> None:
    only(tree, "production")
    for file, old, new in (
        ("portal.yaml", "minReplicas", "minReplicaz"),
        ("codec.yaml", "replicas: 2", 'replicas: "two"'),
        ("worker.yaml", "taskQueue: certificate-activation\n", "queue: certificate-activation\n"),
        ("worker.yaml", "maxReplicaCount: 10", "maxReplicas: 10"),
        ("network.yaml", "policyTypes: [Egress]", "policyType: [Egress]"),
    ):
        replaced(tree / FOLDER / "base" / file, old, new)

    said = "\n".join(kubernetes(tree))

    expected = ("minReplicaz", "two", "'queue' was unexpected", "'maxReplicas' was unexpected", "policyType'")
    assert [each for each in expected if each not in said] == [], said


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "overlays/production/settings/every.yaml",
            "  ACTIVA_SUPPORT_MAIL: soporte@example.com\n",
            "",
            "production: ConfigMap activa-settings has a value that no overlay sets",
        ),
        ("overlays/production/kustomization.yaml", "../../base", "../../bases", "production: error"),
    ],
)
def test_what_is_left_open_or_not_there_is_named(tree: Path, file: str, old: str, new: str, expected: str) -> None:
    only(tree, "production")
    replaced(tree / FOLDER / file, old, new)

    assert any(each.startswith(expected) for each in kubernetes(tree)), list(kubernetes(tree))


def only(tree: Path, overlay: str) -> None:
    """Leave one overlay alone in a copy."""
    for folder in (tree / FOLDER / "overlays").iterdir():
        if folder.name != overlay:
            folder.rename(tree / folder.name)
