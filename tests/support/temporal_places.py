"""Where a test finds Temporal: a development server of its own, or a namespace of its own on a cluster that runs.

`ACTIVA_TEST_CLUSTER` has the address of the cluster, as `make cluster-rows` sets it.
"""

import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.client import Client

from adapters import temporal
from deploy.namespace import ensure_namespace, ensure_search_attributes
from domain.errors import TemporalUnavailableError
from stack.servers import TIME_SKIPPING, temporal_server

CLUSTER = "ACTIVA_TEST_CLUSTER"
_TRIES = 5
"""To connect, on a busy machine, before a failure counts."""
SLOW_BATCHES = ("--dynamic-config-value", "worker.batcherRPS=3")
"""Arguments for a server: a batch lasts long enough to be watched and stopped. A cluster for tests has it, too."""

_REMOVES_SOON = ("--dynamic-config-value", 'history.transferProcessorUpdateAckInterval="1s"')
"""A server removes a case only behind the point up to which it has noted its work, which it does twice a minute."""


class Place(NamedTuple):
    """A namespace of a server."""

    address: str
    namespace: str = temporal.DEFAULT_NAMESPACE

    async def connect(self, **options: object) -> Client:
        """Return a client; the options are those of `adapters.temporal.connect`."""
        for _ in range(_TRIES):
            with contextlib.suppress(TemporalUnavailableError):
                return await temporal.connect(address=self.address, namespace=self.namespace, **options)
        return await temporal.connect(address=self.address, namespace=self.namespace, **options)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a program there."""
        return {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": self.namespace,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }


def place_of(client: Client) -> Place:
    """Return where a client speaks to."""
    return Place(temporal.address_of(client), client.namespace)


def cluster() -> str | None:
    """Return the address of the cluster that the tests are to run on, or None."""
    return os.environ.get(CLUSTER)


@asynccontextmanager
async def temporal_place(folder: Path, *arguments: str) -> AsyncIterator[Place]:
    """Give a place whose time can be moved. Arguments are of a development server; a cluster is as it is."""
    if (address := cluster()) is not None:
        if unmet := set(arguments) - {"--dynamic-config-value", *SLOW_BATCHES}:
            pytest.skip(f"the cluster was not started with {', '.join(unmet)}")
        place = Place(address, f"rows-{uuid.uuid4().hex[:12]}")
        client = await place.connect()
        await ensure_namespace(client)
        await ensure_search_attributes(client)
        yield place
    else:
        async with temporal_server(folder, arguments=(*TIME_SKIPPING, *_REMOVES_SOON, *arguments)) as address:
            yield Place(address)
