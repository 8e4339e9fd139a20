"""The one module that connects to Temporal: worker, starter, portal, tests and replayer get client and converter here.

Address, namespace, TLS and keys come from Temporal's own client settings (`TEMPORAL_*` variables and `temporal.toml`),
so that one profile serves the product and the support's command line alike.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final, NoReturn

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError, RPCStatusCode

from adapters.encryption.failures import EncodedFailures
from adapters.lean_json import LeanPayloadConverter
from domain.contract import SEARCH_ATTRIBUTES
from domain.errors import TemporalSettingsError, TemporalUnavailableError
from version import __version__

DEFAULT_ADDRESS: Final = "127.0.0.1:7233"
DEFAULT_NAMESPACE: Final = "default"
_LEAN: Final = DataConverter(payload_converter_class=LeanPayloadConverter)
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
RPC_TIMEOUT: Final = timedelta(seconds=10)

_OPERATOR_MUST_ACT: Final = frozenset(
    {
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.INVALID_ARGUMENT,
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.PERMISSION_DENIED,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.UNIMPLEMENTED,
    }
)


def data_converter(codec: PayloadCodec | None = None) -> DataConverter:
    """Return the converter that every payload of the product passes through: lean JSON, then the codec's.

    Payloads carry no personal data, encrypted or not (mission, decision 6).
    """
    if codec is None:
        return _LEAN
    return replace(_LEAN, payload_codec=codec, failure_converter_class=EncodedFailures)


async def connect(
    *,
    address: str | None = None,
    namespace: str = DEFAULT_NAMESPACE,
    codec: PayloadCodec | None = None,
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """Return a client that has spoken to the server once.

    With `address`, a server started on purpose (a test's, the local stack's), nothing is read from the environment,
    and `namespace` is the one there; without it, it goes for nothing.
    Raises TemporalUnavailableError when no server answers within CONNECT_TIMEOUT, TemporalSettingsError when the
    client settings can't be read or the server refuses them.
    """
    config = _configuration() if address is None else ClientConnectConfig(target_host=address, namespace=namespace)
    config.setdefault("target_host", DEFAULT_ADDRESS)
    config.setdefault("namespace", DEFAULT_NAMESPACE)
    with server_errors(config["target_host"]):
        # The client's own connect timeout covers the transport only: a port that accepts and stays silent outlives it.
        async with asyncio.timeout(CONNECT_TIMEOUT.total_seconds()):
            return await Client.connect(
                **config,
                data_converter=data_converter(codec),
                interceptors=interceptors,
                runtime=runtime,
                connect_timeout=CONNECT_TIMEOUT,
            )


def runtime(metrics_address: str | None = None) -> Runtime:
    """Return what a process's client runs in: warnings of the SDK's core go where the process's own log goes.

    With an address, the SDK's figures and the product's are there for Prometheus, and which version tells them.
    """
    metrics = metrics_address and PrometheusConfig(
        bind_address=metrics_address, durations_as_seconds=True, counters_total_suffix=True
    )
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"), append_target_to_name=False, prepend_target_on_message=False
    )
    told = LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding)
    made = Runtime(telemetry=TelemetryConfig(logging=told, metrics=metrics or None))
    made.metric_meter.create_gauge("activa_build_info").set(1, {"version": __version__})
    return made


def plain_server() -> str | None:
    """Return the address of the server when it would be spoken to without TLS and without a key, or None."""
    config = _configuration()
    return None if config.get("tls") or config.get("api_key") else config.get("target_host", DEFAULT_ADDRESS)


async def require_namespace(client: Client) -> None:
    """Return once the server has told of the client's namespace: it answers, and lets this client in.

    Raises as `connect` does.
    """
    with server_errors(address_of(client)):
        asked = DescribeNamespaceRequest(namespace=client.namespace)
        await client.workflow_service.describe_namespace(asked, timeout=RPC_TIMEOUT)


async def missing_search_attributes(client: Client) -> dict[str, str]:
    """Return what is wrong with each search attribute that the namespace lacks or has with another type; empty is good.

    An unregistered attribute would hang every case at its first change of stage. Raises as `connect` does.
    """
    return compare_search_attributes(await registered_search_attributes(client))


def compare_search_attributes(registered: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each attribute of the contract, given name and type of the registered ones."""
    wrong: dict[str, str] = {}
    for name, expected in SEARCH_ATTRIBUTES.items():
        found = registered.get(name)
        if found is None:
            wrong[name] = f"missing, must be {expected}"
        elif found != expected:
            wrong[name] = f"is {found}, must be {expected}"
    return wrong


async def registered_search_attributes(client: Client) -> dict[str, str]:
    """Return name and type, written as on Temporal's command line, of the namespace's own search attributes."""
    with server_errors(address_of(client)):
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
        )
    return {name: _type_name(value) for name, value in answer.custom_attributes.items()}


def address_of(client: Client) -> str:
    """Return the address that a client speaks to."""
    return client.service_client.config.target_host


def leave_process(status: int) -> NoReturn:
    """End the process at once with this status, everything printed; for commands that have used a client.

    The SDK's core may abort an interpreter that shuts down shortly after a call, more often on a busy machine, so that
    work that was done looks failed (temporalio/sdk-python#300). Nothing registered with atexit runs.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


@contextmanager
def server_errors(address: str) -> Generator[None]:
    """Raise what the server or the transport reports as the product's own errors, naming the address."""
    advice = (
        f"start a server there (locally: `make run` or `make cluster`) or set TEMPORAL_ADDRESS; it is {address} now"
    )
    try:
        yield
    except TimeoutError:
        seconds = CONNECT_TIMEOUT.total_seconds()
        raise TemporalUnavailableError(
            f"Temporal does not answer at {address} within {seconds:g} s; {advice}"
        ) from None
    except RPCError as error:
        if error.status in _OPERATOR_MUST_ACT:
            raise TemporalSettingsError(f"Temporal at {address} refuses: {error.message}") from error
        raise TemporalUnavailableError(f"Temporal at {address} fails: {error.message}; try again later") from error
    except RuntimeError as error:  # what the SDK's core raises for every failure of the transport
        raise TemporalUnavailableError(f"Temporal can't be reached at {address}; {advice}") from error
    except ValueError as error:
        raise TemporalSettingsError(f"TEMPORAL_ADDRESS {address}: {error}; it must be host:port") from error


def _configuration() -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        raise TemporalSettingsError(
            f"Temporal's client settings can't be read: {error}; "
            "check the TEMPORAL_* variables and the profile of temporal.toml"
        ) from error


def _type_name(value: "IndexedValueType.ValueType") -> str:
    words = IndexedValueType.Name(value).removeprefix("INDEXED_VALUE_TYPE_").split("_")
    return "".join(word.capitalize() for word in words)
