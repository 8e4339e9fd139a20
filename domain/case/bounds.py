"""How many of a kind a case keeps: a sleeping case pays for every byte it keeps, for years."""

from collections.abc import Callable
from typing import TypeVar

Kept = TypeVar("Kept")


def bounded(values: tuple[Kept, ...], most: int, goes_first: Callable[[Kept], bool]) -> tuple[Kept, ...]:
    """Return the values, or all but one where they are one too many; the newest, which is the last, is always kept.

    What goes is the oldest that is said to go first, or the oldest of all.
    """
    if len(values) <= most:
        return values
    older = values[:-1]
    gone = next((each for each in older if goes_first(each)), older[0])
    return tuple(each for each in values if each is not gone)
