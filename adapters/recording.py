"""Putting a change on record before it is made."""

from typing import Final, Protocol

from domain.messages.models import Message

_NAMED_BY: Final = ("reference", "serial", "upload_id", "event", "step", "notice", "until", "sha256")


class Recorder(Protocol):
    """Where changes are put on record."""

    async def before(self, action: str, company_id: str | None, about: str | None) -> None:
        """Put on record that a change is about to be made; `about` is what it concerns within the case."""


class Unrecorded:
    """Keeps no record: for whoever plays with a local case."""

    async def before(self, action: str, company_id: str | None, about: str | None) -> None:
        """Do nothing."""


def about(message: Message) -> str | None:
    """Return what a message is about: a reference, a serial, an id. Never what somebody wrote in it."""
    values = message.model_dump(mode="json")
    return next((str(values[name]) for name in _NAMED_BY if values.get(name) is not None), None)
