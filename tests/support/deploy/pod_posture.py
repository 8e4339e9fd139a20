"""What must hold of every pod and of the network, whatever else stands in the manifests: what does not, in words."""

from collections.abc import Iterator
from typing import Any

from tests.support.deploy.manifests import Json, Pods, pods

USER = 10001
LETTER_MIB = 600
"""The most that a check of a letter takes: docs/letters.md."""
KEPT_CASE_KIB = 110
"""docs/performance.md"""
PROCESS_MIB = 350
"""Worker and helper, before they have done anything."""


def weaknesses(resources: list[Json]) -> list[str]:
    """Return what is wrong with resources."""
    found = [f"{each.name}: {wrong}" for each in pods(resources) for wrong in _of_pods(each, resources)]
    return [*found, *_of_secrets(resources), *_of_network(resources), *_of_replicas(resources)]


def _of_pods(one: Pods, resources: list[Json]) -> Iterator[str]:
    security, container = one.spec.get("securityContext", {}), one.container
    if (security.get("runAsNonRoot"), security.get("runAsUser"), security.get("runAsGroup")) != (True, USER, USER):
        yield f"does not run as user {USER}"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "may make any system call"
    wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    if container.get("securityContext") != wanted:
        yield "may write its root, gain rights, or keeps capabilities"
    yield from _of_its_surroundings(one, resources)
    given = container.get("resources", {})
    if {"cpu", "memory"} - set(given.get("requests", {})) or "memory" not in given.get("limits", {}):
        yield "says not what it needs"
    if one.kind == "Deployment" and not {"livenessProbe", "readinessProbe"} <= set(container):
        yield "is not looked after"
    yield from _of_probes(container)
    if one.name == "activa-worker":
        yield from _of_memory(container)


def _of_its_surroundings(one: Pods, resources: list[Json]) -> Iterator[str]:
    if {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(one.spec):
        yield "reaches into its machine"
    if one.spec.get("automountServiceAccountToken") is not False or one.spec.get("enableServiceLinks") is not False:
        yield "holds a token of the cluster, or the addresses of others"
    accounts = {each["metadata"]["name"] for each in resources if each["kind"] == "ServiceAccount"}
    if one.spec.get("serviceAccountName") not in accounts:
        yield "has no account of its own"
    volumes = [{name: each[name] for name in each if name != "name"} for each in one.spec.get("volumes", [])]
    limited = all(set(each) == {"secret"} or (each.get("emptyDir") or {}).get("sizeLimit") for each in volumes)
    if not limited:
        yield "mounts what it must not, or without a limit"


def _of_probes(container: Json) -> Iterator[str]:
    ports = {each["name"] for each in container.get("ports", [])}
    for name, path in (("livenessProbe", {"/vivo"}), ("readinessProbe", {"/vivo", "/listo"})):
        asked = container.get(name, {}).get("httpGet")
        if asked is not None and (asked["path"] not in path or asked["port"] not in ports):
            yield f"{name} asks {asked['path']} at {asked['port']}"


def _of_memory(container: Json) -> Iterator[str]:
    given = {each["name"]: each.get("value", "") for each in container["env"]}
    slots, cases = int(given["ACTIVA_WORKER__LETTER_SLOTS"]), int(given["ACTIVA_WORKER__CACHED_CASES"])
    needed = PROCESS_MIB + slots * LETTER_MIB + cases * KEPT_CASE_KIB // 1024
    if mebibytes(container["resources"]["limits"]["memory"]) < needed:
        yield f"needs {needed} MiB for {slots} letters and {cases} cases"


def mebibytes(text: str) -> int:
    number, unit = int(text[:-2]), text[-2:]
    return number * {"Mi": 1, "Gi": 1024}[unit]


def _of_secrets(resources: list[Json]) -> Iterator[str]:
    for each in resources:
        if each["kind"] == "Secret":
            yield f"a Secret stands in a file: {each['metadata']['name']}"
        words = ("SECRET", "PASSWORD", "ACCESS_KEY", "API_KEY", "COUNTED_IN", "DIRECTORY__URL")
        for name in each.get("data", {}) if each["kind"] == "ConfigMap" else ():
            if any(word in name for word in words):
                yield f"{each['metadata']['name']} holds {name}, which is a secret"


def _of_network(resources: list[Json]) -> Iterator[str]:
    policies = {each["metadata"]["name"]: each["spec"] for each in resources if each["kind"] == "NetworkPolicy"}
    if policies.get("nothing") != {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}:
        yield "what no policy names is let through"
    known = {one.labels["app.kubernetes.io/name"] for one in pods(resources)}
    for name, spec in policies.items():
        for rule in (*spec.get("ingress", []), *spec.get("egress", [])):
            peers = rule.get("to", rule.get("from", []))
            if not peers or not rule.get("ports"):
                yield f"policy {name} lets everybody, or every port"
            blocks = [each["ipBlock"] for each in peers if "ipBlock" in each]
            if any(each["cidr"] == "0.0.0.0/0" and "169.254.0.0/16" not in each.get("except", []) for each in blocks):
                yield f"policy {name} lets pods ask for their machine's rights"
        for selected in _named(spec["podSelector"]) - known:
            yield f"policy {name} is for {selected}, which there is none of"


def _named(selector: Json) -> set[str]:
    labels = set(selector.get("matchLabels", {}).values())
    return labels | {value for each in selector.get("matchExpressions", []) for value in each["values"]}


def _of_replicas(resources: list[Json]) -> Iterator[str]:
    labels = {each.name: each.labels for each in pods(resources) if each.kind == "Deployment"}

    def named(kind: str) -> dict[str, Any]:
        return {each["metadata"]["name"]: each for each in resources if each["kind"] == kind}

    budgets, services, deployments = named("PodDisruptionBudget"), named("Service"), named("Deployment")
    scaled = {**named("ScaledObject"), **named("HorizontalPodAutoscaler")}
    for name, own in labels.items():
        budget = budgets.get(name, {}).get("spec", {})
        if budget.get("selector", {}).get("matchLabels") != own or budget.get("maxUnavailable") != 1:
            yield f"{name}: a drained machine may take all of them"
        spec = scaled.get(name, {}).get("spec", {})
        least = spec.get("minReplicaCount", spec.get("minReplicas", deployments[name]["spec"].get("replicas", 1)))
        if least < 2:
            yield f"{name}: one alone may be left"
        if spec and "replicas" in deployments[name]["spec"]:
            yield f"{name}: its number is said twice"
        if spec and spec["scaleTargetRef"]["name"] != name:
            yield f"{name}: something else is scaled"
    for name, service in services.items():
        if service["spec"]["selector"] != labels.get(name):
            yield f"{name}: the service finds no pods"
