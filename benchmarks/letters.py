"""How well signed letters are told from unsigned, altered and foreign ones, and what a check costs.

    python -m benchmarks.letters [--seeds 100] [--first 1001] [--log FILE.jsonl] [--read FILE.jsonl...]

Every seed makes one capture of each condition and each kind; only odd seeds are used, because the limits in `letters`
were tuned on even ones. The captures are simulated (tests/support/letters/scans.py): they show that the method works
and what a change makes worse, not what real uploads will do. Interrupt it to see the tables of what was done so far.
`python -m benchmarks letters` is the short form: every row, few seeds.
"""

import argparse
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, NotRequired, TextIO, TypedDict

from PIL.Image import Image as Picture

from benchmarks.sizes import Size
from domain.letter.content import LetterContent
from domain.letter.examination import Examination, LetterOnRecord
from letters import LetterChecker, render_letter
from tests.support.builders import letter
from tests.support.letters.forgeries import FORGERIES, any_word_changed
from tests.support.letters.photos import from_afar, photo, written
from tests.support.letters.scans import CAPTURES, scan
from tests.support.letters.used_paper import scan_of_used

BY_PEN: Final = ("pen", "light pen", "pen", "initials")
IN_THE_BOX: Final = ("blank", "blank", "line", "typed", "stamp", "pencil", "pen and stamp")
GREY: Final = ("flatbed 150", "phone", "messenger", "flatbed 100", "poor phone")
BLACK_AND_WHITE: Final = ("bilevel 200", "fax", "bilevel 100")
FIRST_SEED: Final = 1001


class Job(NamedTuple):
    """One capture to check: `table` and `row` are where its verdict is counted."""

    table: str
    row: str
    make: Callable[[], bytes]


class Result(TypedDict):
    """What became of one capture, as a line of the log has it next to the figures of the check."""

    table: str
    row: str
    verdict: str
    codes: list[str]
    cpu_ms: NotRequired[float]


