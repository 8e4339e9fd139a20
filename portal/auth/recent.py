"""Whether somebody of the staff has shown lately who they are: asked before what moves money or ends something.

A session lives for hours, and a browser that was left open is anybody's.
"""

from datetime import datetime
from enum import StrEnum

from portal.auth.session import StaffSession


class SignIn(StrEnum):
    """Why somebody must sign in again."""

    OLD = "old"
    """It was too long ago."""
    WEAK = "weak"
    """It was not in a way that is enough."""


def missing(who: StaffSession, now: datetime, within_seconds: int) -> SignIn | None:
    """Return why somebody must sign in again before what weighs; None when they need not."""
    if not who.strong:
        return SignIn.WEAK
    return SignIn.OLD if now.timestamp() - who.auth_at > within_seconds else None
