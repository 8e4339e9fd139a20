"""What a case knew after one of its tasks, kept outside Temporal: the very value a new run would take over.

Invariant: of two snapshots of a company the one of the later task stands, whichever is written last.
"""

from typing import Any

from pydantic import AwareDatetime, ConfigDict

from domain.contract import CompanyId
from domain.model import Model


class Position(Model):
    """After which task of which run a case stood so."""

    run_id: str
    began_at: AwareDatetime
    """When the run began, by the server's clock: a run that follows another began later."""
    event: int
    """The number, in the run's history, of the event with which the task began."""

    def is_after(self, other: "Position") -> bool:
        """Tell whether this task came after the other."""
        return (self.began_at, self.event) > (other.began_at, other.event)


class Snapshot(Model):
    """One case. What a later release adds is left aside, so that both may run side by side."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    company_id: CompanyId
    position: Position
    start: dict[str, Any]
    """The workflow's input that takes the case up where it stood."""
    opened: bool
    """The case has looked up what the company already has. Before that it knows nothing of its own."""
    closed: bool = False

    def gives_way_to(self, other: "Snapshot") -> bool:
        """Tell whether another snapshot may take the place of this one: of a later task, or of the same one's end.

        A case that is begun anew knows nothing before it is opened, and then takes up what stands here.
        """
        if self.opened and not self.closed and not other.opened:
            return False
        return not self.position.is_after(other.position)

    @property
    def case(self) -> dict[str, Any] | None:
        """The case in its stored form, once it is opened."""
        carried = self.start.get("carried")
        if not self.opened or not isinstance(carried, dict):
            return None
        return {**carried, "company_id": self.company_id, "company_sha256": self.start.get("profile_sha256")}
