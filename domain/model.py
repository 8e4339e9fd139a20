"""The base of every model: frozen, and an unknown field is an error, unless another release of the product wrote it.

What comes from outside, messages, files and settings, is refused where a field is not known. What one release of the
product wrote for another is read as far as it is known: a field that is new has no meaning under the revision of the
rules that both know.
"""

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(Model):
    """A step's result, read with all that is in it as far as it is known: a newer worker may have done the step."""


AnyModel = TypeVar("AnyModel", bound=BaseModel)


def as_known(kind: type[AnyModel], written: object) -> AnyModel:
    """Return what another release of the product wrote, without what this one does not know."""
    return kind.model_validate(written, extra="ignore")


def as_known_json(kind: type[AnyModel], written: bytes) -> AnyModel:
    """Return the same of a JSON text."""
    return kind.model_validate_json(written, extra="ignore")


def canonical_bytes(model: BaseModel) -> bytes:
    """Return the one JSON text of a value: sorted keys, compact, UTF-8, what is unset left out.

    Messages refer to stored data by the SHA-256 of these bytes. An optional field added later leaves them as they are.
    """
    data = model.model_dump(mode="json", exclude_none=True)
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def canonical_sha256(model: BaseModel) -> str:
    """Return the SHA-256 of a value's canonical bytes, in lower-case hexadecimal."""
    return hashlib.sha256(canonical_bytes(model)).hexdigest()


def wrong_fields(error: ValidationError) -> str:
    """Return the fields that a value is refused for, never what stands in them."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    return ", ".join(sorted({".".join(map(str, problem["loc"])) or "JSON" for problem in problems}))
