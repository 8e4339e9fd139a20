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
    def ratio(self) -> float:
        """What the product costs for each unit that its peer costs."""
        return self.product / self.bare

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is reached; None where there is none."""
        return None if self.goal is None else (self.product if self.absolute else self.ratio) <= self.goal


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    header = ("figure", "product", "bare", "ratio", "goal", "met")
    lines = [header, *(_cells(each) for each in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    def number(value: float) -> str:
        return f"{value:,.{figure.digits}f}{figure.unit}"

    goal = "" if figure.goal is None else f"<= {figure.goal:,g}" + (figure.unit if figure.absolute else "x")
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    return figure.what, number(figure.product), number(figure.bare), f"{figure.ratio:.2f}x", goal, met
