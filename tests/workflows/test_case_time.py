"""The tests' own clock: a case's time stops where it was told to, or every other test of a date means little."""

from datetime import timedelta

from tests.support.world import CaseUnderTest


async def test_time_stops_where_it_was_told_to_though_the_case_was_busy(case: CaseUnderTest) -> None:
    await case.with_loan()
    began = await case.now()

    for _ in range(5):
        await case.signal("unheard_of")
        await case.skip(timedelta(milliseconds=10))

    assert await case.now() - began < timedelta(minutes=5)
