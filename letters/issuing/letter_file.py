"""LETTER.json: one letter's content as a file, for tuning and for support."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from domain.letter.content import Folio, Lender, LetterContent
from domain.model import Model
from domain.profiles.company import Company
from domain.profiles.forms import FieldError, read_form
from domain.profiles.representative import Representative

SAMPLE_LENDER = Lender(
    name="Prestador de Ejemplo S.A.S.",
    nit="860034313-7",
    data_protection_mail="datos@prestador.example.com",
    policy_url="https://prestador.example.com/datos",
)
"""Stands in the letter when no lender is given: nobody's real data."""


class _Issue(Model):
    folio: Folio
    issued_on: date
    loan_days: Annotated[int, Field(ge=1, le=3660)]


_PARTS: dict[str, type[Model]] = {"company": Company, "representative": Representative}


def read_letter_file(data: object, lender: Lender = SAMPLE_LENDER) -> LetterContent | tuple[FieldError, ...]:
    """Return the letter's content, or one error for each field of each part that is missing or wrong."""
    if not isinstance(data, Mapping):
        return _named("letter", read_form(_Issue, data))
    found: dict[str, object] = {"lender": lender}
    errors: tuple[FieldError, ...] = ()
    for name, model in _PARTS.items():
        part = read_form(model, data.get(name) or {})
        if isinstance(part, tuple):
            errors += _named(name, part)
        found[name] = part
    issue = read_form(_Issue, {key: value for key, value in data.items() if key not in _PARTS})
    if isinstance(issue, tuple) or errors:
        return errors + (issue if isinstance(issue, tuple) else ())
    return LetterContent.model_validate(found | issue.model_dump())


def _named(part: str, errors: object) -> tuple[FieldError, ...]:
    if not isinstance(errors, tuple):
        return ()
    return tuple(
        error.model_copy(
            update={
                "field": ".".join(filter(None, (part, error.field))),
                "message": f"{part}.{error.message}" if error.field else f"{part}: {error.message}",
            }
        )
        for error in errors
    )
