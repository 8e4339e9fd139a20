"""The API of the portal under test, and a backend with a token that allows everything."""

import pytest

from tests.support.portal.calling import Caller
from tests.support.portal.visiting import Site


@pytest.fixture
def caller(site: Site) -> Caller:
    return Caller(site, site.lender.api_token())
