"""The configuration of Temporal's services, one file each, as `temporal-server --config-file` reads it.

Written as JSON, which is YAML as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stack.probes import LOOPBACK, free_port

SERVICES: Final = ("history", "matching", "frontend", "worker")
"""In the order in which they start."""
SHARDS: Final = 16
"""Fixed for the life of a database; production takes 512 or more."""
MAIN_DATABASE: Final = "temporal"
VISIBILITY_DATABASE: Final = "temporal_visibility"
DATABASE_USER: Final = "activa"
_DYNAMIC_FILE: Final = "dynamic.yaml"
DYNAMIC: Final[Mapping[str, Any]] = {"worker.batcherRPS": 50, "frontend.WorkflowTimeSkippingEnabled": True}
"""What a deployment may set while the server runs: the rate of batches at the server's own value, and, for tests alone,
that each case's clock can be moved forward."""


@dataclass(frozen=True)
class ServicePorts:
    """Where one service listens."""

    grpc: int
    membership: int
    metrics: int

    @classmethod
    def free(cls, grpc: int | None = None) -> "ServicePorts":
        """Return free ports."""
        return cls(free_port() if grpc is None else grpc, free_port(), free_port())


def service_config(service: str, ports: Mapping[str, ServicePorts], database_port: int, folder: Path) -> dict[str, Any]:
    """Return the configuration of one service, whose log and dynamic configuration are in the folder.

    Every service knows the ports of all, and serves metrics of its own.
    """
    return {
        "log": {"outputFile": str(folder / f"{service}.log"), "level": "warn"},
        "persistence": {
            "defaultStore": "main",
            "visibilityStore": "visibility",
            "numHistoryShards": SHARDS,
            "datastores": {
                "main": {"sql": _sql(MAIN_DATABASE, database_port, 20)},
                "visibility": {"sql": _sql(VISIBILITY_DATABASE, database_port, 10)},
            },
        },
        "global": {
            "membership": {"maxJoinDuration": "30s", "broadcastAddress": LOOPBACK},
            "metrics": {
                "prometheus": {"timerType": "histogram", "listenAddress": f"{LOOPBACK}:{ports[service].metrics}"}
            },
        },
        "services": {
            name: {"rpc": {"grpcPort": at.grpc, "membershipPort": at.membership, "bindOnLocalHost": True}}
            for name, at in ports.items()
        },
        "clusterMetadata": _one_cluster(ports["frontend"].grpc),
        "dcRedirectionPolicy": {"policy": "noop"},
        "dynamicConfigClient": {"filepath": str(folder / _DYNAMIC_FILE), "pollInterval": "10s"},
    }


def write_configs(
    folder: Path, ports: Mapping[str, ServicePorts], database_port: int, dynamic: Mapping[str, Any] = DYNAMIC
) -> dict[str, Path]:
    """Write the file of each service and the dynamic configuration of all; return the files by service."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    values = {name: [{"value": value}] for name, value in dynamic.items()}
    (folder / _DYNAMIC_FILE).write_text(json.dumps(values, indent=2))
    files = {service: folder / f"{service}.yaml" for service in SERVICES}
    for service, file in files.items():
        file.write_text(json.dumps(service_config(service, ports, database_port, folder), indent=2))
    return files


def _sql(database: str, port: int, connections: int) -> dict[str, Any]:
    return {
        "pluginName": "postgres12",
        "databaseName": database,
        "connectAddr": f"{LOOPBACK}:{port}",
        "connectProtocol": "tcp",
        "user": DATABASE_USER,
        "maxConns": connections,
        "maxIdleConns": connections,
        "maxConnLifetime": "1h",
    }


def _one_cluster(frontend: int) -> dict[str, Any]:
    return {
        "enableGlobalNamespace": False,
        "failoverVersionIncrement": 10,
        "masterClusterName": "active",
        "currentClusterName": "active",
        "clusterInformation": {
            "active": {
                "enabled": True,
                "initialFailoverVersion": 1,
                "rpcName": "frontend",
                "rpcAddress": f"{LOOPBACK}:{frontend}",
            }
        },
    }
