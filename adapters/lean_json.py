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


class LeanJson(PydanticJSONPlainPayloadConverter):
    """Reads as its base does."""

    def __init__(self) -> None:
        """Serialize whatever value is given."""
        super().__init__()
        self._lean = SchemaSerializer(any_schema())

    def to_payload(self, value: Any) -> Payload | None:
        """Return the value as JSON, each model in it without its defaults."""
        data = self._lean.to_json(value, exclude_defaults=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)


class LeanPayloadConverter(CompositePayloadConverter):
    """The library's converters, JSON by `LeanJson`."""

    def __init__(self) -> None:
        """Take the JSON converter's place."""
        usual = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(LeanJson() if isinstance(each, JSONPlainPayloadConverter) else each for each in usual))
