"""When a run is ended and another one takes its case over, so that a case that sleeps keeps a short history."""

from typing import Final

from temporalio import workflow

from domain.case.case import Case
from domain.case.rules import TOLD_BY_THE_CUT
from domain.views.stage import QUIET, search_values

WORTH_CUTTING_EVENTS: Final = 40
"""A history longer than this is cut short once its case sleeps for months."""
TOO_LONG_EVENTS: Final = 400
"""A history longer than this is cut short once its case has nothing to do: each task replays all of it."""


def is_worth_it(case: Case) -> bool:
    """Tell whether the case has nothing to do and its history has grown."""
    events = workflow.info().get_current_history_length()
    idle = not case.queue and not case.webhooks.waiting
    return idle and (_sleeps(case, events) or events > TOO_LONG_EVENTS)


def is_near(case: Case) -> bool:
    """Tell whether the history is cut as soon as the mail and the events that are under way have gone out, or at once.

    What support searches by is then set with the new run, instead of twice within a second. It is set before where one
    of them fails, and where a person is needed.
    """
    if case.rules < TOLD_BY_THE_CUT or case.attention or case.closing is not None:
        return False
    mail_under_way = all(each.number == case.sending for each in case.queue)
    events_under_way = not case.webhooks.waiting or case.webhooks.failures == 0
    return mail_under_way and events_under_way and _sleeps(case, workflow.info().get_current_history_length())


def _sleeps(case: Case, events: int) -> bool:
    return events > WORTH_CUTTING_EVENTS and search_values(case, workflow.now()).stage in QUIET
