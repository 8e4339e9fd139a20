"""A page of the lines that a case no longer carries, as it is kept in the bucket."""

from datetime import datetime
from typing import Any

from domain.case.jobs import KeepEarlierRequest
from domain.case.rejections import RejectedMessage
from domain.model import Model
from domain.views.timeline import TimelineEvent, line_of


class RejectedSignal(Model):
    """A message that did not count: why, in English, and the code and values that this is made of."""

    name: str
    reason: str
    time: datetime
    code: str | None = None
    values: dict[str, Any] | None = None


class EarlierPage(Model):
    """Events and rejected signals as `status` tells them, each the oldest first."""

    company_id: str
    timeline: tuple[TimelineEvent, ...]
    rejected_signals: tuple[RejectedSignal, ...]


def earlier_page(request: KeepEarlierRequest) -> EarlierPage:
    """Return the page that is kept."""
    return EarlierPage(
        company_id=request.company_id,
        timeline=tuple(map(line_of, request.events)),
        rejected_signals=tuple(map(rejection_of, request.rejected)),
    )


def rejection_of(message: RejectedMessage) -> RejectedSignal:
    """Return a rejected message as it is told."""
    return RejectedSignal(
        name=message.name, reason=message.reason, time=message.at, code=message.code, values=message.values
    )
