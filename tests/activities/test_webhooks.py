"""The step that delivers an event: what it says, and what each answer of the receiver becomes."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities.webhooks import WebhookActivities, body_of
from domain.case.events import DeliverWebhook, DeliveryOutcome, EventType, WebhookTried
from domain.errors import WebhookNotTakenError

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ORDER = DeliverWebhook(
    company_id="C1001",
    id="evt_" + "a" * 24,
    type=EventType.LOAN_STARTED,
    at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    data={"starts_on": "2026-11-20", "ends_on": "2026-12-20"},
)


@dataclass
class Answers:
    """A receiver that answers as it is told to."""

    taken: bool = True
    down: bool = False
    got: list[tuple[str, datetime, bytes]] = field(default_factory=list)

    async def take(self, event_id: str, sent_at: datetime, body: bytes) -> bool:
        self.got.append((event_id, sent_at, body))
        if self.down:
            raise WebhookNotTakenError("billing backend: answered 503")
        return self.taken


def deliver(receiver: Answers | None, attempt: int = 1) -> WebhookTried:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=attempt)
    answer: WebhookTried = environment.run(WebhookActivities(receiver, lambda: NOW).deliver_webhook, ORDER)
    return answer


def test_an_event_goes_out_under_its_id_with_the_time_of_the_try() -> None:
    receiver = Answers()

    assert deliver(receiver, attempt=2) == WebhookTried(outcome=DeliveryOutcome.DELIVERED, attempts=2)

    assert receiver.got == [(ORDER.id, NOW, body_of(ORDER))]


def test_the_body_tells_when_it_happened_and_to_whom() -> None:
    assert json.loads(body_of(ORDER)) == {
        "type": "loan.started",
        "timestamp": "2026-11-20T09:30:00Z",
        "data": {"company_id": "C1001", "starts_on": "2026-11-20", "ends_on": "2026-12-20"},
    }


def test_a_receiver_that_is_gone_is_an_answer_and_no_failure() -> None:
    assert deliver(Answers(taken=False)).outcome is DeliveryOutcome.GONE


def test_a_receiver_that_is_down_is_a_failure_that_is_tried_again() -> None:
    with pytest.raises(WebhookNotTakenError):
        deliver(Answers(down=True))


def test_without_a_receiver_nothing_is_tried() -> None:
    assert deliver(None) == WebhookTried(outcome=DeliveryOutcome.OFF, attempts=0)
