"""The filter of a list as it stands in an address: stage, need of attention, days until something ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.views.stage import Stage
from portal.cases import Filter

WITHIN_DAYS: Final = {"7": 7, "15": 15, "30": 30, "60": 60}


@dataclass(frozen=True)
class Chosen:
    """What stands in the address; what makes no sense counts as not chosen."""

    etapa: str = ""
    atencion: str = ""
    vence: str = ""

    @property
    def stage(self) -> Stage | None:
        """The stage, if one is chosen."""
        return Stage(self.etapa) if self.etapa in set(Stage) else None

    @property
    def attention(self) -> bool:
        """Whether only cases that need attention are wanted."""
        return self.atencion == "true"

    @property
    def days(self) -> int | None:
        """Days within which loan or certificate ends, if that is chosen."""
        return WITHIN_DAYS.get(self.vence)


def chosen_filter(chosen: Chosen, now: datetime) -> Filter:
    """Return the filter at an instant."""
    if chosen.days is None:
        return Filter(stage=chosen.stage, needs_attention=chosen.attention or None)
    before = now + timedelta(days=chosen.days)
    return Filter(stage=chosen.stage, needs_attention=chosen.attention or None, ends_from=now, ends_before=before)
