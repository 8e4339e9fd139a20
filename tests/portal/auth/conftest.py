"""Who signs the tokens."""

from collections.abc import Iterator

import pytest

from tests.support.portal.issuing import Issuer, issuing


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made
