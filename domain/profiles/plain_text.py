"""What people paste, made plain: spaces, hyphens and letters of other widths as a keyboard types them.

Spreadsheets, word processors, web pages and telephones put signs into a text that nobody typed and nobody sees. They
are made plain or dropped. What turns the direction of reading is kept, so that it is refused by its name: it makes a
printed name differ from the stored one.
"""

import re
import unicodedata
from typing import Final

from pydantic_core import PydanticCustomError

_SPACES: Final = "\t\n\v\f\r\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_HYPHENS: Final = "\u02d7\u2010\u2011\u2012\u2015\u2043\u2212\ufe58\ufe63\uff0d"
"""Without the en and em dash, which a name may have and the letter prints."""
_UNSEEN: Final = (
    "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Of no width: soft hyphen, joiners, byte order mark, selectors of a variant."""
_LIGATURES: Final = range(0xFB00, 0xFB07)
_WIDE: Final = range(0xFF01, 0xFF5F)

_PLAIN: Final = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in _WIDE}
    | {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in _LIGATURES}
    | {"\u02bc": "\u2019", "\u2032": "'", "\u2033": '"'}
    | dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_UNSEEN, "")
)
_DASHES: Final = str.maketrans("–—", "--")
_SHOWN: Final = frozenset("LNPS")
"""Kinds of characters that can be shown by themselves: letters, numbers, punctuation and symbols."""


def plain(text: str) -> str:
    """Return a text on one line in Unicode's composed form, with single spaces and without what can't be seen."""
    return re.sub(" +", " ", unicodedata.normalize("NFC", text.translate(_PLAIN))).strip()


def plain_number(text: str) -> str:
    """Return a number as `plain` does, with a hyphen for every dash: word processors make one of the other."""
    return plain(text).translate(_DASHES)


def refused_character(character: str, position: int) -> PydanticCustomError:
    """Return the error that names a character by its code point, and its position counted from 1."""
    code = ord(character)
    name = unicodedata.name(character, "")
    return PydanticCustomError(
        "forbidden_characters",
        "has a character that can't be used: {character}, at position {position}",
        {"character": f"U+{code:04X} {name}".strip(), "shown": _shown(character), "position": position},
    )


def _shown(character: str) -> str:
    """Return what to call a character in Spanish: itself where it can be seen."""
    code = f"U+{ord(character):04X}"
    if unicodedata.category(character)[0] in _SHOWN:
        return f"«{character}» ({code})"
    turns = unicodedata.bidirectional(character) in _TURNING or character in "\u200e\u200f\u061c"
    return (
        f"un signo invisible que cambia el sentido de la lectura ({code})"
        if turns
        else f"un signo que no se ve ({code})"
    )


_TURNING: Final = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
