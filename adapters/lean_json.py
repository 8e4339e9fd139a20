"""JSON without what goes without saying: a field that has its default is left out of what crosses Temporal.

Every byte of a history is stored for as long as its case is open. Readers of any release fill the default in, so the
default of such a field may never change: it is empty, and `tests/adapters/test_lean_json.py` holds that. The settings
of a case, whose defaults do change, are written whole (`domain.case.jobs`).
"""

from typing import Any

from pydantic_core import SchemaSerializer
from pydantic_core.core_schema import any_schema
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter, JSONPlainPayloadConverter

from domain.model import Answer, as_known_json


class LeanJson(PydanticJSONPlainPayloadConverter):
    """Reads as its base does, but what a step answered as far as it is known."""

    def __init__(self) -> None:
        """Serialize whatever value is given."""
        super().__init__()
        self._lean = SchemaSerializer(any_schema())

    def to_payload(self, value: Any) -> Payload | None:
        """Return the value as JSON, each model in it without its defaults."""
        data = self._lean.to_json(value, exclude_defaults=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Return the value; a newer worker may have done the step whose answer it is."""
        if isinstance(type_hint, type) and issubclass(type_hint, Answer):
            return as_known_json(type_hint, payload.data)
        return super().from_payload(payload, type_hint)


class LeanPayloadConverter(CompositePayloadConverter):
    """The library's converters, JSON by `LeanJson`."""

    def __init__(self) -> None:
        """Take the JSON converter's place."""
        usual = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(LeanJson() if isinstance(each, JSONPlainPayloadConverter) else each for each in usual))
