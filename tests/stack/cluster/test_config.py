"""The configuration of the cluster's services, as it is written; no server is needed."""

import json
from itertools import chain
from pathlib import Path

import pytest

from stack.cluster.config import SERVICES, ServicePorts, write_configs
from stack.probes import LOOPBACK

DATABASE = 5432


@pytest.fixture
def ports() -> dict[str, ServicePorts]:
    return {service: ServicePorts.free() for service in SERVICES}


def test_no_two_services_listen_on_the_same_port(ports: dict[str, ServicePorts]) -> None:
    taken = list(chain.from_iterable((each.grpc, each.membership, each.metrics) for each in ports.values()))
    assert len(set(taken)) == 3 * len(SERVICES)


def test_every_service_finds_the_others_and_has_metrics_of_its_own(
    tmp_path: Path, ports: dict[str, ServicePorts]
) -> None:
    files = write_configs(tmp_path, ports, DATABASE)
    assert list(files) == list(SERVICES)
    for service, file in files.items():
        written = json.loads(file.read_text())
        rpc = {name: each["rpc"] for name, each in written["services"].items()}
        assert {name: each["grpcPort"] for name, each in rpc.items()} == {n: at.grpc for n, at in ports.items()}
        metrics = written["global"]["metrics"]["prometheus"]["listenAddress"]
        assert metrics == f"{LOOPBACK}:{ports[service].metrics}"
        assert written["clusterMetadata"]["clusterInformation"]["active"]["rpcAddress"].endswith(
            f":{ports['frontend'].grpc}"
        )


def test_everything_is_bound_to_loopback(tmp_path: Path, ports: dict[str, ServicePorts]) -> None:
    for file in write_configs(tmp_path, ports, DATABASE).values():
        written = json.loads(file.read_text())
        assert all(each["rpc"]["bindOnLocalHost"] for each in written["services"].values())
        assert written["global"]["membership"]["broadcastAddress"] == LOOPBACK
        stores = written["persistence"]["datastores"].values()
        assert {store["sql"]["connectAddr"] for store in stores} == {f"{LOOPBACK}:{DATABASE}"}


def test_cases_and_their_index_lie_in_databases_of_their_own(tmp_path: Path, ports: dict[str, ServicePorts]) -> None:
    persistence = json.loads(write_configs(tmp_path, ports, DATABASE)["history"].read_text())["persistence"]
    stores = [persistence["datastores"][persistence[kind]] for kind in ("defaultStore", "visibilityStore")]
    assert [store["sql"]["databaseName"] for store in stores] == ["temporal", "temporal_visibility"]
    assert {store["sql"]["pluginName"] for store in stores} == {"postgres12"}


def test_what_may_change_while_the_server_runs_is_in_a_file_that_is_there(
    tmp_path: Path, ports: dict[str, ServicePorts]
) -> None:
    written = json.loads(write_configs(tmp_path, ports, DATABASE)["worker"].read_text())
    dynamic = json.loads(Path(written["dynamicConfigClient"]["filepath"]).read_text())
    assert dynamic["worker.batcherRPS"] == [{"value": 50}]
    assert dynamic["frontend.WorkflowTimeSkippingEnabled"] == [{"value": True}]
