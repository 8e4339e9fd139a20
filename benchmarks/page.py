"""The tables of docs/performance.md, each between two marks, written by the benchmark that measured it.

Invariant: what stands between the marks is what the command wrote: the second mark carries its digest, which a test
compares. A part that was not run keeps its table, with the line that says when and where it was measured.
"""

import asyncio
import hashlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.running import Part
from domain.errors import ActivaError
from stack.process import ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
_BLOCK: Final = re.compile(
    r"^<!-- figures: (?P<name>\w+) -->\n(?P<body>.*?)^<!-- end of (?P=name): (?P<digest>\w+) -->$",
    re.MULTILINE | re.DOTALL,
)
_FENCE: Final = "```"
_GAP: Final = re.compile(r"\s{2,}")
_NUMBER: Final = re.compile(r"-?[\d,]+(\.\d+)?")


class NoFigureError(ActivaError):
    """The page lacks a figure that something is computed from."""


class NoPlaceError(ActivaError):
    """The page has no marks for a part."""


@dataclass(frozen=True)
class Block:
    """What stands between two marks."""

    body: str
    digest: str

    @property
    def is_as_written(self) -> bool:
        """Tell whether nobody has changed it since."""
        return digest(self.body) == self.digest


def conditions() -> Callable[[], str]:
    """Note the machine's load before a measurement; what is returned tells, after it, when and where it was made."""
    before = os.getloadavg()[0]

    def told() -> str:
        load = f"load average {before:.1f} before and {os.getloadavg()[0]:.1f} after"
        versions = f"Python {platform.python_version()}, temporalio {version('temporalio')}, server {_server_version()}"
        return f"{datetime.now(UTC):%-d %B %Y, %H:%M} UTC, {os.cpu_count()} cores, {load}; {versions}."

    return told


def written(page: str, name: str, measured: str, found: str) -> str:
    """Return the page with a part's new table; raises NoPlaceError where the page has no place for it."""
    body = f"{measured}\n{_FENCE}\n{found}\n{_FENCE}\n"
    new = f"<!-- figures: {name} -->\n{body}<!-- end of {name}: {digest(body)} -->"
    if name not in blocks(page):
        raise NoPlaceError(f"docs/performance.md has no marks for {name}; add them where its table shall stand")
    return _BLOCK.sub(lambda block: new if block["name"] == name else block[0], page)


def blocks(page: str) -> dict[str, Block]:
    """Return what stands between the marks, by name of part."""
    return {block["name"]: Block(block["body"], block["digest"]) for block in _BLOCK.finditer(page)}


def figure(page: str, name: str, what: str) -> float:
    """Return the product's value of a line of a part's table; raises NoFigureError where it is not on the page."""
    found = blocks(page)
    lines = found[name].body.splitlines() if name in found else []
    for line in lines:
        said, *cells = _GAP.split(line.strip())
        number = _NUMBER.match(cells[0]) if said == what and cells else None
        if number:
            return float(number[0].replace(",", ""))
    raise NoFigureError(
        f'docs/performance.md has no figure "{what}" of {name}; run `python -m benchmarks {name} --write`'
    )


def digest(body: str) -> str:
    """Return what the second mark carries."""
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def kept(name: str, part: Part, file: Path = PAGE) -> Part:
    """Return a part that writes what it finds into the page."""

    async def measured_and_kept() -> str:
        told = conditions()
        found = await part()
        if found:
            await asyncio.to_thread(_put, file, name, told(), found)
        return found

    return measured_and_kept


def _put(file: Path, name: str, measured: str, found: str) -> None:
    file.write_text(written(file.read_text(encoding="utf-8"), name, measured, found), encoding="utf-8")


def _server_version() -> str:
    command = (Path(sys.executable).with_name("temporal"), "--version")
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return said.partition("Server ")[2].partition(",")[0]
