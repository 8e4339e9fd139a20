"""A telephone number as people of Colombia write it: with a country code, an extension, or beside a second one."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from domain.profiles.plain_text import plain_number
from domain.profiles.text import one_line

LEAST_DIGITS: Final = 7
MOST_DIGITS: Final = 15
"""Of the world's numbering plan, ITU-T E.164."""
MOST_NUMBERS: Final = 2

_NUMBER: Final = re.compile(r"\+?[0-9 ().-]{7,30}", re.ASCII)
_WORD: Final = r"(?:tel[ée]fonos?|tels?|celular(?:es)?|cels?|m[oó]vil|fijo|pbx|conmutador|whatsapp|wsp)"
_LABEL: Final = re.compile(rf"\(\s*{_WORD}\.?\s*\)\s*|\b{_WORD}\b[.:]*\s*", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"\(\s*\+\s*(\d{1,3})\s*\)\s*|\+\s*\(\s*(\d{1,3})\s*\)\s*", re.ASCII)
_EXTENSION: Final = re.compile(
    r"[\s,;(]*(?:\bext(?:ensi[oó]n|n)?|\banexo|\binterno|\bint\.|(?<=[0-9\s])x|#)[\s.:#]*(?:n[o°º][\s.]*)?([0-9]{1,6})\b\s*\)?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"\s*[/;,|&]\s*|\s+(?:y|e|o|ó|u)\s+|\s+-\s+", re.IGNORECASE)
_WITH_EXTENSION: Final = re.compile(r"(.*?)(?:(?: |^)ext\. [0-9]{1,6})?")
_EXTENSION_WORD: Final = re.compile(r"\bext[a-zó]*", re.IGNORECASE)


def read_phone(text: str) -> str:
    """Return one number or two as `+57 300 1234567`, `601 555 0101 ext. 12`, `300 123 4567 / 310 765 4321`.

    The plain form: single spaces, a country code without brackets, the extension as ` ext. 12`, ` / ` between two
    numbers, no label such as `Tel.`. The groups and the signs between them stay as they were typed, so that a number
    in its plain form stays the same. Raises PydanticCustomError, whose type tells what is wrong.
    """
    line = one_line(plain_number(text))
    if _is_number(line):
        return line
    line = _LABEL.sub("", _EXTENSION.sub(r" ext. \1 ", _COUNTRY.sub(r"+\1\2 ", line)))
    parts = [part for each in _BETWEEN.split(line) if (part := " ".join(each.split()))]
    _refuse_faults([found[1] for part in parts if (found := _WITH_EXTENSION.fullmatch(part))])
    return " / ".join(parts)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and _digits(text) >= LEAST_DIGITS


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _refuse_faults(numbers: list[str]) -> None:
    if any(map(str.isalpha, _EXTENSION_WORD.sub("", " ".join(numbers)))):
        raise PydanticCustomError("phone_letters", "has letters that belong to no phone number")
    if any(map(_EXTENSION_WORD.search, numbers)):
        raise _unclear()
    if sum(map(_digits, numbers)) < LEAST_DIGITS:
        raise PydanticCustomError("phone_short", "has fewer than 7 digits")
    if any(_digits(number) > MOST_DIGITS for number in numbers):
        raise PydanticCustomError("phone_long", "has more digits than a phone number")
    if len(numbers) > MOST_NUMBERS and all(map(_is_number, numbers)):
        raise PydanticCustomError("phone_several", "is more than two phone numbers")
    if len(numbers) > MOST_NUMBERS or not all(map(_is_number, numbers)):
        raise _unclear()


def _unclear() -> PydanticCustomError:
    return PydanticCustomError("phone", "is not written as one phone number, or two")


Phone = Annotated[str, AfterValidator(read_phone)]
