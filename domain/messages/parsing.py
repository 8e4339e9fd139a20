"""How raw input becomes a message, or a refusal that a person can act on.

Anything may arrive: a wrong name, no argument, two, bytes, another encoding. Every refusal names the field and shows
the known names, and never repeats what was typed into a value.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from domain.errors import MessageError
from domain.messages.fields import AS_SENT
from domain.messages.models import SIGNALS, UPDATES, Message

JSON_ENCODING = b"json/plain"
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
        raise MessageError(f"unknown {kind} {shorten(name)}{_suggestion(name, known)}; known: {', '.join(known)}")
    if len(arguments) != 1:
        raise MessageError(f"expected one JSON object, got {len(arguments)} arguments; {fields_of(model)}")
    argument = arguments[0]
    if argument.encoding != JSON_ENCODING:
        raise MessageError(f"expected encoding json/plain, got {shorten(_decoded(argument.encoding))}")
    try:
        return model.model_validate_json(argument.data, strict=True, context=AS_SENT if as_sent else None)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    except (ValueError, RecursionError):  # nesting or digits beyond the parser's own limits
        raise MessageError(f"the JSON can't be read; {fields_of(model)}") from None
    named = [
        f"{_field(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in problems[:MOST_FIELDS_NAMED]
    ]
    if len(problems) > MOST_FIELDS_NAMED:
        named.append(f"and {len(problems) - MOST_FIELDS_NAMED} more")
    raise MessageError(f"{'; '.join(named)}; {fields_of(model)}")


def fields_of(model: type[Message]) -> str:
    """Return a message's fields for a refusal's text, the optional ones marked."""
    names = [name if field.is_required() else f"{name} (optional)" for name, field in model.model_fields.items()]
    return f"fields: {', '.join([*names[1:], names[0]])}"


def closest_name(name: str) -> str | None:
    """Return the known signal that a mistyped name most likely meant, or None."""
    return next(iter(difflib.get_close_matches(name[:LONGEST_NAME], SIGNALS, n=1, cutoff=0.75)), None)


def shorten(name: str) -> str:
    """Return a name from outside, quoted, printable and short enough for a list."""
    return f"'{_shown(name)}'"


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name[:LONGEST_NAME], known, n=1, cutoff=0.75)
    return f", did you mean {close[0]}?" if close else ""


def _decoded(encoding: bytes) -> str:
    return encoding.decode("utf-8", "replace")


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(_shown(str(part)) for part in location) or "the argument"


def _shown(text: str) -> str:
    shown = text[:LONGEST_NAME].encode("unicode_escape").decode("ascii")
    return shown if len(text) <= LONGEST_NAME and len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME] + "…"
