"""What a company is found by, and which words are close to one that was mistyped. Pure; nothing is read here."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from domain.profiles.company import Company

MOST_WORDS: Final = 8
"""Of a search; what comes after them is left out."""
LEAST_LETTERS: Final = 4
"""Of a word that may be mistyped; a shorter one is too close to too many."""
_LONG: Final = 8
"""From so many letters on, two of them may be wrong."""
_THOUSANDS: Final = re.compile(r"(?<=\d)[.,'’](?=\d{3}(?!\d))")
_LABEL: Final = re.compile(r"^\s*N\.?\s?I\.?\s?T\.?[\s:]*(?=\d)", re.IGNORECASE)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_NAME_WORD: Final = re.compile(rf"[^\W\d_]{{{LEAST_LETTERS},}}")


def folded(text: str) -> str:
    """Return a text without accents, capitals and the points of thousands, to compare by."""
    plain = text
    for _ in range(2):  # a sign that stands for a capital becomes one, and only then a small letter
        plain = unicodedata.normalize("NFKD", plain.casefold())
    plain = plain.replace(".", "")
    # What no name has, a NUL or half of a pair, would break off a statement.
    kept = (each if each.isprintable() else " " for each in plain if not unicodedata.combining(each))
    return " ".join("".join(kept).split())


def searched(company: Company) -> str:
    """Return all that a company is found by, as one text."""
    nit = company.nit
    return folded(f"{company.company_id} {nit} {nit.replace('-', '')} {company.legal_name}")


def asked(text: str) -> tuple[str, ...]:
    """Return the words that somebody looks for; a NIT may be said to be one, and its thousands be apart in any way."""
    number = _LABEL.sub("", _THOUSANDS.sub("", text.translate(_DASHES)))
    return tuple(dict.fromkeys(folded(number).split()))[:MOST_WORDS]


def name_words(legal_name: str) -> frozenset[str]:
    """Return the words of a name that may be mistyped."""
    return frozenset(_NAME_WORD.findall(folded(legal_name)))


def tolerance(word: str) -> int:
    """Return how many letters of a word may be wrong, missing, too many, or have changed places with the next."""
    if _NAME_WORD.fullmatch(word) is None:
        return 0
    return 1 if len(word) < _LONG else 2


def ends(word: str) -> tuple[str, str]:
    """Return a beginning and an ending, one of which most words have that are within the tolerance."""
    length = len(word) // (tolerance(word) + 1)
    return word[:length], word[len(word) - length :]


def closest(word: str, known: Iterable[str], most: int) -> tuple[str, ...]:
    """Return the known words within a word's tolerance, the closest first."""
    limit, letters = tolerance(word), frozenset(word)
    # One mistake brings one letter more and takes one away, at most: most words are told apart by that alone.
    alike = (each for each in known if each != word and len(letters.symmetric_difference(each)) <= 2 * limit)
    near = ((_distance(word, each, limit), each) for each in alike)
    return tuple(each for distance, each in sorted(near) if distance <= limit)[:most]


def _distance(one: str, other: str, limit: int) -> int:
    """Return how many letters are wrong, missing, too many or in each other's place; beyond the limit, any more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one or not other:
        return len(one) + len(other)
    if limit == 1:
        return 1 if len(one) == len(other) == 1 or (len(one) == 2 and one == other[::-1]) else 2  # noqa: PLR2004  # a swap
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        if min(now) > limit:
            return limit + 1
        before, last = last, now
    return last[-1]
