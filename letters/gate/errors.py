"""What a file makes the gate give up on."""

from domain.errors import ActivaError


class TooComplexError(ActivaError):
    """A file asks for more than an honest one does."""
