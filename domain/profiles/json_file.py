"""A file of JSON as editors and spreadsheets leave it: perhaps marked at its beginning, perhaps in another encoding."""

import json

from domain.errors import ActivaError

MARK = b"\xef\xbb\xbf"
"""What some editors write before UTF-8."""


class NotJsonError(ActivaError, ValueError):
    """The file can't be read; the text says what to do and nothing of what stands in it."""


def read_json(data: bytes) -> object:
    """Return what a file says, or raise NotJsonError; UTF-16, as some spreadsheets write it, is read too."""
    try:
        return json.loads(data)
    except UnicodeDecodeError:
        raise NotJsonError("is not in UTF-8; save it in that encoding") from None
    except (ValueError, RecursionError):  # nesting or digits beyond the parser's own limits
        raise NotJsonError("is not JSON; give one object") from None


def lines_of(data: bytes) -> list[bytes]:
    """Return a file's lines; a sign within a text that only Unicode takes for a line's end parts none."""
    return data.removeprefix(MARK).split(b"\n")
