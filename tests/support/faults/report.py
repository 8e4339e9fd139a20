"""What came of runs, as a table: on the terminal, and in the page about reliability."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stack.process import ROOT
from tests.support.faults.running import Ran

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- written by `make faults` from here on -->\n", "<!-- to here -->\n"
COLUMNS = (
    "seed", "companies", "messages", "kills", "other faults", "mails", "twice, within the rule", "events",
    "failed tasks", "of them the older worker's", "lost", "doubled", "wedged", "left running", "minutes",
)  # fmt: skip


def table(runs: Sequence[Ran], older: str | None) -> str:
    """Return the rows of the runs with their sum, and how often each fault happened."""
    rows = [[str(run.plan.seed), *map(_said, _figures(run))] for run in runs]
    sums = [sum(column) for column in zip(*map(_figures, runs), strict=True)]
    lines = [_row(COLUMNS), _row(["---"] * len(COLUMNS)), *map(_row, rows), _row(["**all**", *map(_said, sums)])]
    kills = sum((run.injected.kills for run in runs), Counter[str]())
    faults = sum((run.injected.faults for run in runs), Counter[str]())
    failed = sum((run.verdicts.failed for run in runs), Counter[str]())
    older_failed = sum((run.verdicts.failed_by_older for run in runs), Counter[str]())
    second = "the same version as the first" if older is None else f"of commit `{older}`"
    return "\n".join(
        [
            *lines,
            "",
            f"Killed: {_listed(kills)}.",
            f"Other faults: {_listed(faults)}.",
            f"The second worker was {second}.",
            f"Tasks that it failed: {_listed(older_failed)}; that others failed: {_listed(failed)}.",
            "",
        ]
    )


def write(text: str, page: Path = PAGE) -> None:
    """Put a table into the page, in the place of the last one."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _figures(run: Ran) -> list[float]:
    found, happened = run.verdicts, run.injected
    return [
        found.companies,
        found.messages,
        happened.kills.total(),
        happened.faults.total(),
        found.mails,
        found.mails_twice,
        found.events,
        found.failed.total() + found.failed_by_older.total(),
        found.failed_by_older.total(),
        len(found.wrong) - found.doubled - found.wedged,
        found.doubled,
        found.wedged,
        len(run.left),
        run.seconds / 60,
    ]


def _said(figure: float) -> str:
    return f"{figure:,.0f}"


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counted.items())) or "nothing"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
