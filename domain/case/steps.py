"""The six steps of *Habilitación electrónica*, of which this procedure is the second."""

from collections.abc import Collection

THIS_STEP = 2
TEST_SET_STEP = 3
LAST_STEP = 6


def current_step(completed: Collection[int]) -> int | None:
    """Return the first step that is not completed, or None once all six are."""
    return next((step for step in range(1, LAST_STEP + 1) if step not in completed), None)


def nit_locked(completed: Collection[int]) -> bool:
    """Tell whether the NIT may no longer change: the test set was passed under it."""
    return TEST_SET_STEP in completed


def all_completed(completed: Collection[int]) -> bool:
    """Tell whether the six steps are finished, so that the own certificate can be requested."""
    return current_step(completed) is None
