"""What a person may type: one line, in the characters that a Colombian register and the letter's font know.

Control, invisible and direction-changing characters are refused, because they make a printed name differ from the
stored one. The letter's font has a glyph for everything allowed here, which a test of the letters keeps true.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, EmailStr, StringConstraints
from pydantic_core import PydanticCustomError

_RANGES: Final = (
    (0x0020, 0x007E),  # ASCII
    (0x00A1, 0x00AC),  # Latin-1, without the no-break space and the soft hyphen
    (0x00AE, 0x017F),  # Latin-1 and Latin Extended-A: the languages of Europe and the Americas
    (0x01CD, 0x01DC),  # Pinyin vowels, as passports carry them
    (0x0218, 0x021B),  # Romanian
    (0x1E80, 0x1E85),  # Welsh
    (0x1EA0, 0x1EF9),  # Vietnamese
)
MAIL_LENGTH: Final = 80
_PUNCTUATION: Final = frozenset("–—‘’‚“”„•…€№")


def is_printable(character: str) -> bool:
    """Tell whether the letter can print a character."""
    return character in _PUNCTUATION or any(first <= ord(character) <= last for first, last in _RANGES)


def one_line(text: str) -> str:
    """Return a text in Unicode's composed form with single spaces, or refuse what can't be printed."""
    composed = re.sub("[ \u00a0]+", " ", unicodedata.normalize("NFC", text)).strip()
    if not all(is_printable(character) for character in composed):
        raise PydanticCustomError("forbidden_characters", "has characters that can't be printed")
    return composed


def _short_mail(mail: str) -> str:
    if len(mail) > MAIL_LENGTH:
        raise PydanticCustomError("string_too_long", "is too long")
    return mail


Name = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=120)]
"""Of a person, a company or a street."""
ShortText = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=60)]
"""A city, a role, a plan."""
Mail = Annotated[EmailStr, AfterValidator(one_line), AfterValidator(_short_mail)]
