"""What the Temporal server counts, as Prometheus reads it."""

import asyncio
import re
import urllib.request
from collections import Counter

import pytest

from tests.support.world import World


async def counted(world: World, line: str) -> Counter[str]:
    """Return the sums of the counter's lines that match, by what the expression's group holds."""
    if not world.metrics_url:
        pytest.skip("the server's counts are of all tests on it together")
    found = Counter[str]()
    text = await asyncio.to_thread(_read, world.metrics_url)
    for group, value in re.findall(rf"^{line} ([0-9.e+]+)$", text, re.MULTILINE):
        found[group] += int(float(value))
    return found


def _read(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  # loopback
        return str(answer.read().decode())
