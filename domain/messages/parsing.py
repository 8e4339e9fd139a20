"""How raw input becomes a message, or a refusal that a person can act on.

Anything may arrive: a wrong name, no argument, two, bytes, another encoding. Every refusal names the field and shows
the known names, and never repeats what was typed into a value; its remark has them as values.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import EnumType
from typing import Final, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import MessageError
from domain.messages.fields import AS_SENT
from domain.messages.models import SIGNALS, UPDATES, Message
from domain.remarks import Remark

JSON_ENCODING = b"json/plain"
ENCRYPTED_ENCODING = b"binary/encrypted"
"""Of what no key has opened on the way."""
LONGEST_NAME = 60
MOST_FIELDS_NAMED = 8


@dataclass(frozen=True)
class Argument:
    """One argument as it travelled: its declared encoding and its bytes."""

    encoding: bytes
    data: bytes


def parse(
    kind: Literal["signal", "update"], name: str, arguments: Sequence[Argument], *, as_sent: bool = False
) -> Message:
    """Return the message, or raise MessageError saying what is wrong with it and what is expected.

    What would be refused otherwise is read kindly, unless it is to be read `as_sent`: a text that was pasted is made
    plain, and a whole number may be written with a point or an exponent.
    """
    known = SIGNALS if kind == "signal" else UPDATES
    model = known.get(name)
    if model is None:
        raise _refused(
            "message_unknown",
            f"unknown {kind} {shorten(name)}{_suggestion(name, known)}; known: {', '.join(known)}",
            kind=kind,
            name=_shown(name),
            meant=_closest(name, known),
        )
    argument = _only(arguments, name, model)
    try:
        return model.model_validate_json(argument.data, strict=True, context=AS_SENT if as_sent else None)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
    except (ValueError, RecursionError):  # nesting or digits beyond the parser's own limits
        raise _refused("json_unreadable", f"the JSON can't be read; {fields_of(model)}", message=name) from None
    named, more = problems[:MOST_FIELDS_NAMED], len(problems) - MOST_FIELDS_NAMED
    texts = [f"{_field(problem['loc'])}: {problem['msg']}" for problem in named]
    texts += [f"and {more} more"] if more > 0 else []
    raise _refused(
        "fields_wrong",
        f"{'; '.join(texts)}; {fields_of(model)}",
        message=name,
        problems=[_problem(model, problem) for problem in named],
        more=max(more, 0),
    )


def _only(arguments: Sequence[Argument], name: str, model: type[Message]) -> Argument:
    if len(arguments) != 1:
        text = f"expected one JSON object, got {len(arguments)} arguments; {fields_of(model)}"
        raise _refused("arguments_wrong", text, message=name, count=len(arguments))
    [argument] = arguments
    if argument.encoding != JSON_ENCODING:
        text = f"expected encoding json/plain, got {shorten(_decoded(argument.encoding))}"
        raise _refused("encoding_wrong", text, message=name, encoding=_shown(_decoded(argument.encoding)))
    return argument


def _refused(code: str, text: str, **values: object) -> MessageError:
    return MessageError(Remark(code=code, message=text, values=values))


def _problem(model: type[Message], problem: ErrorDetails) -> dict[str, object]:
    """Return what is wrong with a field: pydantic's type of the error, and what a sentence about it needs."""
    facts = {name: fact for name, fact in problem.get("ctx", {}).items() if name in _TOLD}
    asked = model.model_fields.get(str(problem["loc"][0])) if problem["loc"] else None
    if asked is not None and isinstance(asked.annotation, EnumType):
        facts["choices"] = [each.value for each in asked.annotation]
    return {"field": _field(problem["loc"]), "code": problem["type"], **facts}


_TOLD: Final = frozenset({"ge", "le", "max_length", "first", "last", "character", "position"})
"""What may be repeated of an error: limits, and a character by its code point."""


def fields_of(model: type[Message]) -> str:
    """Return a message's fields for a refusal's text, the optional ones marked."""
    names = [name if field.is_required() else f"{name} (optional)" for name, field in model.model_fields.items()]
    return f"fields: {', '.join([*names[1:], names[0]])}"


def closest_name(name: str) -> str | None:
    """Return the known signal that a mistyped name most likely meant, or None."""
    return _closest(name, SIGNALS)


def shorten(name: str) -> str:
    """Return a name from outside, quoted, printable and short enough for a list."""
    return f"'{_shown(name)}'"


def _closest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name[:LONGEST_NAME], known, n=1, cutoff=0.75)), None)


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = _closest(name, known)
    return f", did you mean {close}?" if close else ""


def _decoded(encoding: bytes) -> str:
    return encoding.decode("utf-8", "replace")


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(_shown(str(part)) for part in location) or "the argument"


def _shown(text: str) -> str:
    shown = text[:LONGEST_NAME].encode("unicode_escape").decode("ascii")
    return shown if len(text) <= LONGEST_NAME and len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME] + "…"
