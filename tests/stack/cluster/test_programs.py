"""What the cluster is made of, and in which order it starts; nothing is started here."""

from pathlib import Path

import pytest

from stack.cluster.binaries import Binaries
from stack.cluster.config import SERVICES
from stack.cluster.programs import Database, cluster_programs
from stack.cluster.services import program_name
from stack.process import Program
from stack.stack_settings import StackSettings

BINARIES = Binaries(Path("/b/server"), Path("/b/sql"), "v1", Path("/b/postgres"), Path("/b/initdb"))


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, Program]:
    stack = StackSettings(folder=tmp_path / "stack", temporal_port=7000)
    return {each.name: each for each in cluster_programs(BINARIES, Database(tmp_path), stack)}


def test_each_needs_only_what_started_before_it(programs: dict[str, Program]) -> None:
    order = list(programs)
    assert order[:2] == ["initdb", "postgresql"]
    services = [program_name(service) for service in SERVICES]
    assert [name for name in order if name in services] == services
    assert order.index("temporal_visibility: schema") < order.index(services[0])
    assert order.index(services[-1]) < order.index("bootstrap") < order.index("worker")


def test_every_service_is_a_process_of_its_own(programs: dict[str, Program]) -> None:
    for service in SERVICES:
        command = programs[program_name(service)].command
        assert command[-2:] == ("--service", service)
        assert command[2].endswith(f"/{service}.yaml")


def test_two_workers_and_two_portals_listen_apart_and_share_the_directory(programs: dict[str, Program]) -> None:
    for one, other, address in (
        ("worker", "worker 2", "ACTIVA_WORKER__METRICS_ADDRESS"),
        ("portal", "portal 2", "ACTIVA_PORTAL__ADDRESS"),
    ):
        assert programs[one].environment[address] != programs[other].environment[address]
    directories = {programs[name].environment["ACTIVA_DIRECTORY__URL"] for name in ("worker", "portal", "portal 2")}
    assert len(directories) == 1
    assert directories.pop().endswith("/directory")
    assert programs["portal"].environment["TEMPORAL_ADDRESS"].endswith(":7000")
