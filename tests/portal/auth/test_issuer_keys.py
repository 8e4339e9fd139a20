"""The issuer's keys: read when they are needed, never so that somebody who waits for nothing waits for them."""

import asyncio
import contextlib
from datetime import timedelta
from threading import Event
from typing import IO

import pytest

from portal.auth import issuer_keys
from portal.auth.issuer_keys import IssuerKeys, KeysUnavailableError
from tests.support.portal.issuing import Issuer, published

HOURS = timedelta(hours=24)


class Place:
    """The keys at an issuer's, by a clock that stands where it is put."""

    def __init__(self, issuer: Issuer) -> None:
        self.now = 0.0
        self.keys = IssuerKeys(issuer.url, clock=lambda: self.now, stale_for=HOURS)

    async def ids(self, kid: str = "one") -> list[str | None]:
        return [key.kid for key in (await self.keys.current(kid)).keys]

    async def read(self) -> None:
        """Wait for the reading that runs beside the work."""
        assert self.keys._reading is not None
        await self.keys._reading


@pytest.fixture
def place(issuer: Issuer) -> Place:
    issuer.document = {"keys": [published("one")[1]]}
    return Place(issuer)


async def test_a_rotated_key_works_at_once(issuer: Issuer, place: Place) -> None:
    assert await place.ids() == ["one"]
    issuer.document = {"keys": [published("one")[1], published("two")[1]]}
    place.now = 31.0
    assert await place.ids("two") == ["one", "two"]
    assert issuer.asked == 2


async def test_forged_key_ids_are_not_fetched_for_again_and_again(issuer: Issuer, place: Place) -> None:
    await place.ids()
    for second in range(3600):
        place.now = float(second)
        await place.ids(f"forged-{second}")
    # After 30 s, 1, 2, 4 and 8 minutes, then every ten: six of those are what an hour costs anyway.
    assert issuer.asked <= 1 + 5 + 5


async def test_a_known_key_never_waits_for_one_that_nobody_knows(issuer: Issuer, place: Place) -> None:
    await place.ids()
    issuer.held.clear()
    place.now = 31.0
    waiting = asyncio.create_task(place.ids("forged"))
    await asyncio.sleep(0)
    assert await place.ids() == ["one"]
    assert not waiting.done()
    issuer.held.set()
    assert await waiting == ["one"]


async def test_old_keys_are_read_again_beside_the_work(issuer: Issuer, place: Place) -> None:
    await place.ids()
    issuer.document = {"keys": [published("one")[1], published("two")[1]]}
    place.now = 601.0
    assert await place.ids() == ["one"]
    await place.read()
    assert (await place.ids(), issuer.asked) == (["one", "two"], 2)


async def test_known_keys_serve_on_while_their_place_is_down_until_they_are_too_old(
    issuer: Issuer, place: Place
) -> None:
    await place.ids()
    issuer.document = {"nonsense": True}
    place.now = HOURS.total_seconds()
    assert await place.ids() == ["one"]
    await place.read()
    place.now += 31
    with pytest.raises(KeysUnavailableError, match="KeyError"):
        await place.ids()
    issuer.document = {"keys": [published("one")[1]]}
    place.now += 31
    assert await place.ids() == ["one"]


async def test_an_answer_that_trickles_is_given_up(
    issuer: Issuer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "WITHIN_SECONDS", 0.3)
    over = Event()

    def trickle(out: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            while not over.wait(0.02):
                out.write(b" ")
                out.flush()

    issuer.instead = trickle
    try:
        async with asyncio.timeout(30):
            with pytest.raises(KeysUnavailableError):
                await place.ids()
    finally:
        over.set()


async def test_too_many_keys_are_none(issuer: Issuer, place: Place) -> None:
    [key] = issuer.document["keys"]
    issuer.document = {"keys": [key | {"kid": f"{number}"} for number in range(51)]}
    with pytest.raises(KeysUnavailableError, match="ValueError"):
        await place.ids()
    issuer.document = {"keys": [key] * 50}
    place.now = 3.0
    assert await place.ids() == ["one"]


async def test_while_no_key_is_known_nobody_queues_for_the_next_try(issuer: Issuer, place: Place) -> None:
    good, issuer.document = issuer.document, {}
    answers = await asyncio.gather(*(place.ids() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(each, KeysUnavailableError) for each in answers)
    assert issuer.asked == 1
    issuer.document, place.now = good, 3.0
    assert await place.ids() == ["one"]