def main() -> None:
    """Run the seeds and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--rows", nargs="*", help="measure these rows of the tables, or whole tables, only")
    parser.add_argument("--read", type=Path, nargs="*", help="print the tables of earlier logs and run nothing")
    options = parser.parse_args()
    results: list[Result] = []
    if options.read:
        results += (json.loads(line) for file in options.read for line in file.read_text(encoding="utf-8").splitlines())
    else:
        with _log(options.log) as log, contextlib.suppress(KeyboardInterrupt):
            results.extend(_measure(options.seeds, options.first, options.rows, log))
    print(tables(results))


def whole_check(checker: LetterChecker, data: bytes, issued: LetterOnRecord) -> Examination:
    """Return a verdict with its figures: one that a busy machine cut short, by the clock, has none.

    Raises RuntimeError where none has.
    """
    for _ in range(10):
        if "cpu_ms" in (found := checker.check(data, issued)).measured:
            return found
    raise RuntimeError(f"no check of {len(data)} bytes comes to an end")


def short(size: Size) -> str:
    """Return the tables over few seeds."""
    with _log(None) as log:
        return tables(list(_measure(size.seeds, FIRST_SEED, size.rows, log)))


@contextlib.contextmanager
def _log(file: Path | None) -> Iterator[TextIO]:
    with (file or Path("/dev/null")).open("a", encoding="utf-8") as log:
        yield log


def _measure(seeds: int, first: int, rows: Sequence[str] | None, log: TextIO) -> Iterator[Result]:
    genuine = letter()
    issued = LetterOnRecord(content=genuine, pdf=render_letter(genuine), older_folios=("AC-0000-0000-0000",))
    with LetterChecker() as checker:
        for number in range(seeds):
            for job in _jobs(first + 2 * number, issued):
                if not rows or job.row in rows or job.table in rows:
                    yield _run(job, checker, issued, log)


def _jobs(seed: int, issued: LetterOnRecord) -> Iterator[Job]:
    turn = seed // 2
    for condition in CAPTURES:
        content = BY_PEN[turn % len(BY_PEN)]
        yield Job("signed by pen", condition, partial(scan, issued.pdf, content, condition, seed))
    for offset, content in enumerate(IN_THE_BOX):
        condition = GREY[(turn + offset) % len(GREY)]
        yield Job("in the box, grey", content, partial(scan, issued.pdf, content, condition, seed))
    for offset, content in enumerate(("blank", "line", "stamp")):
        condition = BLACK_AND_WHITE[(turn + offset) % len(BLACK_AND_WHITE)]
        yield Job("in the box, black and white", content, partial(scan, issued.pdf, content, condition, seed))
    for content in ("pen", "blank"):
        for condition in GREY:
            make = partial(scan_of_used, issued.pdf, content, condition, seed, turn)
            yield Job(f"on used paper, {content}", condition, make)
    content = BY_PEN[turn % len(BY_PEN)]
    for row, take in (("near", photo), ("from afar", from_afar)):
        yield Job("bare photos, signed by pen", row, partial(_photo, take, issued.pdf, content, seed))
        yield Job("bare photos, blank", row, partial(_photo, take, issued.pdf, "blank", seed))
    for offset, (name, forge) in enumerate(FORGERIES.items()):
        condition = GREY[(turn + offset) % len(GREY)]
        yield Job("altered", name, partial(_signed, forge, issued.content, condition, seed))
        condition = BLACK_AND_WHITE[(turn + offset) % len(BLACK_AND_WHITE)]
        yield Job("altered, black and white", name, partial(_signed, forge, issued.content, condition, seed))
    reworded = partial(any_word_changed, seed=seed)
    for condition in (*GREY, *BLACK_AND_WHITE):
        yield Job("any word of a clause", condition, partial(_signed, reworded, issued.content, condition, seed))
    condition = GREY[turn % len(GREY)]
    other = letter(folio="AC-1111-2222-3333", company={"legal_name": "Otra Empresa S.A.S."})
    older = letter(folio="AC-0000-0000-0000", representative={"full_name": "Pedro Pérez"})
    altered = letter(representative={"document_number": "999999"})
    for row, foreign in (("another company's", other), ("older version", older), ("same folio, other data", altered)):
        yield Job("other letters", row, partial(_signed, render_letter, foreign, condition, seed))


def _signed(draw: Callable[[LetterContent], bytes], content: LetterContent, condition: str, seed: int) -> bytes:
    data: bytes = scan(draw(content), "pen", condition, seed)
    return data


def _photo(take: Callable[[bytes, str, int], Picture], pdf: bytes, content: str, seed: int) -> bytes:
    data: bytes = written(take(pdf, content, seed), "JPEG")
    return data


def _run(job: Job, checker: LetterChecker, issued: LetterOnRecord, log: TextIO) -> Result:
    data = job.make()
    started = time.perf_counter()
    verdict = checker.check(data, issued)
    seconds = round(time.perf_counter() - started, 3)
    result = Result(
        table=job.table,
        row=job.row,
        verdict=str(verdict.verdict),
        codes=[reason.code for reason in verdict.reasons],
    )
    cpu_ms = verdict.measured.get("cpu_ms")
    if isinstance(cpu_ms, float):
        result["cpu_ms"] = cpu_ms
    log.write(json.dumps({**verdict.measured, **result, "seconds": seconds}) + "\n")
    log.flush()
    return result


def tables(results: Sequence[Result]) -> str:
    """Return the tables of rates as the documents have them, and what a check costs."""
    lines = []
    for table in dict.fromkeys(result["table"] for result in results):
        lines += ["", f"| {table} | n | accepted % | a person % | rejected % | codes |", "|---|---|---|---|---|---|"]
        for row in dict.fromkeys(result["row"] for result in results if result["table"] == table):
            lines.append(_row(row, [result for result in results if (result["table"], result["row"]) == (table, row)]))
    phone = sorted(
        result["cpu_ms"]
        for result in results
        if (result["table"], result["row"]) == ("signed by pen", "phone") and "cpu_ms" in result
    )
    if phone:
        slow = phone[int(0.95 * len(phone))]
        lines += ["", f"A full check of one phone page, CPU: median {median(phone):.0f} ms, 95 % below {slow:.0f} ms"]
    return "\n".join(lines)


def _row(row: str, results: Sequence[Result]) -> str:
    share = Counter(result["verdict"] for result in results)
    codes = Counter(code for result in results for code in result["codes"])
    shares = " | ".join(f"{100 * share[each] / len(results):.1f}" for each in ("accepted", "under_review", "rejected"))
    return f"| {row} | {len(results)} | {shares} | {', '.join(f'{c} {n}' for c, n in codes.most_common(3))} |"


if __name__ == "__main__":
    main()
