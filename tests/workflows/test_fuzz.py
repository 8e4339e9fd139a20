"""Hostile messages: whatever is sent, no workflow task fails, and every message is accounted for."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError

from domain.messages.models import SIGNALS, UPDATES
from tests.support.world import CaseUnderTest, World

MESSAGES_A_CASE = 40
CASES = 10
FIELDS = [
    "reference", "amount_cop", "by", "paid_at", "upload_id", "decision", "reason", "serial", "valid_from",
    "valid_until", "observations", "step", "until", "sha256", "notice", "method",
]  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=40),
    st.sampled_from(
        ["FV-1", "2026-12-01", "2027-12-01", "9999-12-31", "support:x", "accept", "a" * 64, "loan_started"]
    ),
    st.lists(st.integers(), max_size=3),
)
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8).map(lambda body: json.dumps(body).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=200),
    st.just(b"[" * 20_000),
    st.just(b'"' + b"x" * 300_000 + b'"'),
    st.just(b'{"by": "\\ud800"}'),
)
ENCODINGS = st.sampled_from(
    [b"json/plain", b"json/plain", b"json/plain", b"binary/plain", b"binary/encrypted", b"foo", b"\xff"]
)
ARGUMENTS = st.lists(st.tuples(ENCODINGS, BODIES), max_size=3)
NAMES = st.one_of(
    st.sampled_from([name for name in SIGNALS if name != "activation_closed"]), st.text(min_size=1, max_size=30)
)
GOOD = [
    ("payment_confirmed", {"reference": "FV-1", "amount_cop": 297_500}),
    ("payment_confirmed", {"reference": "FV-2", "amount_cop": 1}),
    ("certificate_issued", {"serial": "5F:01", "valid_from": "2026-01-01", "valid_until": "2099-01-01"}),
    ("certificate_rejected", {"observations": "RUT"}),
    ("step_completed", {"step": 3}),
    ("reminders_muted", {"until": "2027-01-01", "reason": "asked"}),
    ("company_updated", {"sha256": "a" * 64}),
    ("notice_requested", {"notice": "certificate_active", "reason": "lost"}),
]
GOOD_SIGNAL = st.sampled_from(GOOD).map(
    lambda good: ("signal", good[0], [(b"json/plain", json.dumps({**good[1], "by": "fuzz"}).encode())])
)
SIGNAL = st.tuples(st.just("signal"), NAMES, ARGUMENTS)
UPDATE = st.tuples(
    st.just("update"), st.one_of(st.sampled_from(list(UPDATES)), st.text(min_size=1, max_size=30)), ARGUMENTS
)


def raw(arguments: list[tuple[bytes, bytes]]) -> list[RawValue]:
    return [RawValue(Payload(metadata={"encoding": encoding}, data=data)) for encoding, data in arguments]


async def send(case: CaseUnderTest, kind: str, name: str, arguments: list[RawValue]) -> bool:
    """Send a message; tell whether the case was to account for it."""
    try:
        if kind == "update":
            await case.handle.execute_update(name, args=arguments)
        else:
            await case.handle.signal(name, args=arguments)
    except (RPCError, WorkflowUpdateFailedError):
        return False  # refused to its sender
    return name != "verify_payment" or kind == "signal"  # it only asks


@given(st.lists(st.one_of(SIGNAL, SIGNAL, GOOD_SIGNAL, UPDATE), min_size=MESSAGES_A_CASE, max_size=MESSAGES_A_CASE))
@settings(max_examples=CASES, suppress_health_check=list(HealthCheck), print_blob=True)
async def test_no_hostile_message_fails_a_task_or_is_lost(
    a_world: World, messages: list[tuple[str, str, list[tuple[bytes, bytes]]]]
) -> None:
    case = await a_world.start()
    before = await case.settle()
    taken = 0
    for kind, name, arguments in messages:
        taken += await send(case, kind, name, raw(arguments))

    after = await case.settle()
    history = await case.handle.fetch_history()
    failed = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED]
    assert failed == []
    assert after["rejected_signals_count"] + after["repeated_messages_count"] + _counted(before, after) == taken


def _counted(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Return how many messages the timeline shows as taken."""
    return sum(1 for each in after["timeline"] if each["actor"] != "activa") - len(
        [each for each in before["timeline"] if each["actor"] != "activa"]
    )
