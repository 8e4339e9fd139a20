"""The lines that gave way to newer ones in a case: they wait here until a page of them is kept outside.

So nothing that happened is forgotten, and a case that somebody floods carries no more than its bounds.
"""

from typing import Final, Self

from domain.case.rejections import RejectedMessage
from domain.case.timeline import Event
from domain.model import Model

PAGE_LINES: Final = 50
MOST_WAITING_BYTES: Final = 120_000
"""While the store can't be reached; what does not fit is counted and gone."""


class Earlier(Model):
    """Lines of the timeline and rejections, each the oldest first."""

    events: tuple[Event, ...] = ()
    rejected: tuple[RejectedMessage, ...] = ()
    kept: int = 0
    """Lines that are kept outside."""
    lost: int = 0

    @property
    def is_a_page(self) -> bool:
        """Whether enough have come together."""
        return len(self.events) + len(self.rejected) >= PAGE_LINES

    def with_lines(self, events: tuple[Event, ...] = (), rejected: tuple[RejectedMessage, ...] = ()) -> Self:
        """Return it with lines that have just given way; those that wait already stay in their places."""
        room = MOST_WAITING_BYTES - sum(map(_size, (*self.events, *self.rejected)))
        if sum(map(_size, (*events, *rejected))) > room:
            return self.model_copy(update={"lost": self.lost + len(events) + len(rejected)})
        return self.model_copy(update={"events": (*self.events, *events), "rejected": (*self.rejected, *rejected)})

    def without_page(self, events: int, rejected: int) -> Self:
        """Return it without so many of the oldest of each, which are kept outside now."""
        rest = {"events": self.events[events:], "rejected": self.rejected[rejected:]}
        return self.model_copy(update={**rest, "kept": self.kept + events + rejected})


def _size(line: Model) -> int:
    return len(line.model_dump_json().encode())
