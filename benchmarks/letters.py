"""How well signed letters are told from unsigned, altered and foreign ones, and what a check costs.

    python -m benchmarks.letters [--seeds 100] [--first 1001] [--log FILE.jsonl] [--read FILE.jsonl...]

Every seed makes one capture of each condition and each kind; only odd seeds are used, because the limits in `letters`
were tuned on even ones. The captures are simulated (tests/letters/scans.py): they show that the method works and what
a change makes worse, not what real uploads will do. Interrupt it to see the tables of what was done so far.
"""

import argparse
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple, TextIO

from letters import IssuedLetter, LetterChecker, render_letter
from tests.builders import letter
from tests.letters.forgeries import FORGERIES
from tests.letters.scans import CAPTURES, scan

BY_PEN = ("pen", "light pen", "pen", "initials")
IN_THE_BOX = ("blank", "blank", "line", "typed", "stamp", "pencil", "pen and stamp")
GREY = ("flatbed 150", "phone", "messenger", "flatbed 100", "poor phone")
BLACK_AND_WHITE = ("bilevel 200", "fax", "bilevel 100")


class Job(NamedTuple):
    """One capture to check: `table` and `row` are where its verdict is counted."""

    table: str
    row: str
    make: Callable[[], bytes]


def main() -> None:
    """Run the seeds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1001)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--rows", nargs="*", help="measure these rows of the tables only")
    parser.add_argument("--read", type=Path, nargs="*", help="print the tables of earlier logs and run nothing")
    options = parser.parse_args()
    if options.read:
        lines = [line for file in options.read for line in file.read_text(encoding="utf-8").splitlines()]
        _print_tables([json.loads(line) for line in lines])
        return
    genuine = letter()
    issued = IssuedLetter(content=genuine, pdf=render_letter(genuine), older_folios=("AC-0000-0000-0000",))
    results: list[dict[str, object]] = []
    with LetterChecker() as checker, _log(options.log) as log, contextlib.suppress(KeyboardInterrupt):
        for number in range(options.seeds):
            for job in _jobs(options.first + 2 * number, issued):
                if options.rows and job.row not in options.rows:
                    continue
                results.append(_run(job, checker, issued))
                log.write(json.dumps(results[-1]) + "\n")
                log.flush()
    _print_tables(results)


@contextlib.contextmanager
def _log(file: Path | None) -> Iterator[TextIO]:
    with (file or Path("/dev/null")).open("a", encoding="utf-8") as log:
        yield log


def _jobs(seed: int, issued: IssuedLetter) -> Iterator[Job]:
    turn = seed // 2
    for condition in CAPTURES:
        content = BY_PEN[turn % len(BY_PEN)]
        yield Job("signed by pen", condition, lambda c=condition, k=content: scan(issued.pdf, k, c, seed))
    for offset, content in enumerate(IN_THE_BOX):
        condition = GREY[(turn + offset) % len(GREY)]
        make = lambda c=condition, k=content: scan(issued.pdf, k, c, seed)  # noqa: E731
        yield Job("in the box, grey", content, make)
    for offset, content in enumerate(("blank", "line", "stamp")):
        condition = BLACK_AND_WHITE[(turn + offset) % len(BLACK_AND_WHITE)]
        yield Job("in the box, black and white", content, lambda c=condition, k=content: scan(issued.pdf, k, c, seed))
    for offset, (name, forge) in enumerate(FORGERIES.items()):
        condition = GREY[(turn + offset) % len(GREY)]
        yield Job("altered", name, lambda c=condition, f=forge: scan(f(issued.content), "pen", c, seed))
    condition = GREY[turn % len(GREY)]
    other = letter(folio="AC-1111-2222-3333", company={"legal_name": "Otra Empresa S.A.S."})
    older = letter(folio="AC-0000-0000-0000", representative={"full_name": "Pedro Pérez"})
    altered = letter(representative={"document_number": "999999"})
    for row, content in (("another company's", other), ("older version", older), ("same folio, other data", altered)):
        yield Job("other letters", row, lambda p=content: scan(render_letter(p), "pen", condition, seed))


def _run(job: Job, checker: LetterChecker, issued: IssuedLetter) -> dict[str, object]:
    data = job.make()
    started = time.perf_counter()
    verdict = checker.check(data, issued)
    return {
        "table": job.table,
        "row": job.row,
        "verdict": str(verdict.verdict),
        "codes": [reason.code for reason in verdict.reasons],
        "seconds": round(time.perf_counter() - started, 3),
        **verdict.measured,
    }


def _print_tables(results: list[dict[str, object]]) -> None:
    for table in dict.fromkeys(result["table"] for result in results):
        print(f"\n| {table} | n | accepted % | a person % | rejected % | codes |\n|---|---|---|---|---|---|")
        for row in dict.fromkeys(result["row"] for result in results if result["table"] == table):
            some = [result for result in results if (result["table"], result["row"]) == (table, row)]
            share = Counter(result["verdict"] for result in some)
            codes = Counter(code for result in some for code in result["codes"])
            shares = " | ".join(
                f"{100 * share[verdict] / len(some):.1f}" for verdict in ("accepted", "under_review", "rejected")
            )
            print(f"| {row} | {len(some)} | {shares} | {', '.join(f'{c} {n}' for c, n in codes.most_common(3))} |")
    phone = sorted(
        result["cpu_ms"] for result in results if (result["table"], result["row"]) == ("signed by pen", "phone")
    )
    if phone:
        slow = phone[int(0.95 * (len(phone) - 1))]
        print(f"\nA full check of one phone page, CPU: median {median(phone):.0f} ms, 95 % below {slow:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
