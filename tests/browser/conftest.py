"""One stack, one browser, and for each test a window that must not complain nor leave the portal."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.support.browser.at_desk import enter_desk
from tests.support.browser.finding import required_browser
from tests.support.browser.local_stack import LocalStack, local_stack
from tests.support.browser.person import PATIENCE_MS, Opening, Person, a_person
from tests.support.world import CaseUnderTest


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = required_browser()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        # A container's root has no sandbox to give.
        running = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """The running stack, not started in vain where there is no browser."""
    assert browser.is_connected()
    async with local_stack(tmp_path_factory.mktemp("browser") / "local") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def case(stack: LocalStack) -> CaseUnderTest:
    """A company's case that has just begun."""
    return await stack.world.start()


@pytest.fixture
def opened(browser: Browser, stack: LocalStack) -> Opening:
    """Open a window; when it closes it must have kept to the portal and had nothing to complain about."""

    @contextlib.asynccontextmanager
    async def window(**options: Any) -> AsyncIterator[Person]:
        async with a_person(browser, stack, **options) as who:
            yield who
            assert who.strange_requests == []
            assert who.complaints == []

    return window


@pytest_asyncio.fixture(loop_scope="session")
async def person(opened: Opening) -> AsyncIterator[Person]:
    """A person at a desktop."""
    async with opened() as who:
        yield who


@pytest_asyncio.fixture(loop_scope="session")
async def support(person: Person) -> Person:
    """A person of support, at the desk's first page."""
    await enter_desk(person)
    return person
