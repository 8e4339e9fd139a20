"""The number of an identity document, out of what people write around it.

Forms, letters and spreadsheets carry `C.C. 52.345.678`, `No. 1'020.304.050`, `Pasaporte AB123456`. The letter prints
the type before the number, so a type that was typed into the number is taken out, and one of another type refused.
A passport's number may begin with letters, `CC` and `PA` among them: there only what is clearly a label is taken out.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from pydantic_core import PydanticCustomError

from domain.profiles.plain_text import plain_number
from domain.profiles.text import one_line

PASSPORT: Final = "PA"

_LABELS: Final[Mapping[str, str | None]] = {
    "CEDULA": None,
    "DOCUMENTO": None,
    "DOCUMENTO DE IDENTIDAD": None,
    "IDENTIFICACION": None,
    "CC": "CC",
    "CEDULA DE CIUDADANIA": "CC",
    "CE": "CE",
    "CEDULA DE EXTRANJERIA": "CE",
    "PA": PASSPORT,
    "PAS": PASSPORT,
    "PASAPORTE": PASSPORT,
    "PASSPORT": PASSPORT,
    "PEP": "PEP",
    "PERMISO ESPECIAL DE PERMANENCIA": "PEP",
    "PPT": "PPT",
    "PERMISO POR PROTECCION TEMPORAL": "PPT",
    "PERMISO DE PROTECCION TEMPORAL": "PPT",
    "TI": "TI",
    "TARJETA DE IDENTIDAD": "TI",
    "RC": "RC",
    "REGISTRO CIVIL": "RC",
    "NIT": "NIT",
}
"""What stands before a number, without accents, and the type that it names; None for any."""
_BY_LETTERS: Final = {label.replace(" ", ""): kind for label, kind in _LABELS.items()}
_WORDS: Final = "|".join(
    label.replace(" ", r"\s+") for label in sorted(_LABELS, key=len, reverse=True) if len(label) > len("PEP")
)
_COUNTERS: Final = ("", "NUMERO", "NUM", "NRO", "NO", "N")
_LEAD: Final = re.compile(r"([^0-9]*)([0-9].*)", re.DOTALL)
_PASSPORT_LEAD: Final = re.compile(
    rf"""
    ( (?: {_WORDS} ) (?! [A-Z] )                  # Pasaporte AB123456
    | (?: [A-Z] [.] \s? ){{1,3}} [A-Z] [.]? [\s:]+  # P.A. AB123456
    | (?: [A-Z] [.] \s? ){{2,4}}                   # C.C.52345678
    | [A-Z]{{2,3}} \s? :                           # PA: AB123456
    | PA \s (?= [A-Z]{{1,3}} \d )                  # PA AB123456
    )?
    [\s:.]*
    (?: (?: NUM (?: ERO \b | BER \b | [.] ) | NRO [.] | NO [.] | N [.]? [°º] | \# ) [\s:.]* )?
    (.*)
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_SEPARATORS: Final = re.compile(r"[.,'’‘´`·\s]")
_DECIMALS: Final = re.compile(r"(?<=\d)[.,]0{1,2}$")
"""Where a spreadsheet made an amount of it."""
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}", re.ASCII)
_WORD_BEHIND: Final = re.compile(r"\d\s+[^\W\d]{2,}")
"""`52.345.678 de Cali` is more than a number."""


def document_number(text: str) -> str:
    """Return a number without what separates thousands; raise PydanticCustomError for what is none."""
    line = one_line(plain_number(text))
    number = _SEPARATORS.sub("", _DECIMALS.sub("", line)).upper()
    if not _NUMBER.fullmatch(number):
        raise _no_number()
    return number


def without_label(text: str, kind: str | None) -> str:
    """Return a number as it was typed, without the type before it; `kind` is the type chosen, None when none is known.

    Raises PydanticCustomError when it names another type.
    """
    line = one_line(plain_number(text))
    if kind != PASSPORT and _WORD_BEHIND.search(line):
        raise _no_number()
    if not re.search("[0-9]", line):
        raise _no_number()
    label, number = _of_passport(line) if kind == PASSPORT else _of_digits(line)
    if label is None:
        return line
    named = _BY_LETTERS.get(label)
    if named is not None and kind is not None and named != kind:
        raise PydanticCustomError("document_type_differs", "begins with {named}", {"named": str(named)})
    return number


def _no_number() -> PydanticCustomError:
    return PydanticCustomError("document_number", "is not 2 to 20 letters and digits")


def label_of(text: str) -> str | None:
    """Return the type that a text names, as `cédula de ciudadanía` and `C.C.` do, or None."""
    return _BY_LETTERS.get(_letters(text))


def _of_digits(line: str) -> tuple[str | None, str]:
    """Return the label and the number; the label is None for letters that are none, and empty for `No.` alone."""
    found = _LEAD.fullmatch(line)
    if found is None:
        return None, line
    lead, number = found.groups()
    if not _letters(lead):
        return ("", number) if lead and set(lead) <= set("#.:°º ") else (None, line)
    return _without_counter(_letters(lead)), number


def _of_passport(line: str) -> tuple[str | None, str]:
    found = _PASSPORT_LEAD.fullmatch("".join(map(_bare, line)))
    if found is None:
        return None, line
    return _without_counter(_letters(found[1] or "")), line[found.start(2) :]


def _without_counter(letters: str) -> str | None:
    for counter in _COUNTERS:
        label = letters.removesuffix(counter) if counter else letters
        if not label or label in _BY_LETTERS:
            return label
    return None


def _letters(text: str) -> str:
    return "".join(letter for letter in map(_bare, text.upper()) if "A" <= letter <= "Z")


def _bare(character: str) -> str:
    """Return a letter without its accent."""
    return unicodedata.normalize("NFD", character)[0]
