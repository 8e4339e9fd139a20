"""How long each step may take, and how often it is tried before the case goes on and comes back to it.

A step that keeps failing is never the end of a case: it waits in the case's queue for its next round of tries.
"""

from datetime import timedelta
from typing import Final, TypedDict

from temporalio.common import Priority, RetryPolicy


class Limits(TypedDict):
    """The options of an activity that decide over time and tries."""

    schedule_to_start_timeout: timedelta | None
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta | None
    retry_policy: RetryPolicy


STORAGE = Limits(
    schedule_to_start_timeout=None,
    start_to_close_timeout=timedelta(seconds=60),
    schedule_to_close_timeout=None,
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_attempts=3),
)
"""Reading and writing documents, checking an upload."""

IN_TURN: Final = Priority(priority_key=3)
"""Letters are checked in the order in which they came, also those of companies that were imported behind the others."""

MAIL = Limits(
    schedule_to_start_timeout=None,
    start_to_close_timeout=timedelta(minutes=4),
    schedule_to_close_timeout=timedelta(minutes=4, seconds=30),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_attempts=3),
)
"""Mails about something that has happened: still true whenever they are sent. Where another attempt may be under way,
the next one may only be made in five minutes: that wait is the case's, which does other things meanwhile."""


def webhook(tries: int) -> Limits:
    """Return the limits of one round of tries to deliver an event; the longer waits between rounds are the case's."""
    return Limits(
        schedule_to_start_timeout=None,
        start_to_close_timeout=timedelta(seconds=60),
        schedule_to_close_timeout=None,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_attempts=tries),
    )


REMINDER = Limits(
    schedule_to_start_timeout=timedelta(minutes=1),
    start_to_close_timeout=timedelta(minutes=4),
    schedule_to_close_timeout=None,
    retry_policy=RetryPolicy(maximum_attempts=1),
)
"""Mails that tell to buy. One try, begun within a minute of the decision, which is taken anew before the next one: a
server that is down, or a worker that was, must not send today what was decided before the company bought."""
