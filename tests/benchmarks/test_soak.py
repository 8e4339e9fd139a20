"""What a soak tells of its samples."""

import pytest

from benchmarks.soak import Sample, slope


def test_memory_that_grows_by_two_megabytes_in_half_an_hour_grows_by_four_an_hour() -> None:
    samples = [Sample(minute / 60, 150 + minute / 15) for minute in range(31)]
    assert slope(samples) == pytest.approx(4.0)


def test_memory_that_goes_up_and_down_is_flat() -> None:
    samples = [Sample(minute / 60, 150 + minute % 2) for minute in range(61)]
    assert abs(slope(samples)) < 0.1
