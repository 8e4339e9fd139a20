"""What waits for a second person, as the store keeps it: found while it is good, and changed by one at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.case_list import Filter
from adapters.s3 import S3Objects
from portal.cases.proposals import Proposal, Proposals, Refusal, new_id
from tests.support import s3_servers

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, LUIS = "support:ana", "support:luis"


@pytest.fixture
def proposals(moto_url: str) -> Proposals:
    return Proposals(S3Objects(*s3_servers.new_bucket(moto_url)))


def proposal(at: datetime = NOW, **changes: Any) -> Proposal:
    values = {"action": "cierre", "values": {"reason": "x"}, "company_ids": ("C1",), "by": ANA, "second": True}
    return Proposal.model_validate({"id": new_id(at), "at": at, "asked_at": at, **values, **changes})


@pytest.mark.parametrize(
    ("changes", "by", "refusal"),
    [
        pytest.param({}, LUIS, None, id="another person"),
        pytest.param({}, ANA, Refusal.SAME_PERSON, id="whoever rehearsed it"),
        pytest.param({"asked_at": None}, LUIS, Refusal.NOT_ASKED, id="before it is asked for"),
        pytest.param({"second": False}, ANA, None, id="alone"),
        pytest.param({"second": False}, LUIS, Refusal.NOT_YOURS, id="alone, by somebody else"),
        pytest.param({"done_at": NOW}, LUIS, Refusal.DONE, id="done"),
        pytest.param({"confirmed_by": "support:eva"}, LUIS, None, id="confirmed, and not begun"),
        pytest.param({"at": NOW - HOUR}, LUIS, None, id="an hour later"),
        pytest.param({"at": NOW - HOUR - timedelta(seconds=1)}, LUIS, Refusal.LATE, id="a second too late"),
        pytest.param({"at": NOW + timedelta(seconds=1)}, LUIS, Refusal.LATE, id="of an instant to come"),
    ],
)
def test_who_may_confirm_what(changes: dict[str, Any], by: str, refusal: Refusal | None) -> None:
    assert proposal(**changes).refuses(by, NOW, HOUR) == refusal


async def test_of_two_who_have_read_the_same_one_changes_it(proposals: Proposals) -> None:
    one = proposal()
    await proposals.add(one)
    read = await proposals.get(one.id)
    assert read is not None

    changed = await asyncio.gather(*(proposals.change(read, confirmed_by=name) for name in (ANA, LUIS)))

    kept = await proposals.get(one.id)
    assert kept is not None
    assert sorted(changed) == [False, True]
    assert kept.value.confirmed_by == (ANA, LUIS)[changed.index(True)]


async def test_an_id_that_is_taken_keeps_what_it_has(proposals: Proposals) -> None:
    one = proposal()
    await proposals.add(one)
    await proposals.add(one.model_copy(update={"by": LUIS}))
    kept = await proposals.get(one.id)
    assert kept is not None
    assert kept.value.by == ANA


@pytest.mark.parametrize("minutes", [60, 240])
async def test_what_waits_is_found_until_its_last_minute_at_any_time_of_day(proposals: Proposals, minutes: int) -> None:
    within = timedelta(minutes=minutes)
    for now in (NOW + timedelta(minutes=50 * number) for number in range(12)):
        waits = [proposal(now - ago) for ago in (within, within / 2, timedelta())]
        others = [proposal(now - within - timedelta(milliseconds=1)), proposal(now + timedelta(milliseconds=1))]
        others += [proposal(now, asked_at=None), proposal(now, done_at=now)]
        for each in (*waits, *others):
            await proposals.add(each)
        found = await proposals.waiting(now, within)
        assert [each for each in found if each in (*waits, *others)] == waits, now


async def test_the_newest_hundred_are_looked_at(proposals: Proposals) -> None:
    for number in range(101):
        await proposals.add(proposal(NOW + timedelta(milliseconds=number), wanted=Filter()))
    found = await proposals.waiting(NOW + timedelta(seconds=1), HOUR)
    assert [each.at for each in found] == [NOW + timedelta(milliseconds=number) for number in range(1, 101)]
