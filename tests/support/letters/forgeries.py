"""Letters that say something else under the genuine letter's folio, digest and codes."""

import random
import re
from collections.abc import Callable
from datetime import date

from domain.letter.content import LetterContent
from letters.issuing.clauses import CLAUSES, Clause
from letters.issuing.rendering import draw_letter

_WORD = re.compile(r"(?<![{_\w])[a-záéíóúñ]{5,9}(?![}_\w])")


def _other(content: LetterContent, part: str, **changes: object) -> LetterContent:
    return content.model_copy(update={part: getattr(content, part).model_copy(update=changes)})


def company_changed(genuine: LetterContent) -> bytes:
    """Name another company."""
    return draw_letter(_other(genuine, "company", legal_name="Ferretería El Tornillo S.A.S."), CLAUSES, genuine)


def one_word_of_the_company_changed(genuine: LetterContent) -> bytes:
    """Name a company that is called nearly the same."""
    name = genuine.company.legal_name.replace("Panadería", "Papelería")
    return draw_letter(_other(genuine, "company", legal_name=name), CLAUSES, genuine)


def signer_changed(genuine: LetterContent) -> bytes:
    """Name another representative."""
    return draw_letter(_other(genuine, "representative", full_name="Pedro José Cifuentes"), CLAUSES, genuine)


def no_inserted(genuine: LetterContent) -> bytes:
    """Turn the exoneration into its opposite."""
    return draw_letter(genuine, _reworded("quien exonera y mantendrá", "quien no exonera ni mantendrá"), genuine)


def only_no_inserted(genuine: LetterContent) -> bytes:
    """Insert the one word, in the last line of a clause where nothing else moves much."""
    return draw_letter(genuine, _reworded("prorroga ni reinicia", "no prorroga ni reinicia"), genuine)


def clause_removed(genuine: LetterContent) -> bytes:
    """Leave a clause out."""
    return draw_letter(genuine, (*CLAUSES[:4], *CLAUSES[5:]), genuine)


def month_changed(genuine: LetterContent) -> bytes:
    """Give another month."""
    issued_on = genuine.issued_on
    other = date(issued_on.year, 12 if issued_on.month == 11 else issued_on.month % 12 + 1, min(issued_on.day, 28))
    return draw_letter(genuine.model_copy(update={"issued_on": other}), CLAUSES, genuine)


def days_changed(genuine: LetterContent) -> bytes:
    """Give a longer loan."""
    return draw_letter(genuine.model_copy(update={"loan_days": 90}), CLAUSES, genuine)


def any_word_changed(genuine: LetterContent, seed: int) -> bytes:
    """Put another of the letter's own words, of as many letters, in the place of one in a clause."""
    drawn = random.Random(seed)  # noqa: S311  # nothing is guarded by it
    number = drawn.randrange(len(CLAUSES))
    heading, text = CLAUSES[number]
    before = drawn.choice(list(_WORD.finditer(text)))
    others = {word for clause in CLAUSES for word in _WORD.findall(clause.text) if len(word) == len(before[0])}
    after = drawn.choice(sorted(others - {before[0]}))
    clause = Clause(heading, text[: before.start()] + after + text[before.end() :])
    return draw_letter(genuine, (*CLAUSES[:number], clause, *CLAUSES[number + 1 :]), genuine)


def _reworded(before: str, after: str) -> tuple[Clause, ...]:
    changed = tuple(Clause(clause.heading, clause.text.replace(before, after)) for clause in CLAUSES)
    assert changed != CLAUSES
    return changed


FORGERIES: dict[str, Callable[[LetterContent], bytes]] = {
    "company changed": company_changed,
    "one word of the company": one_word_of_the_company_changed,
    "signer changed": signer_changed,
    "exoneration denied": no_inserted,
    "only «no» inserted": only_no_inserted,
    "clause removed": clause_removed,
    "month changed": month_changed,
    "days changed": days_changed,
}
