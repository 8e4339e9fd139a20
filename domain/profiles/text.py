"""What a person may type: one line, in the characters that a Colombian register and the letter's font know.

What a paste brings along is made plain first. Other control, invisible and direction-changing characters are refused,
because they make a printed name differ from the stored one. The letter's font has a glyph for everything allowed
here, which a test of the letters keeps true.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, EmailStr, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from domain.profiles.links import has_address, has_address_beside_its_name
from domain.profiles.plain_text import plain, refused_character

TYPED: Final = {"typed": True}
"""The context in which a form is read. Without it a value is as it was stored, and a letter's digest rests on it."""

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
    """Return a text made plain, or refuse the first character that can't be printed, by its name."""
    line = plain(text)
    for position, character in enumerate(line, start=1):
        if not is_printable(character):
            raise refused_character(character, position)
    return line


def _one_line_of(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _short_mail(mail: str) -> str:
    if len(mail) > MAIL_LENGTH:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": MAIL_LENGTH})
    return mail


def _without_address(text: str, info: ValidationInfo) -> str:
    if info.context == TYPED and has_address(text):
        raise PydanticCustomError("address_within", "has an address of the internet or of mail")
    return text


def _named_without_address(text: str, info: ValidationInfo) -> str:
    if info.context == TYPED and has_address_beside_its_name(text):
        raise PydanticCustomError("address_within", "has an address of the internet or of mail")
    return text


NoAddress: Final = AfterValidator(_without_address)
"""Of every text that may stand in a mail, a letter or a heading; see `domain.profiles.links`."""
Name = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=120), NoAddress]
"""Of a person."""
LegalName = Annotated[
    str,
    AfterValidator(one_line),
    StringConstraints(min_length=1, max_length=250),
    AfterValidator(_named_without_address),
]
"""Of a company, as the register has it: it can't be shortened, and associations have 130 characters and more."""
Address = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=200), NoAddress]
"""Where no street has a number, a road, its kilometre, a hamlet, an estate and a plot stand one after the other."""
Label = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=60), NoAddress]
"""A city, a plan."""
Role = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=100), NoAddress]
"""As the register has it, such as «Primer suplente del representante legal para asuntos tributarios»."""
MailAddress = Annotated[EmailStr, BeforeValidator(_one_line_of), AfterValidator(one_line), AfterValidator(_short_mail)]
