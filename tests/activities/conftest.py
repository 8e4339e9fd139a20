"""What the activities' tests run against: moto's S3 with a bucket for each test, and Temporal's test server."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters.s3 import S3Objects
from tests.adapters import s3_servers


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    with s3_servers.moto() as url:
        yield url


@pytest.fixture
def objects(store_url: str) -> S3Objects:
    return S3Objects(*s3_servers.new_bucket(store_url))


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    server = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(server), data_converter=pydantic_data_converter
    ) as environment:
        yield environment.client
