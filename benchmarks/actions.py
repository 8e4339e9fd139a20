"""Billable actions, as the development server counts them itself in its metric `action`."""

import asyncio
import re
import urllib.request

from stack.probes import LOOPBACK

# What the measurement itself asks of the server: it looks at a case, and moves its time.
_NOT_OF_THE_CASE = frozenset({"QueryWorkflow", "UpdateWorkflowExecutionOptions"})
_LINE = re.compile(r"^action\{(?P<labels>[^}]*)\} (?P<value>[0-9.e+]+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_REPORTED_EVERY = 1.5
"""Seconds, a little more than the server takes to show what it has counted."""


async def counted(port: int) -> int:
    """Return the actions of all cases so far, once their number stands still."""
    seen = -1
    while True:
        now = _total(await asyncio.to_thread(_scrape, port))
        if now == seen:
            return now
        seen = now
        await asyncio.sleep(_REPORTED_EVERY)


def _total(text: str) -> int:
    total = 0
    for line in _LINE.finditer(text):
        labels = dict(_LABEL.findall(line["labels"]))
        if labels["namespace"] == "default" and labels["operation"] not in _NOT_OF_THE_CASE:
            total += round(float(line["value"]))
    return total


def _scrape(port: int) -> str:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text
