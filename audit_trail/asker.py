"""Who asks, while a request or a command is carried out: whatever is done far below is put to their name."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass
class Asker:
    """One request; whose it is becomes known on the way."""

    door: str
    address: str | None = None
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    who: str | None = None
    role: str | None = None
    company_id: str | None = None

    def identify(self, who: str, role: str, company_id: str | None = None) -> None:
        """Say who it is; `company_id` where they can only act for one."""
        self.who, self.role, self.company_id = who, role, company_id


def person_of(role: str, company_id: str | None, subject: str) -> str:
    """Return the digest by which a person is known."""
    return hashlib.sha256("\0".join((role, company_id or "", subject)).encode()).hexdigest()[:32]


_ASKER: Final[ContextVar[Asker | None]] = ContextVar("asker", default=None)


def asker() -> Asker:
    """Return who asks; outside any request, the process itself."""
    return _ASKER.get() or Asker(door="process")


@contextmanager
def asking(who: Asker) -> Iterator[Asker]:
    """Carry something out for somebody."""
    token = _ASKER.set(who)
    try:
        yield who
    finally:
        _ASKER.reset(token)
