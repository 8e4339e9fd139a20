"""Messages that did not count."""

from datetime import datetime
from typing import Any, Final

from domain.model import Model

MOST_REJECTED: Final = 50


class RejectedMessage(Model):
    """A message that did not count, and why, in words a support person can act on."""

    name: str
    at: datetime
    reason: str
    code: str | None = None
    """Of the remark that `reason` is; None in older cases, as are its values."""
    values: dict[str, Any] | None = None
