"""What crosses Temporal in the bare workflow: as little as it needs to do what a case does, step for step."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class BareModel(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True)


class BareStart(BareModel):
    """What a run begins with. `opened` is true in a run that takes over from the one before it."""

    case_id: str
    due: tuple[datetime, ...] = ()
    opened: bool = False


class BareMessage(BareModel):
    """What a signal asks for: so many steps, other deadlines, and whether a new run begins then."""

    calls: int = 1
    due: tuple[datetime, ...] | None = None
    cut: bool = False


class Step(BareModel):
    """The input of one step."""

    case_id: str
    number: int


class StepDone(BareModel):
    """The result of one step."""

    number: int


class Standing(BareModel):
    """The answer to the query."""

    steps: int
    due: tuple[datetime, ...]
