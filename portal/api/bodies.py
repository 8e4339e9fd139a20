"""A request's JSON into a model, after its token was looked at; every field that is wrong is named at once."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel

from domain.errors import ActivaError
from domain.profiles.forms import FieldError, read_form

M = TypeVar("M", bound=BaseModel)


class NotDeclaredAsJsonError(ActivaError):
    """The body is declared as something else."""


class WrongFieldsError(ActivaError):
    """Something that was sent can't be used; `errors` names each field."""

    def __init__(self, errors: tuple[tuple[str, str], ...]) -> None:
        super().__init__("wrong input")
        self.errors = errors


def body_of(model: type[M]) -> Callable[[Request], Awaitable[M]]:
    """Return the dependency that reads a body."""

    async def read(request: Request) -> M:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise NotDeclaredAsJsonError
        found = read_form(model, _parsed(await request.body()))
        if isinstance(found, tuple):
            raise wrong_fields(found)
        return found

    return read


def wrong_fields(errors: tuple[FieldError, ...]) -> WrongFieldsError:
    """Return the error that names each field."""
    return WrongFieldsError(tuple((each.field, _text(each)) for each in errors))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise WrongFieldsError((("", "the body can't be read; send one JSON object in UTF-8"),)) from None


def _text(error: FieldError) -> str:
    return error.message.removeprefix(f"{error.field}: ")
