"""S3 for the adapter's tests: every test sees each server, and a bucket of its own."""

from collections.abc import Iterator

import pytest

from adapters.s3 import S3Objects
from tests.support import s3_servers


@pytest.fixture(scope="session", params=["moto", "ministack"])
def s3_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = s3_servers.moto() if request.param == "moto" else s3_servers.ministack(tmp_path_factory.mktemp("s3"))
    with running as url:
        yield url


@pytest.fixture
def objects(s3_url: str) -> S3Objects:
    return S3Objects(*s3_servers.new_bucket(s3_url))
