"""A figure: what the product costs, what its peer costs, and the goal. And the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. The goal is for the ratio, or, where it is `absolute`, for the product's own value."""

    what: str
    product: float
    bare: float
    goal: float | None
    unit: str = ""
    digits: int = 0
    absolute: bool = False

    @property
    def ratio(self) -> float | None:
        """What the product costs for each unit that its peer costs; None where the peer's cost is too small to see."""
        return self.product / self.bare if self.bare > 0 else None

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is reached; None where there is none, or no ratio."""
        measured = self.product if self.absolute else self.ratio
        return None if self.goal is None or measured is None else measured <= self.goal


def table(figures: Sequence[Figure], configuration: str = "") -> str:
    """Return the figures as aligned text, and below what was measured; empty where there are none."""
    if not figures:
        return ""
    header = ("figure", "product", "bare", "ratio", "goal", "met")
    return "\n".join(filter(None, [aligned([header, *(_cells(each) for each in figures)]), configuration]))


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    def number(value: float) -> str:
        return f"{value:,.{figure.digits}f}{figure.unit}"

    goal = "" if figure.goal is None else f"<= {figure.goal:,g}" + (figure.unit if figure.absolute else "x")
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
    return figure.what, number(figure.product), number(figure.bare), ratio, goal, met
