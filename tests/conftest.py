"""What holds for all tests: which day it is, and the servers that many rooms share, started when first asked for."""

from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
import pytest_asyncio
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from stack.mail_sink import MailSink
from tests.support import s3_servers
from tests.support.another_day import another_day, travelling
from tests.support.postgresql_server import postgresql

STACK = "tests/browser/"
"""Where tests wait for `make run` and a browser, which take seconds to start."""

# A busy machine stops any example for longer than Hypothesis lets one take.
hypothesis.settings.register_profile("busy machine", deadline=None)
hypothesis.settings.load_profile("busy machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and leave out what keeps the machine's time on another day than today."""
    items.sort(key=lambda item: item.get_closest_marker("takes_minutes") is None)
    if another_day() is not None:
        for item in items:
            if item.get_closest_marker("machine_clock"):
                item.add_marker(pytest.mark.skip(reason="keeps the machine's time"))


class _OneStackForAllPages(LoadFileScheduling):
    """Gives a file of tests to one process, and all that share the running stack and its browser to one."""

    def _split_scope(self, nodeid: str) -> str:
        return STACK if nodeid.startswith(STACK) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Share the tests out among the processes that run them."""
    return _OneStackForAllPages(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[None]:
    """Run the tests as if today were the day that was asked for, if one was."""
    with travelling():
        return (yield)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of an S3 server in memory; each test makes a bucket of its own."""
    with s3_servers.moto() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server; each test makes a database of its own."""
    with postgresql() as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mail_sink(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailSink]:
    """A mail server that takes everything; companies are told apart by their address."""
    async with MailSink(tmp_path_factory.mktemp("mail")) as sink:
        yield sink
