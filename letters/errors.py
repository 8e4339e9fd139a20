"""Why a letter could not be made. No text here repeats what somebody typed."""

from domain.errors import LetterRefusedError


class LetterError(LetterRefusedError):
    """The letter can't be made of this content."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field}: {message}")


class LetterTextTooLongError(LetterError):
    """The text does not fit its place. It is not shrunk: a letter that can't be read binds nobody."""


class LetterCharacterError(LetterError):
    """The letter's font has no glyph for a character."""
