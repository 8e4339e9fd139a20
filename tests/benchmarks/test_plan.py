"""The plan follows from the page's figures, and from nothing that was typed into it."""

import math

import pytest

from benchmarks.page import PAGE, NoFigureError
from benchmarks.plan import Letter, actions_cost, planned, shards, workers, year

LETTER = Letter(check_ms=500, kept_bytes=400_000)


def the_page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_has_every_figure_that_the_plan_needs() -> None:
    found = year(the_page(), LETTER)
    assert all(value > 0 for value in vars(found).values())


def test_a_page_without_one_is_refused_by_the_figure_s_name() -> None:
    with pytest.raises(NoFigureError, match='"worker CPU of a life" of lives'):
        year(the_page().replace("worker CPU of a life", "worker CPU"), LETTER)


def test_ten_times_the_companies_take_ten_times_the_storage() -> None:
    [line] = [line for line in planned(year(the_page(), LETTER)).splitlines() if line.startswith("bucket")]
    few, _, many = (float(each) for each in line.replace(",", "").replace(" GB", "").split()[-3:])
    assert many == pytest.approx(100 * few)


@pytest.mark.parametrize(
    ("millions", "dollars"),
    [
        pytest.param(0, 0, id="none"),
        pytest.param(1, 50, id="in the first tier"),
        pytest.param(11.25, 525, id="the example on Temporal's page"),
        pytest.param(300, 250 + 225 + 400 + 1050 + 1500 + 200 * 25, id="beyond the last"),
    ],
)
def test_actions_cost_what_each_tier_says(millions: float, dollars: float) -> None:
    assert math.isclose(actions_cost(millions), dollars)


def test_there_is_always_a_worker_to_spare_and_a_core_is_half_busy_at_most() -> None:
    assert [workers(cores) for cores in (0.01, 1.0, 1.2)] == [2, 2, 3]


def test_shards_are_a_power_of_two_and_never_too_few_to_grow() -> None:
    assert [shards(events) for events in (0.1, 5_120, 5_121, 20_000)] == [512, 512, 1024, 2048]
