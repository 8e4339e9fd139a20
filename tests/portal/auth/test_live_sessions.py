"""The record of whose session is alive: what it answers, and whose sessions an operator ends."""

from typing import Any

import pytest

from adapters.s3 import S3Objects
from domain.bucket import SESSIONS, session_key
from portal.auth.live_sessions import LiveSessions
from tests.support import s3_servers

ABOUT: dict[str, dict[str, Any]] = {
    "p1": {"role": "representante", "company_id": "C1"},
    "p2": {"role": "representante", "company_id": "C2"},
    "s1": {"role": "soporte", "staff": "ana"},
    "s2": {"role": "soporte", "staff": "luis"},
}


@pytest.fixture
def objects(moto_url: str) -> S3Objects:
    return S3Objects(*s3_servers.new_bucket(moto_url))


@pytest.fixture
async def live(objects: S3Objects) -> LiveSessions:
    """Four people at work, each in a session that is named after them."""
    sessions = LiveSessions(objects)
    for person, about in ABOUT.items():
        await sessions.begin(person, f"of-{person}", about)
    return sessions


async def alive(live: LiveSessions) -> list[str]:
    return [person for person in ABOUT if await live.is_live(person, f"of-{person}")]


async def test_without_its_record_a_session_is_over(live: LiveSessions, objects: S3Objects) -> None:
    objects._client.delete_object(Bucket=objects._bucket, Key=session_key("p1"))
    assert await alive(live) == ["p2", "s1", "s2"]
    assert not await live.is_live("nobody", "of-nobody")


async def test_after_the_end_nothing_is_alive_not_even_what_has_no_id(live: LiveSessions) -> None:
    await live.end("p1", "of-p1")
    assert await alive(live) == ["p2", "s1", "s2"]
    assert not await live.is_live("p1", "")


async def test_an_earlier_session_ends_no_later_one(live: LiveSessions) -> None:
    await live.begin("p1", "second", ABOUT["p1"])
    await live.end("p1", "of-p1")
    assert await live.is_live("p1", "second")


@pytest.mark.parametrize(
    ("whose", "ended"),
    [
        ({"company_id": "C1"}, ["p1"]),
        ({"staff": "ana"}, ["s1"]),
        ({"staff": "eva"}, []),
        ({}, ["p1", "p2", "s1", "s2"]),
    ],
    ids=["a company", "one of the staff", "nobody", "everybody"],
)
async def test_those_who_are_meant_are_put_out_and_told_once(
    live: LiveSessions, objects: S3Objects, whose: dict[str, str], ended: list[str]
) -> None:
    assert list(live.end_all(**whose)) == [ABOUT[person] for person in ended]
    assert await alive(live) == [person for person in ABOUT if person not in ended]
    assert list(live.end_all(**whose)) == []
    assert len(list(objects.list(SESSIONS))) == len(ABOUT)
