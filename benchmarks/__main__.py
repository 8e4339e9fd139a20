"""`python -m benchmarks [cases] [life] [replay] [portal] [imports] [letters]`: measure all, or what is named.

All but `letters` make one table of figures; `letters` adds the rates at which letters are told apart, over few seeds.

Exit 0 whether or not the goals are met: a figure is for reading, not for stopping a build.
"""

import argparse
import asyncio
import time

from benchmarks import cases, imports, letters, life, portal, replay
from benchmarks.figures import Figure, table

NAMES = ("cases", "life", "replay", "portal", "imports", "letters")


async def measure(names: list[str]) -> list[Figure]:
    """Return the figures of the costs that were asked for."""
    figures: list[Figure] = []
    if "cases" in names:
        figures += await cases.measure()
    if "life" in names or "replay" in names:
        lives = await life.record()
        if "replay" in names:
            figures += await replay.measure(lives)
        if "life" in names:
            figures += life.figures(lives)
    if "portal" in names:
        figures += await portal.measure()
    if "imports" in names:
        figures += await imports.measure()
    return figures


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    names = parser.parse_args().names or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}")
    began = time.monotonic()
    figures = asyncio.run(measure(names))
    if figures:
        print(table(figures))
    if "letters" in names:
        print(letters.short())
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
