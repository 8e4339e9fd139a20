"""`python -m benchmarks [--smallest | --write] [NAME...]`: all parts, or what is named.

Each part prints its figures when it is done; `letters` prints the rates at which letters are told apart, over few
seeds. With `--write` each also puts its table into docs/performance.md in place of the one before (`letters` has its
own page). With `--smallest` every part does the least work that runs all of its code: its figures mean nothing.

Exit 0 whether or not the goals are met: a figure is for reading, not for stopping a build. 1 when a part breaks or
prints no figure; the others run all the same.
"""

import argparse
import asyncio
import dataclasses
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from benchmarks import (
    cases,
    directory,
    imports,
    letters,
    life,
    lives,
    long_life,
    many,
    photos,
    plan,
    portal,
    rebuild,
    replay,
    second_peer,
    soak,
    startup,
    strangers,
)
from benchmarks.figures import Figure, table
from benchmarks.life import Lives
from benchmarks.page import kept
from benchmarks.running import Part, run
from benchmarks.sizes import SMALLEST, WHOLE, Size
from benchmarks.workflows import CONFIGURATION

Measure = Callable[[Size], Awaitable[list[Figure]]]
MEASURES: Mapping[str, tuple[Measure, str]] = {
    "cases": (cases.measure, CONFIGURATION),
    "lives": (lives.measure, CONFIGURATION),
    "dbos": (second_peer.measure, second_peer.CONFIGURATION),
    "longlife": (long_life.measure, long_life.CONFIGURATION),
    "rebuild": (rebuild.measure, rebuild.CONFIGURATION),
    "startup": (startup.measure, startup.CONFIGURATION),
    "portal": (portal.measure, portal.CONFIGURATION),
    "directory": (directory.measure, directory.CONFIGURATION),
    "strangers": (strangers.measure, strangers.CONFIGURATION),
    "imports": (imports.measure, imports.CONFIGURATION),
    "many": (many.measure, many.CONFIGURATION),
    "soak": (soak.measure, soak.CONFIGURATION),
}
"""What finds its figures by itself, and the configuration that they are of."""
PHOTOS = "product: the letter's checker as shipped, its helper process, no server; bare: none"
ON_THE_PAGE = ("life", "replay", *MEASURES, "photos", "plan")
NAMES = (*ON_THE_PAGE, "letters")


class Parts:
    """The parts in one size; `life` and `replay` go by the same recorded lives."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._lives: dict[str, Lives] | None = None

    def named(self, names: Iterable[str]) -> dict[str, Part]:
        """Return the parts of these names, in their own order."""
        parts: dict[str, Part] = {"life": self.life, "replay": self.replay}
        parts |= {name: self._measuring(*each) for name, each in MEASURES.items()}
        parts |= {"photos": self.photos, "plan": self.plan, "letters": self.letters}
        return {name: part for name, part in parts.items() if name in names}

    async def life(self) -> str:
        """Return what a whole life costs."""
        return table(life.figures(await self._recorded()), CONFIGURATION)

    async def replay(self) -> str:
        """Return what its replay costs."""
        return table(await replay.measure(await self._recorded(), self._size), CONFIGURATION)

    async def letters(self) -> str:
        """Return the rates of the letter's reader."""
        return letters.short(self._size)

    async def photos(self) -> str:
        """Return what photos cost."""
        return table(await asyncio.to_thread(photos.measure, self._size), PHOTOS)

    async def plan(self) -> str:
        """Return what many companies take, by the figures that are on the page by then."""
        return await asyncio.to_thread(plan.measure, self._size)

    def _measuring(self, measure: Measure, configuration: str) -> Part:
        async def part() -> str:
            return table(await measure(self._size), configuration)

        return part

    async def _recorded(self) -> dict[str, Lives]:
        if self._lives is None:
            self._lives = await life.record(self._size)
        return self._lives


def main() -> int:
    """Run the command."""
    options = _options()
    began = time.monotonic()
    size = SMALLEST if options.smallest else _size(options)
    parts = Parts(size).named(options.names or NAMES)
    if options.write:
        parts = {name: kept(name, part) if name in ON_THE_PAGE else part for name, part in parts.items()}
    broken = asyncio.run(run(parts, size.part_within))
    meaning = ", in the smallest size: the figures mean nothing" if options.smallest else ""
    print(f"\nmeasured in {time.monotonic() - began:.0f} s{meaning}")
    if broken:
        sys.stderr.write(f"These benchmarks are broken, see above: {', '.join(broken)}\n")
    return 1 if broken else 0


def _size(options: argparse.Namespace) -> Size:
    return dataclasses.replace(
        WHOLE,
        soak_minutes=options.minutes,
        many=options.cases,
        sleeping=options.cases,
        morning_seconds=options.morning,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--minutes", type=float, default=WHOLE.soak_minutes, help="for how long `soak` measures")
    parser.add_argument("--cases", type=int, default=WHOLE.many, help="of `many`, and waiting ones of `dbos`")
    parser.add_argument("--morning", type=float, default=WHOLE.morning_seconds, help="seconds of its morning")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--smallest", action="store_true", help="only to see that every part runs")
    how.add_argument("--write", action="store_true", help="put each table into docs/performance.md")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
