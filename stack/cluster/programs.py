"""The programs of the cluster: PostgreSQL, Temporal's services, and the product on them, two of each process."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stack import programs
from stack.cluster.binaries import Binaries
from stack.cluster.config import DATABASE_USER, DYNAMIC, SERVICES, ServicePorts, write_configs
from stack.cluster.database import DIRECTORY_DATABASE, database_programs
from stack.cluster.services import service_programs
from stack.local_settings import product_environment
from stack.probes import LOOPBACK, free_port, http_answers
from stack.process import Program
from stack.stack_settings import StackSettings


@dataclass(frozen=True)
class Database:
    """The cluster's PostgreSQL."""

    folder: Path
    """Where it makes its data folder: one that its account may enter."""
    port: int = field(default_factory=free_port)

    @property
    def directory(self) -> dict[str, str]:
        """The setting that has both portals and every command share the desk's directory."""
        return {"ACTIVA_DIRECTORY__URL": f"postgresql://{DATABASE_USER}@{LOOPBACK}:{self.port}/{DIRECTORY_DATABASE}"}


def server_programs(
    binaries: Binaries, database: Database, stack: StackSettings, dynamic: Mapping[str, object] = DYNAMIC
) -> tuple[Program, ...]:
    """Return PostgreSQL and Temporal's services in the order in which they start; files go to the stack's folder."""
    at = {service: ServicePorts.free(stack.temporal_port if service == "frontend" else None) for service in SERVICES}
    files = write_configs(stack.folder / "temporal", at, database.port, dynamic)
    return (
        *database_programs(binaries, database.folder / "data", database.port),
        *service_programs(binaries, files, at),
    )


def cluster_programs(binaries: Binaries, database: Database, stack: StackSettings) -> tuple[Program, ...]:
    """Return all of it, the product's two of each process included."""
    return (*server_programs(binaries, database, stack), *_product(stack, database.directory))


def _product(stack: StackSettings, directory: Mapping[str, str]) -> tuple[Program, ...]:
    """Return S3, mail, bootstrap, two workers, two portals and a case to open there."""
    by_name = {each.name: each for each in programs.programs_with_portal(stack)}
    product = {**product_environment(stack), **directory}
    of_product = {
        name: replace(by_name[name], environment=product) for name in ("bootstrap", "worker", "portal", "demo company")
    }
    metrics, portal = free_port(), free_port()
    second_worker = replace(
        of_product["worker"],
        name="worker 2",
        environment=product | {"ACTIVA_WORKER__METRICS_ADDRESS": f"{LOOPBACK}:{metrics}"},
        ready=http_answers(metrics, "/metrics", containing="temporal_num_pollers"),
    )
    second_portal = Program(
        name="portal 2",
        command=(sys.executable, "-m", "portal.app"),
        environment=product | {"ACTIVA_PORTAL__ADDRESS": f"{LOOPBACK}:{portal}"},
        ready=http_answers(portal, "/salud", containing="ok"),
    )
    return (
        by_name["s3"],
        by_name["mail"],
        of_product["bootstrap"],
        *(of_product["worker"], second_worker),
        *(of_product["portal"], second_portal),
        of_product["demo company"],
    )
