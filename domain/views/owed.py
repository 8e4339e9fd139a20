"""Since when a case owes something that keeps failing."""

from datetime import datetime

from domain.case.attention import AttentionKind
from domain.case.case import Case


def owed_since(case: Case) -> datetime | None:
    """Return since when the oldest step, mail or reminder has failed again and again; None when none does.

    What failed once, half a minute ago at most, is not listed yet. Events for the billing backend have a queue of
    their own, and are given up after days.
    """
    return min((each.since for each in case.attention if each.kind is AttentionKind.FAILING), default=None)
