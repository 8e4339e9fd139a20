"""`python -m benchmarks [--smallest] [NAME...]`: all parts, or what is named.

Each part prints its figures when it is done; `letters` prints the rates at which letters are told apart, over few
seeds. With `--smallest` every part does the least work that runs all of its code: its figures mean nothing.

Exit 0 whether or not the goals are met: a figure is for reading, not for stopping a build. 1 when a part breaks or
prints no figure; the others run all the same.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from benchmarks import (
    cases,
    directory,
    imports,
    letters,
    life,
    lives,
    long_life,
    photos,
    portal,
    rebuild,
    replay,
    startup,
    strangers,
)
from benchmarks.figures import table
from benchmarks.life import Lives
from benchmarks.running import Part, run
from benchmarks.sizes import SMALLEST, WHOLE, Size
from benchmarks.workflows import CONFIGURATION

NAMES = (
    "cases",
    "life",
    "lives",
    "longlife",
    "rebuild",
    "replay",
    "startup",
    "portal",
    "directory",
    "strangers",
    "imports",
    "letters",
    "photos",
)


class Parts:
    """The parts in one size; `life` and `replay` go by the same recorded lives."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._lives: dict[str, Lives] | None = None

    def named(self, names: Sequence[str]) -> dict[str, Part]:
        """Return the parts of these names, in their own order."""
        parts = (
            self.cases,
            self.life,
            self.lives,
            self.longlife,
            self.rebuild,
            self.replay,
            self.startup,
            self.portal,
            self.directory,
            self.strangers,
            self.imports,
            self.letters,
            self.photos,
        )
        known = zip(NAMES, parts, strict=True)
        return {name: part for name, part in known if name in names}

    async def cases(self) -> str:
        """Return what open cases cost."""
        return table(await cases.measure(self._size), CONFIGURATION)

    async def life(self) -> str:
        """Return what a whole life costs."""
        return table(life.figures(await self._recorded()), CONFIGURATION)

    async def lives(self) -> str:
        """Return what whole lives cost the worker and the server."""
        return table(await lives.measure(self._size), CONFIGURATION)

    async def longlife(self) -> str:
        """Return how little ten years leave behind."""
        return table(await long_life.measure(self._size))

    async def rebuild(self) -> str:
        """Return what comes back after the loss of Temporal's database."""
        return table(await rebuild.measure(self._size))

    async def replay(self) -> str:
        """Return what its replay costs."""
        return table(await replay.measure(await self._recorded(), self._size), CONFIGURATION)

    async def startup(self) -> str:
        """Return how soon the programs are at work."""
        return table(await startup.measure(self._size))

    async def portal(self) -> str:
        """Return how fast the portal answers."""
        return table(await portal.measure(self._size))

    async def directory(self) -> str:
        """Return how soon companies are found."""
        return table(await directory.measure(self._size), directory.CONFIGURATION)

    async def strangers(self) -> str:
        """Return what slow strangers do to others."""
        return table(await strangers.measure(self._size))

    async def imports(self) -> str:
        """Return what an import does to others."""
        return table(await imports.measure(self._size))

    async def letters(self) -> str:
        """Return the rates of the letter's reader."""
        return letters.short(self._size)

    async def photos(self) -> str:
        """Return what photos cost."""
        return table(await asyncio.to_thread(photos.measure, self._size))

    async def _recorded(self) -> dict[str, Lives]:
        if self._lives is None:
            self._lives = await life.record(self._size)
        return self._lives


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--smallest", action="store_true", help="only to see that every part runs")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}")
    began = time.monotonic()
    size = SMALLEST if options.smallest else WHOLE
    broken = asyncio.run(run(Parts(size).named(options.names or NAMES), size.part_within))
    meaning = ", in the smallest size: the figures mean nothing" if options.smallest else ""
    print(f"\nmeasured in {time.monotonic() - began:.0f} s{meaning}")
    if broken:
        sys.stderr.write(f"These benchmarks are broken, see above: {', '.join(broken)}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
