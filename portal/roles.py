"""Who a person is to the portal. A router admits one role; a page admits whoever its router does."""

from enum import StrEnum


class Role(StrEnum):
    """The `role` of a hand-off token."""

    REPRESENTATIVE = "representante"
    """Sees and does everything for one company: the one in the token."""
