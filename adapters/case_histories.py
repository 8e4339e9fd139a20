"""What Temporal keeps of a company's case, in words that a person can read: each event that carries anything."""

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import address_of, server_errors
from domain.case.packed import unpacked
from domain.contract import workflow_id

_TYPE: Final = "EVENT_TYPE_"
_WHAT: Final = ("signal_name", "activity_type", "workflow_type", "accepted_request")
"""The fields that say what an event is about."""
LEVELS: Final = 100
"""More than any message of the product's has; what goes through deeper ones may break off."""
Json = dict[str, Any]


class CaseHistories:
    """The histories of companies' cases, every run's."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def told(self, company_id: str) -> dict[str, list[Json]]:
        """Return, by the id of each run, its events that carry something, decrypted where they are encrypted."""
        found: dict[str, list[Json]] = {}
        with server_errors(address_of(self._client)):
            runs = self._client.list_workflows(f"WorkflowId = '{workflow_id(company_id)}'")
            async for run in runs:
                handle = self._client.get_workflow_handle(run.id, run_id=run.run_id)
                try:
                    history = await handle.fetch_history()
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    continue  # the list follows a moment behind what was removed
                found[run.run_id] = [told for each in history.events if (told := await self._event(each))]
        return found

    async def _event(self, event: HistoryEvent) -> Json | None:
        payloads = list(_payloads(event))
        codec = self._client.data_converter.payload_codec
        if not payloads:
            return None
        read = payloads if codec is None else await codec.decode(payloads)
        return {
            "at": event.event_time.ToJsonString(),
            "event": EventType.Name(event.event_type).removeprefix(_TYPE).lower(),
            "what": _what(event),
            "said": [_said(each.data) for each in read],
        }


def _payloads(message: Message) -> Iterator[Payload]:
    """Yield what a message carries, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for _, value in message.ListFields():
        values = value.values() if hasattr(value, "values") else value
        for each in [value] if isinstance(value, Message) else values if isinstance(values, Iterable) else ():
            if isinstance(each, Message):
                yield from _payloads(each)


def _what(event: HistoryEvent) -> str | None:
    attributes = getattr(event, event.WhichOneof("attributes") or "", None)
    for name in _WHAT:
        if (found := getattr(attributes, name, None)) is not None:
            found = found.input if name == "accepted_request" else found
            return str(getattr(found, "name", found))
    return None


def _said(data: bytes) -> Any:
    """Return what anybody may have sent: as data where that is JSON that can be laid out, as text otherwise."""
    try:
        return _opened(json.loads(data), LEVELS)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def _opened(said: Any, levels: int) -> Any:
    """Return what was said with the case that one run handed to the next unpacked; ValueError if it is too deep."""
    if levels == 0:
        raise ValueError("nested too deeply")
    if isinstance(said, list):
        return [_opened(each, levels - 1) for each in said]
    if not isinstance(said, dict):
        return said
    try:
        case: object = unpacked(said)
    except (TypeError, ValueError, zlib.error):
        case = said
    values = case if isinstance(case, dict) else said
    return {name: _opened(value, levels - 1) for name, value in values.items()}
