"""Typed data into models: the whole value, or every field that is missing or wrong, all at once.

The billing backend's files and the representative's form go through `read_form`. An error names the field and says
what to do; it never repeats what was typed, which may be a person's data. Only a character that can't be used is named.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.model import Model
from domain.profiles.form_messages import english, spanish
from domain.profiles.nit import NitCheckDigitError, NitError
from domain.profiles.plain_text import plain
from domain.profiles.text import TYPED


class FieldError(Model):
    """One field that is missing or wrong: what to do, in English for the command line and in Spanish for the page."""

    field: str
    code: str
    message: str
    message_es: str


M = TypeVar("M", bound=BaseModel)

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_type": "not_text",
    "too_short": "missing",
    "too_long": "too_long",
    "string_too_long": "too_long",
    "string_too_short": "missing",  # nothing was left of it once it was made plain
    "string_unicode": "broken_text",
    "enum": "unknown_choice",
    "value_error": "mail",  # where no validator of ours raised it: only an address is refused by pydantic itself
    "model_type": "not_an_object",
}
_OWN_CODES = frozenset(
    (
        "address_within",
        "forbidden_characters",
        "document_of_a_minor",
        "document_number",
        "document_type_differs",
        "phone",
        "phone_letters",
        "phone_short",
        "phone_long",
        "phone_several",
        "url",
    )
)
"""What validators of ours raise, by the code of the message."""


def read_form(model: type[M], data: object) -> M | tuple[FieldError, ...]:
    """Return the model, or one error for each field that is missing or wrong.

    A field that is null, empty or blank counts as left out.
    """
    if not isinstance(data, Mapping):
        return (_error("", "not_an_object", model),)
    given = {str(name): value for name, value in data.items() if not _is_blank(value)}
    try:
        return model.model_validate(given, context=TYPED)
    except ValidationError as error:
        problems = error.errors(include_url=False)
    found: dict[str, FieldError] = {}
    for problem in problems:
        field = ".".join(str(part) for part in problem["loc"][:2])
        found.setdefault(field, _error(field, _code(problem), model, _facts(problem)))
    order = {name: position for position, name in enumerate(model.model_fields)}
    return tuple(sorted(found.values(), key=lambda error: order.get(error.field, len(order))))


def refusal(field: str, code: str) -> FieldError:
    """Return the error of a field that is looked at beside the model."""
    return FieldError(field=field, code=code, message=english(field, code), message_es=spanish(field, code))


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not plain(value))


def _cause(problem: ErrorDetails) -> object:
    return problem.get("ctx", {}).get("error")


def _code(problem: ErrorDetails) -> str:
    cause = _cause(problem)
    if isinstance(cause, NitCheckDigitError):
        return "nit_check_digit"
    if isinstance(cause, NitError):
        return "nit"
    if isinstance(cause, ValueError):
        return "wrong_format"
    kind = problem["type"]
    return kind if kind in _OWN_CODES else _CODES.get(kind, "wrong_format")


def _facts(problem: ErrorDetails) -> dict[str, object]:
    """Return what a message says beside its words: a limit, a character, check digits, never the value."""
    cause = _cause(problem)
    if isinstance(cause, NitCheckDigitError):
        return {"given": cause.given, "expected": cause.expected}
    return {name: fact for name, fact in problem.get("ctx", {}).items() if name != "error"}


def _error(
    field: str, code: str, model: type[BaseModel], facts: Mapping[str, object] = MappingProxyType({})
) -> FieldError:
    return FieldError(
        field=field,
        code=code,
        message=english(field, code, **{"fields": ", ".join(_names_beside(field, model)), **facts}),
        message_es=spanish(field, code, **facts),
    )


def _names_beside(field: str, model: type[BaseModel]) -> list[str]:
    """Return the names that a field's own object may have."""
    holder, _, within = field.partition(".")
    if within and holder in model.model_fields:
        annotation = model.model_fields[holder].annotation
        for kind in (annotation, *get_args(annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                return list(kind.model_fields)
    return list(model.model_fields)
