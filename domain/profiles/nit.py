"""The NIT, Colombia's tax number, with its check digit.

Arithmetic by python-stdnum. A wrong check digit is reported, never corrected: it usually means a mistyped number.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator
from stdnum.co import nit as _stdnum

from domain.errors import ActivaError
from domain.profiles.plain_text import plain_number
from domain.profiles.text import one_line

_SHAPE: Final = re.compile(r"^0*(\d{3,15})-(\d)$", re.ASCII)
_LABEL: Final = re.compile(r"^N\.?\s?I\.?\s?T\.?[\s:]*(?=\d)", re.IGNORECASE)


class NitError(ActivaError, ValueError):
    """The text is not a NIT."""


class NitCheckDigitError(NitError):
    """The check digit does not belong to the number. Both digits are named, never the number: it may be a person's."""

    def __init__(self, given: str, expected: str) -> None:
        self.given = given
        self.expected = expected
        super().__init__(f"check digit is {given}, expected {expected}; copy the whole NIT from the RUT")


def check_digit(number: str) -> str:
    """Return the check digit of a NIT's number, given without it."""
    return str(_stdnum.calc_check_digit(number))


def parse_nit(text: str) -> str:
    """Return a NIT as `900373115-3`, or raise NitError; what separates thousands is dropped, and zeros before it."""
    compact = re.sub(r"[.,'’\s]", "", text)
    match = _SHAPE.match(compact)
    if match is None:
        raise NitError("a NIT is its digits, a hyphen and the check digit, as in 900373115-3")
    number, given = match.groups()
    expected = check_digit(number)
    if given != expected:
        raise NitCheckDigitError(given, expected)
    return f"{number}-{given}"


def _typed_nit(text: str) -> str:
    return parse_nit(_LABEL.sub("", one_line(plain_number(text))))


Nit = Annotated[str, AfterValidator(_typed_nit)]
"""Also with `NIT` before it and any dash for the hyphen."""
