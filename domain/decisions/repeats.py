"""How a message that was taken before is recognised."""

import hashlib

from domain.case.case import Case


class RepeatedError(Exception):
    """The message was taken before and changes nothing."""


def once(case: Case, key: str) -> Case:
    """Return the case that knows a message by its natural key, or raise RepeatedError when it does already."""
    if case.knows(key):
        raise RepeatedError
    return case.remember(key)


def digest(text: str) -> str:
    """Return a short key for a text that may hold anything."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
