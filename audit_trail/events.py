"""What the trail tells of one deed. Names and digests only: no name of a person, no address of theirs, no document."""

from datetime import datetime
from enum import StrEnum

from domain.model import Model


class EventName(StrEnum):
    """The deeds, in the words of the OWASP Logging Vocabulary."""

    LOGIN = "authn_login_success"
    LOGIN_REFUSED = "authn_login_fail"
    SESSION_ENDED = "session_expired"
    REFUSED = "authz_fail"
    TOO_OFTEN = "excess_rate_limit_exceeded"
    READ = "sensitive_read"
    CHANGE = "sensitive_update"
    STARTED = "sys_startup"
    STOPPED = "sys_shutdown"
    GAP = "sys_monitor_disabled"
    """Lines that could not be stored for too long are gone from the stored trail; standard output has had them."""


class AuditEvent(Model):
    """One line of the trail; what is not known is left out."""

    at: datetime
    """Aware UTC, to the millisecond."""
    event: EventName
    outcome: str
    """`requested` before a change is made; otherwise what came of it, for a page its HTTP status."""
    door: str
    """`portal`, `desk`, `api`, `codec` or `command`."""
    who: str | None = None
    """A digest of role, company and subject."""
    role: str | None = None
    company_id: str | None = None
    action: str | None = None
    """A signal's or update's name, or the method and path of a page."""
    about: str | None = None
    """What the action is about within the case: a payment's reference, a serial, an upload, a step, a batch."""
    address: str | None = None
    """Where the request came from."""
    request_id: str | None = None
