"""Under which revisions a worker begins what it begins, so that an upgrade can be taken back."""

from pydantic import Field

from domain import holidays
from domain.case.case import Case
from domain.case.rules import CURRENT
from domain.model import Model


class Revisions(Model):
    """The revisions of the rules and of the days off under which cases, and runs of cases, are begun.

    A worker that is held back to those of an earlier release begins nothing that one of that release can't go on with.
    """

    rules: int = CURRENT
    holidays: int = Field(default_factory=lambda: holidays.NEWEST)

    def of_next_run(self, case: Case) -> Case:
        """Return the case as its next run begins; it never goes back behind what it is run under."""
        return case.evolve(rules=max(case.rules, self.rules), holidays=max(case.holidays, self.holidays))
