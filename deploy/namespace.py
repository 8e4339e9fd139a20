"""The Temporal namespace as the product needs it: there, with the four search attributes.

Without the attributes every case would hang at its first change of stage.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import (
    RPC_TIMEOUT,
    address_of,
    compare_search_attributes,
    registered_search_attributes,
    server_errors,
)
from domain.contract import SEARCH_ATTRIBUTES
from domain.errors import TemporalSettingsError, TemporalUnavailableError

DEFAULT_RETENTION: Final = timedelta(days=90)
VISIBLE_WITHIN: Final = timedelta(seconds=60)
"""A self-hosted server refreshes what it knows of namespaces and attributes within about half a minute."""
_ASK_EVERY: Final = timedelta(milliseconds=200)


async def ensure_namespace(client: Client, retention: timedelta = DEFAULT_RETENTION) -> str:
    """Register the client's namespace if it is not there, and return what was done.

    The retention of a namespace that is there is left as it is. Raises TemporalUnavailableError, or
    TemporalSettingsError where the server lets nobody register one.
    """
    kept = await retention_of(client)
    if kept is not None:
        return f"already there, keeps closed cases {kept.days} days"
    request = RegisterNamespaceRequest(namespace=client.namespace, description="Activa: certificate activations")
    request.workflow_execution_retention_period.FromTimedelta(retention)
    with server_errors(address_of(client)):
        try:
            await client.workflow_service.register_namespace(request, timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:  # somebody bootstraps at the same moment
                raise

    async def usable() -> bool:
        try:
            await registered_search_attributes(client)
        except TemporalSettingsError:
            return False
        return await retention_of(client) is not None

    await _until(usable, f"namespace {client.namespace} is registered but not usable")
    return f"created, keeps closed cases {retention.days} days"


async def ensure_search_attributes(client: Client) -> dict[str, str]:
    """Register the contract's search attributes that are missing, wait until they are visible, return what was done.

    Raises TemporalSettingsError when one is there with another type: changing it would drop its values, which is for a
    person to decide.
    """
    registered = await registered_search_attributes(client)
    wrong = compare_search_attributes(registered)
    mistyped = {name: what for name, what in wrong.items() if name in registered}
    if mistyped:
        each = "; ".join(f"{name} {what}" for name, what in mistyped.items())
        raise TemporalSettingsError(
            f"namespace {client.namespace}: {each}. Remove it with `temporal operator search-attribute remove` first"
        )
    if wrong:
        await _add(client, tuple(wrong))

    async def visible() -> bool:
        wrong = compare_search_attributes(await registered_search_attributes(client))
        return not wrong and await _are_known(client)

    await _until(visible, f"namespace {client.namespace}: {', '.join(wrong)} registered but not visible")
    return {name: "created" if name in wrong else "already there" for name in SEARCH_ATTRIBUTES}


async def _add(client: Client, names: tuple[str, ...]) -> None:
    types = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{SEARCH_ATTRIBUTES[name].upper()}") for name in names}
    with server_errors(address_of(client)):
        try:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types), timeout=RPC_TIMEOUT
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise


async def _are_known(client: Client) -> bool:
    """Tell whether the server takes the attributes; it may list them seconds before, and refuse a start meanwhile."""
    query = " OR ".join(f"{name} IS NOT NULL" for name in SEARCH_ATTRIBUTES)
    with server_errors(address_of(client)):
        try:
            await client.count_workflows(query, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            return False
    return True


async def retention_of(client: Client) -> timedelta | None:
    """Return how long the client's namespace keeps closed cases, or None when there is no such namespace."""
    with server_errors(address_of(client)):
        try:
            answer = await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
    kept: timedelta = answer.config.workflow_execution_retention_ttl.ToTimedelta()
    return kept


async def _until(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    # Asked again and again: the server tells nobody when it has refreshed.
    for _ in range(int(VISIBLE_WITHIN / _ASK_EVERY)):
        if await condition():
            return
        await asyncio.sleep(_ASK_EVERY.total_seconds())
    raise TemporalUnavailableError(f"{otherwise} after {VISIBLE_WITHIN.total_seconds():g} s; run this again")
