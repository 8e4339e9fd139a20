"""A Temporal cluster of the tests' own, whose services they kill; only where `make cluster-rows` asks for it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.cluster_rows import Cluster, running_cluster
from tests.support.temporal_places import cluster as wanted


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    if wanted() is None:
        pytest.skip("needs a real cluster: `make cluster-rows`")
    async with running_cluster(tmp_path_factory.mktemp("cluster") / "stack") as running:
        yield running
