"""Which workers were killed is told by their numbers, which stand still."""

from adapters.s3 import S3Objects
from adapters.signs import STANDS_STILL, Signs

WAIT = STANDS_STILL.total_seconds()


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_worker_that_counts_on_lives_and_one_that_stands_still_was_killed(objects: S3Objects) -> None:
    clock = Clock()
    one, living, killed = (Signs(objects, clock) for _ in range(3))
    for each in (living, killed, one):
        each.live()
    clock.seconds += WAIT
    living.live()
    roll = one.live()

    assert len(one.killed()) == 1
    assert len(roll.workers) == 3
    one.made_good(one.killed())
    assert (len(one.live().workers), one.killed()) == (2, frozenset())


def test_a_worker_that_ended_in_order_leaves_nothing_to_look_for(objects: S3Objects) -> None:
    clock = Clock()
    one, other = Signs(objects, clock), Signs(objects, clock)
    other.live()
    one.live()
    other.end()
    clock.seconds += WAIT

    assert (len(one.live().workers), one.killed()) == (1, frozenset())


def test_a_worker_that_was_taken_for_killed_comes_back(objects: S3Objects) -> None:
    clock = Clock()
    one, frozen = Signs(objects, clock), Signs(objects, clock)
    frozen.live()
    one.live()
    clock.seconds += WAIT
    one.live()
    one.made_good(one.killed())

    frozen.live()

    assert (len(one.live().workers), one.killed()) == (2, frozenset())


def test_the_first_worker_of_all_has_every_case_to_compare(objects: S3Objects) -> None:
    one = Signs(objects)
    assert not one.live().compared

    one.made_good(frozenset())

    assert one.live().compared
    assert Signs(objects).live().compared
