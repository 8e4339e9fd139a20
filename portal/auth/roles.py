"""Who a person is to the portal. A router admits one role or a few; a page admits whoever its router does."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The `role` of a hand-off token."""

    REPRESENTATIVE = "representante"
    """Sees and does everything for one company: the one in the token."""
    SUPPORT = "soporte"
    """Sees every company, and mends cases with a reason on record."""
    READER = "consulta"
    """Sees what support sees and changes nothing."""


STAFF: Final = frozenset({Role.SUPPORT, Role.READER})
