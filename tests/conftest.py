"""What holds for all tests: which day it is."""

from collections.abc import Iterator

import pytest

from tests.another_day import another_day, travelling


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests of what keeps the machine's time when today is to be another day."""
    if another_day() is not None:
        for item in items:
            if item.get_closest_marker("machine_clock"):
                item.add_marker(pytest.mark.skip(reason="keeps the machine's time"))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[None]:
    """Run the tests as if today were the day that was asked for, if one was."""
    with travelling():
        return (yield)
