"""Temporal's four services as programs, and how each is known to serve."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from temporalio.service import ConnectConfig, RPCError, ServiceClient

from stack.cluster.binaries import Binaries
from stack.cluster.config import SERVICES, ServicePorts
from stack.probes import LOOPBACK, port_accepts
from stack.process import Probe, Program
from stack.servers import inherited_environment

_HEALTH: Final = {
    name: f"temporal.api.workflowservice.v1.{name.capitalize()}Service" for name in ("history", "matching")
} | {"frontend": "temporal.api.workflowservice.v1.WorkflowService"}
"""What each service calls itself when asked for its health; the worker service takes no calls."""
_ANSWERS_WITHIN: Final = timedelta(seconds=5)


def service_programs(
    binaries: Binaries, files: Mapping[str, Path], ports: Mapping[str, ServicePorts]
) -> tuple[Program, ...]:
    """Return the four services, in the order in which they start."""
    return tuple(
        Program(
            name=program_name(service),
            command=(
                *(str(binaries.server), "--config-file", str(files[service]), "--allow-no-auth"),
                *("start", "--service", service),
            ),
            environment=inherited_environment(),
            ready=serves(service, ports[service]),
        )
        for service in SERVICES
    )


def program_name(service: str) -> str:
    """Return what a service is called among the programs: the product has a worker too."""
    return f"temporal {service}"


def serves(service: str, ports: ServicePorts) -> Probe:
    """Return the check that a service says of itself that it serves."""
    if service not in _HEALTH:
        return port_accepts(ports.membership)

    async def probe() -> str | None:
        config = ConnectConfig(target_host=f"{LOOPBACK}:{ports.grpc}", lazy=True, connect_timeout=_ANSWERS_WITHIN)
        try:
            client = await ServiceClient.connect(config)
            healthy = await client.check_health(service=_HEALTH[service], timeout=_ANSWERS_WITHIN)
        except (RPCError, RuntimeError) as error:
            return f"{service} at {LOOPBACK}:{ports.grpc} does not answer yet: {error}"
        return None if healthy else f"{service} at {LOOPBACK}:{ports.grpc} does not serve yet"

    return probe
