"""What came of the drills, as a table: on the terminal, and in the page about operating."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from stack.process import ROOT
from tests.support.drills.running import Drilled

PAGE = ROOT / "docs" / "operating.md"
BEGIN, END = "<!-- drills: `make drills` writes what stands between these two lines -->\n", "<!-- to here -->\n"
COLUMNS = (
    "alert", "broken by", "must last", "fired after", "mended, nothing owed after", "cleared after", "fired beside it",
)  # fmt: skip


def table(found: Sequence[Drilled], factor: float) -> str:
    """Return a row for each drill, and by how much times were shortened."""
    divided = f"with `for:`, windows and the time for which work may be owed divided by {factor:g}"
    how = "with the times as shipped" if factor == 1 else divided
    lines = [_row(COLUMNS), _row(["---"] * len(COLUMNS)), *(_row(_cells(each)) for each in found)]
    return "\n".join([f"Drilled on {datetime.now(UTC):%-d %B %Y}, {how}.", "", *lines])


def write(text: str, page: Path = PAGE) -> None:
    """Put a table into the page, in the place of the last one."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{after}", encoding="utf-8")


def _cells(each: Drilled) -> Sequence[str]:
    name, lasts, done = each.drill.name, f"{each.lasts.total_seconds():.0f} s", f"{each.owed_done_after:.0f} s"
    if not each.drill.fires:
        return (f"none: {name}", each.drill.what, "–", f"not in {lasts}", done, "–", "–")
    return (
        f"[{name}](#{name.lower()})",
        each.drill.what,
        lasts,
        f"{each.fired_after:.0f} s",
        done,
        f"{each.cleared_after:.0f} s",
        ", ".join(sorted(each.others)) or "–",
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
