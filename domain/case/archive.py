"""Taking up a case from its archive, which a later or an earlier version may have written, or a hand have touched."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from domain.case.case import Case, expanded

_MOST_LEFT_OUT = 200


def taken_up(archived: object, named: Mapping[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return an archived case in its stored form as far as it can be used, and the names of what is left out.

    `named` is what its start says anew: company, digest, policy. A name that is not known is left out alone; of what is
    malformed the whole part goes. Nothing can be used of what is no object.
    """
    if not isinstance(archived, dict):
        return None, ("archive",)
    left_out: list[str] = []
    values = _with_rows({**copy.deepcopy(archived), **named}, left_out)
    for _ in range(_MOST_LEFT_OUT):
        try:
            return Case.model_validate(values).stored(), tuple(dict.fromkeys(left_out))
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = problem["loc"] if problem["type"] == "extra_forbidden" else problem["loc"][:1]
        left_out.append(".".join(map(str, place)))
        if not _removed(values, place):
            break
    return None, ("archive",)


def _with_rows(values: dict[str, Any], left_out: list[str]) -> dict[str, Any]:
    try:
        return expanded(values)
    except (TypeError, AttributeError, ValueError):
        left_out += ["timeline", "earlier", "reminders", "webhooks"]
        return {name: value for name, value in values.items() if name not in left_out}


def _removed(values: Any, place: Sequence[int | str]) -> bool:
    """Take a value out of where it stands; False when there is no such place."""
    *path, last = place
    for step in path:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return False
    if not isinstance(values, dict) or last not in values:
        return False
    del values[last]
    return True
