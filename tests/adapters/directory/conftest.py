"""A table of the companies in either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.directory.companies import Companies
from adapters.directory.opening import opened
from tests.support.postgresql_server import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Companies]:
    shared = request.param == "postgresql"
    url = new_database(request.getfixturevalue("postgresql_url")) if shared else None
    made = opened(tmp_path / "directory.sqlite3", url)
    yield made
    made.close()
