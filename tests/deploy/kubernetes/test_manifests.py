"""The manifests: confined pods, a network that is closed, numbers that come from measured figures."""

from pathlib import Path

import pytest
import yaml

from domain.contract import TASK_QUEUE, letters_queue
from tests.support.deploy.aws_template import Template
from tests.support.deploy.manifests import BASE, documents
from tests.support.deploy.pod_posture import weaknesses

TEXT = "\n---\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(BASE).glob("*.yaml")))
BROKEN = (
    ("runAsUser: 10001", "runAsUser: 0", "activa-codec: does not run as user 10001"),
    ("type: RuntimeDefault", "type: Unconfined", "activa-codec: may make any system call"),
    (
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "activa-codec: may write its root, gain rights, or keeps capabilities",
    ),
    ("drop: [ALL]", "drop: [NET_RAW]", "activa-codec: may write its root, gain rights, or keeps capabilities"),
    ("enableServiceLinks: false", "hostNetwork: true", "activa-codec: reaches into its machine"),
    (
        "      automountServiceAccountToken: false",
        "      automountServiceAccountToken: true",
        "activa-codec: holds a token of the cluster, or the addresses of others",
    ),
    ("serviceAccountName: activa-codec", "serviceAccountName: default", "activa-codec: has no account of its own"),
    (
        "emptyDir:\n            sizeLimit: 256Mi",
        "hostPath:\n            path: /tmp",
        "activa-codec: mounts what it must not, or without a limit",
    ),
    (
        "memory: 384Mi\n              ephemeral",
        "nothing: 0\n              ephemeral",
        "activa-codec: says not what it needs",
    ),
    ("livenessProbe:", "livelinessProbe:", "activa-codec: is not looked after"),
    ("path: /vivo", "path: /listo", "activa-codec: livenessProbe asks /listo at http"),
    (
        "livenessProbe:\n            httpGet:\n              path: /vivo\n              port: health",
        "livenessProbe:\n            httpGet:\n              path: /vivo\n              port: metrics2",
        "activa-worker: livenessProbe asks /vivo at metrics2",
    ),
    ("memory: 2Gi", "memory: 1Gi", "activa-worker: needs 1657 MiB for 2 letters and 1000 cases"),
    ("kind: ConfigMap", "kind: Secret", "a Secret stands in a file: activa-settings"),
    (
        "ACTIVA_PORTAL__ISSUER:",
        "ACTIVA_PORTAL__SESSION_SECRET:",
        "activa-portal-settings holds ACTIVA_PORTAL__SESSION_SECRET, which is a secret",
    ),
    ("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]", "what no policy names is let through"),
    (
        "  egress:\n    - to:\n        - ipBlock:\n            cidr: 0.0.0.0/0\n            except: [169.254.0.0/16]\n",
        "  egress:\n    -\n",
        "policy out lets everybody, or every port",
    ),
    ("            except: [169.254.0.0/16]\n", "", "policy out lets pods ask for their machine's rights"),
    (
        "values: [activa-portal, activa-codec]",
        "values: [portal, activa-codec]",
        "policy people is for portal, which there is none of",
    ),
    ("maxUnavailable: 1", "maxUnavailable: 100%", "activa-codec: a drained machine may take all of them"),
    ("minReplicas: 2", "minReplicas: 1", "activa-portal: one alone may be left"),
    ("minReplicaCount: 2", "minReplicaCount: 0", "activa-worker: one alone may be left"),
    (
        "  selector:\n    app.kubernetes.io/name: activa-portal",
        "  selector:\n    app: portal",
        "activa-portal: the service finds no pods",
    ),
    (
        "    name: activa-portal\n  minReplicas",
        "    name: activa-worker\n  minReplicas",
        "activa-portal: something else is scaled",
    ),
)


def test_nothing_is_open_that_must_be_closed() -> None:
    assert weaknesses(documents(BASE)) == []


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN, ids=[each[2] for each in BROKEN])
def test_what_a_broken_copy_leaves_open_is_named(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    # Where a text stands several times, the one of the codec server comes first, by the names of the files.
    resources = [each for each in yaml.safe_load_all(TEXT.replace(old, new, 1)) if isinstance(each, dict)]

    assert expected in weaknesses(resources)


def test_workers_are_counted_by_the_queues_that_they_work_on() -> None:
    [scaled] = [each for each in documents(BASE) if each["kind"] == "ScaledObject"]

    queues = {each["name"]: each["metadata"]["taskQueue"] for each in scaled["spec"]["triggers"]}

    assert queues == {"letters": letters_queue(), "steps": TASK_QUEUE}


def test_every_process_has_the_role_that_the_cloud_gives_it() -> None:
    accounts = {each["metadata"]["name"] for each in documents(BASE) if each["kind"] == "ServiceAccount"}
    [namespace] = [each["metadata"]["name"] for each in documents(BASE) if each["kind"] == "Namespace"]

    assert (accounts, namespace) == (set(Template.read().roles()), Template.read().parameters["KubernetesNamespace"])
