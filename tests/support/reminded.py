"""A case with a loan, and what came of its reminders."""

from domain.calendar import BOGOTA
from domain.case.case import Case
from domain.notices import NoticeKind
from tests.support.cases import Outside, opened, with_loan


def mails_of(world: Outside) -> list[tuple[str, NoticeKind, int | None]]:
    return [(f"{at.astimezone(BOGOTA):%Y-%m-%d}", mail.kind, mail.days_left) for at, mail in world.mails]


def outcomes_of(case: Case) -> list[tuple[int, str]]:
    return [(each.days, each.outcome.value) for each in case.reminders.record]


def lent(world: Outside, **policy: object) -> Case:
    """Return a case with a loan from 24 November to 24 December 2026, whose first mails are gone."""
    case = with_loan(opened(world, **policy), world=world)
    world.mails.clear()
    return case
