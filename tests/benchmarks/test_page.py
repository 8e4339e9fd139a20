"""No figure of docs/performance.md is typed by hand: each table stands where a benchmark put it."""

import asyncio
import re
from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.__main__ import NAMES, ON_THE_PAGE
from benchmarks.figures import Figure, table
from benchmarks.page import PAGE, NoFigureError, NoPlaceError, blocks, conditions, figure, kept, written

MARKS = """# A page

<!-- figures: one -->
old
<!-- end of one: 1 -->

<!-- figures: two -->
old
<!-- end of two: 2 -->
"""
FOUND = table([Figure("a figure", 2.0, 1.0, 1.3)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "page.md"
    file.write_text(MARKS, encoding="utf-8")
    return file


def the_page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_table_of_the_page_is_as_its_benchmark_wrote_it() -> None:
    by_hand = [name for name, block in blocks(the_page()).items() if not block.is_as_written]
    assert by_hand == [], "run `python -m benchmarks NAME --write` instead"


def test_every_benchmark_has_its_place_on_the_page_and_every_place_its_benchmark() -> None:
    assert sorted(ON_THE_PAGE) == sorted(blocks(the_page()))
    assert set(NAMES) - set(ON_THE_PAGE) == {"letters"}


def test_every_table_tells_its_day_machine_and_versions_and_its_configuration() -> None:
    for name, block in blocks(the_page()).items():
        if block.body == "Not measured yet.\n":
            continue
        measured, _, found = block.body.partition("\n")
        assert re.match(r"\d+ [A-Z][a-z]+ \d{4}\b.* \d+ cores.*; Python .*, temporalio .*, server .*\.$", measured), (
            name
        )
        assert re.match(r"```\nfigure +(product +bare +ratio +goal +met|10,000 companies .*)\n", found), name
        assert re.search(r"^product: ", found, re.MULTILINE), name
        assert re.search(r"\bbare: ", found), name


def test_outside_its_tables_the_page_has_no_ratio_and_no_measured_size() -> None:
    typed = page._BLOCK.sub("", the_page())
    assert re.findall(r"\b\d+\.\d+x|\b\d[\d.,]* (?:ms of CPU|KB|KiB|MiB)\b", typed.replace("1.00x", "")) == []


async def found() -> str:
    return FOUND


async def nothing() -> str:
    return ""


async def breaks() -> str:
    raise RuntimeError("the server is gone")


def test_a_part_that_is_written_replaces_its_own_table_alone(file: Path) -> None:
    assert asyncio.run(kept("one", found, file)()) == FOUND

    written_now = blocks(file.read_text(encoding="utf-8"))
    assert FOUND in written_now["one"].body
    assert written_now["one"].is_as_written
    assert written_now["two"].body == "old\n"


def test_a_part_that_finds_nothing_keeps_the_table_before(file: Path) -> None:
    asyncio.run(kept("one", nothing, file)())
    assert file.read_text(encoding="utf-8") == MARKS


def test_a_part_that_breaks_keeps_the_table_before(file: Path) -> None:
    with pytest.raises(RuntimeError):
        asyncio.run(kept("one", breaks, file)())
    assert file.read_text(encoding="utf-8") == MARKS


def test_one_changed_digit_is_seen() -> None:
    changed = written(MARKS, "one", conditions()(), FOUND).replace("2.00x", "1.00x")
    assert not blocks(changed)["one"].is_as_written


def test_a_figure_is_read_where_it_was_written() -> None:
    figures = [Figure("a figure", 1234.5, 1.0, None, " ms", 1), Figure("  another, of the same", 2.0, 1.0, None)]
    text = written(MARKS, "one", "today", table(figures))
    assert (figure(text, "one", "a figure"), figure(text, "one", "another, of the same")) == (1234.5, 2.0)


def test_a_figure_that_is_not_on_the_page_is_refused_with_the_command_that_measures_it() -> None:
    with pytest.raises(NoFigureError, match='no figure "a figure" of two; run `python -m benchmarks two --write`'):
        figure(MARKS, "two", "a figure")


def test_a_part_without_marks_is_refused() -> None:
    with pytest.raises(NoPlaceError, match="has no marks for three"):
        written(MARKS, "three", "today", "nothing")


def test_what_is_written_is_told_with_day_load_and_versions() -> None:
    assert re.fullmatch(
        r"\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC, \d+ cores, load average [\d.]+ before and [\d.]+ after; "
        r"Python [\d.]+, temporalio [\d.]+, server [\d.]+\.",
        conditions()(),
    )
