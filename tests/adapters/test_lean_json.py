"""What goes without saying is left out of what crosses Temporal, and every reader fills it in alike."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import ValidationError
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.cases import CaseActivities
from activities.letters import LetterActivities
from activities.notices import NoticeActivities
from activities.uploads import UploadActivities
from activities.webhooks import WebhookActivities
from adapters.temporal import data_converter
from domain.case.jobs import CaseOpened, OpenCase
from domain.case.policy import Policy
from domain.model import Answer, Model
from domain.notices import Addressee, Notice, NoticeKind, NoticeSent

NOW = datetime(2026, 9, 1, 14, 0, tzinfo=UTC)
NOTICE = Notice(company_id="C1", key="loan/started", kind=NoticeKind.LOAN_STARTED, ends_on=date(2026, 10, 1))
SENT = NoticeSent(sent_at=NOW, reached=(Addressee.COMPANY,))
CAPTURED = CaseOpened(policy=Policy(loan_days=45), rules=2)
EMPTY: tuple[object, ...] = (None, False, 0, "", (), {})
HOLDERS = (CaseActivities, LetterActivities, NoticeActivities, UploadActivities, WebhookActivities)
STEPS = [
    step for holder in HOLDERS for step in vars(holder).values() if hasattr(step, "__temporal_activity_definition")
]


@pytest.mark.parametrize("value", [NOTICE, SENT, CAPTURED], ids=lambda each: type(each).__name__)
async def test_what_is_left_out_comes_back_here_and_in_an_earlier_release(value: Model) -> None:
    [payload] = await data_converter().encode([value])

    for reader in (data_converter(), pydantic_data_converter):
        assert await reader.decode([payload], [type(value)]) == [value]


@pytest.mark.parametrize("value", [NOTICE, SENT, CAPTURED], ids=lambda each: type(each).__name__)
async def test_what_an_earlier_release_wrote_is_read(value: Model) -> None:
    [payload] = await pydantic_data_converter.encode([value])

    assert await data_converter().decode([payload], [type(value)]) == [value]


async def test_a_default_is_not_written() -> None:
    [payload] = await data_converter().encode([SENT])

    assert json.loads(payload.data) == {"sent_at": "2026-09-01T14:00:00Z", "reached": ["company"]}


async def test_a_captured_policy_is_written_whole() -> None:
    [payload] = await data_converter().encode([CAPTURED])

    assert json.loads(payload.data)["policy"] == Policy(loan_days=45).model_dump(mode="json")


def test_every_default_of_what_crosses_is_empty_and_so_for_ever() -> None:
    crossing = set(chain.from_iterable(models_in(kind) for step in STEPS for kind in get_type_hints(step).values()))
    defaults = {
        f"{model.__name__}.{name}": field.get_default(call_default_factory=True, validated_data={})
        for model in crossing - {Policy}
        for name, field in model.model_fields.items()
        if not field.is_required()
    }

    assert len(STEPS) == 10
    assert {"CaseOpened.archived", "Notice.reasons", "Event.values"} <= {*defaults}
    assert {name: value for name, value in defaults.items() if value not in EMPTY} == {}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_what_a_step_answers_is_read_as_far_as_it_is_known(step: Any) -> None:
    answer = get_type_hints(step)["return"]

    assert answer in (type(None), bool) or issubclass(answer, Answer)


async def test_an_answer_of_a_later_release_is_read_without_what_it_adds() -> None:
    sent = {"sent_at": "2026-09-01T14:00:00Z", "reached": ["company"], "weighed": {"grams": 3}}
    policy = {**Policy(loan_days=45).model_dump(mode="json"), "colour": "green"}
    payloads = await data_converter().encode([sent, {"policy": policy, "rules": 2, "added": [1]}])

    assert await data_converter().decode(payloads, [NoticeSent, CaseOpened]) == [SENT, CAPTURED]


async def test_an_order_with_a_field_that_is_not_known_is_refused() -> None:
    order = {"company_id": "C1", "profile_sha256": "a" * 64, "added": 1}
    payloads = await data_converter().encode([order])

    with pytest.raises(ValidationError, match="added"):
        await data_converter().decode(payloads, [OpenCase])


def models_in(kind: Any) -> Iterator[type[Model]]:
    if isinstance(kind, type) and issubclass(kind, Model):
        yield kind
        for field in kind.model_fields.values():
            yield from models_in(field.annotation)
    elif get_origin(kind) in {Union, UnionType, tuple}:
        for each in get_args(kind):
            yield from models_in(each)
