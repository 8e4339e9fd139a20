"""The connection to Temporal, against a real server."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, RemoveSearchAttributesRequest

from adapters.temporal import compare_search_attributes, connect, data_converter, missing_search_attributes
from domain.case.policy import Policy
from domain.contract import SEARCH_ATTRIBUTES
from domain.errors import ServiceUnavailableError, TemporalSettingsError, TemporalUnavailableError
from stack.probes import free_port
from stack.process import ROOT
from stack.servers import temporal_server


@pytest.fixture(scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        yield address


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "TEMPORAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))


async def test_address_and_namespace_come_from_the_environment(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    client = await connect()
    assert client.namespace == "elsewhere"
    assert client.service_client.config.target_host == address


async def test_a_profile_of_the_configuration_file_is_enough(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "temporal.toml").write_text(f'[profile.office]\naddress = "{address}"\nnamespace = "certificates"\n')
    monkeypatch.setenv("TEMPORAL_PROFILE", "office")
    assert (await connect()).namespace == "certificates"


async def test_an_address_given_on_purpose_ignores_the_environment(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "nowhere.invalid:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "production")
    assert (await connect(address=address)).namespace == "default"


async def test_no_server_is_an_unavailable_service_that_names_address_and_remedy() -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(TemporalUnavailableError, match=rf"{address}.*TEMPORAL_ADDRESS") as caught:
        await connect(address=address)
    assert isinstance(caught.value, ServiceUnavailableError)


async def test_a_port_that_accepts_and_stays_silent_is_given_up_within_seconds() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(TemporalUnavailableError, match=f"does not answer at 127.0.0.1:{port} within 5 s"):
            await connect(address=f"127.0.0.1:{port}")
    assert time.monotonic() - begun < 60  # without the limit it would wait for ever


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        pytest.param("TEMPORAL_PROFILE", "nope", "nope", id="unknown profile"),
        pytest.param("TEMPORAL_TLS_CLIENT_CERT_PATH", "/no/such/certificate.pem", "certificate.pem", id="lost file"),
        pytest.param("TEMPORAL_ADDRESS", "not an address", "not an address", id="not an address"),
    ],
)
async def test_wrong_client_settings_are_the_operators_to_correct(
    variable: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(TemporalSettingsError, match=named):
        await connect()


async def test_a_complete_namespace_misses_no_search_attribute(address: str) -> None:
    assert await missing_search_attributes(await connect(address=address)) == {}


async def test_a_missing_search_attribute_and_one_of_another_type_are_both_named(tmp_path: Path) -> None:
    async with temporal_server(tmp_path) as address:
        client = await connect(address=address)
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=["LoanEndsAt", "NeedsAttention"])
        )
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={"NeedsAttention": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
            )
        )
        expected = {"LoanEndsAt": "missing, must be Datetime", "NeedsAttention": "is Keyword, must be Bool"}
        async with asyncio.timeout(60):
            # The change becomes visible a moment later.
            while (found := await missing_search_attributes(client)) != expected:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.05)
        assert found == expected


async def test_search_attributes_of_an_unknown_namespace_are_a_settings_error(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "never-registered")
    with pytest.raises(TemporalSettingsError, match="never-registered"):
        await missing_search_attributes(await connect())


def test_attributes_beyond_the_contract_do_no_harm() -> None:
    assert compare_search_attributes({**SEARCH_ATTRIBUTES, "CustomerTier": "Keyword"}) == {}


async def test_models_cross_the_converter_unchanged() -> None:
    policy = Policy(loan_days=45)
    [payload] = await data_converter().encode([policy])
    assert payload.metadata["encoding"] == b"json/plain"
    assert await data_converter().decode([payload], [Policy]) == [policy]


async def test_a_command_that_leaves_has_said_everything_and_keeps_its_status() -> None:
    code = "import sys; from adapters.temporal import leave_process; sys.stdout.write('done'); leave_process(4)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert (process.returncode, out) == (4, b"done")
