"""Values of one kind as rows without their field names: a sleeping case pays for every byte it keeps, for years."""

from collections.abc import Iterable, Sequence
from typing import Any

from domain.model import Model


def to_rows(values: Iterable[Model]) -> list[list[Any]]:
    """Return each value's fields in their order, without the empty ones at the end."""
    return [_row(list(value.model_dump(mode="json").values())) for value in values]


def from_rows(kind: type[Model], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return what `to_rows` was given, as JSON objects. A new field may only be added at a kind's end."""
    return [dict(zip(kind.model_fields, row, strict=False)) for row in rows]


def _row(values: list[Any]) -> list[Any]:
    while values and values[-1] is None:
        values.pop()
    return values
