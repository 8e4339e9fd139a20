"""A benchmark that broke is told, and keeps no other from running."""

import asyncio
from datetime import timedelta

from benchmarks.figures import Figure, table
from benchmarks.running import run

LONG = timedelta(minutes=1)


async def finds() -> str:
    return "a figure"


async def breaks() -> str:
    raise RuntimeError("the server is gone")


async def finds_nothing() -> str:
    return table([])


async def hangs() -> str:
    await asyncio.Event().wait()
    return "never"


async def test_parts_print_what_they_found_in_order_and_none_is_named() -> None:
    said: list[str] = []
    assert await run({"one": finds, "two": finds}, LONG, said.append) == ()
    assert [each.split(",")[0].strip() for each in said] == ["one", "two"]
    assert all("a figure" in each for each in said)


async def test_a_part_that_breaks_is_named_with_its_reason_and_the_others_run() -> None:
    said: list[str] = []
    assert await run({"broken": breaks, "whole": finds}, LONG, said.append) == ("broken",)
    assert "RuntimeError: the server is gone" in said[0]
    assert "a figure" in said[1]


async def test_a_part_without_a_figure_is_broken() -> None:
    said: list[str] = []
    assert await run({"empty": finds_nothing}, LONG, said.append) == ("empty",)
    assert "it printed no figure" in said[0]


async def test_a_part_that_hangs_is_given_up_and_named() -> None:
    said: list[str] = []
    assert await run({"hanging": hangs, "whole": finds}, timedelta(0), said.append) == ("hanging",)
    assert "TimeoutError" in said[0]
    assert "a figure" in said[1]


def test_a_peer_whose_cost_is_too_small_to_see_gives_no_ratio_and_meets_no_goal() -> None:
    figure = Figure("memory", product=4.0, bare=0.0, goal=1.3)
    assert (figure.ratio, figure.met) == (None, None)
    assert table([figure]).splitlines()[1].split() == ["memory", "4", "0", "<=", "1.3x"]
