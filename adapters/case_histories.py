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

from adapters.temporal import address_of, server_errors
from domain.case.packed import unpacked
from domain.contract import workflow_id

_TYPE: Final = "EVENT_TYPE_"
_WHAT: Final = ("signal_name", "activity_type", "workflow_type", "accepted_request")
"""The fields that say what an event is about."""
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
                history = await handle.fetch_history()
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
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")
    return _opened(said)


def _opened(said: Any) -> Any:
    """Return what was said with the case that one run handed to the next unpacked."""
    if isinstance(said, list):
        return [_opened(each) for each in said]
    if not isinstance(said, dict):
        return said
    try:
        said = unpacked(said)
    except (ValueError, zlib.error):
        return said
    return {name: _opened(value) for name, value in said.items()}
