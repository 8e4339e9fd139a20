"""The trail: nothing is missing of it but what is said to be, and nobody changes it unseen."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from audit_trail.asker import Asker, asking
from audit_trail.chain import lines_of, verify
from audit_trail.events import EventName
from audit_trail.trail import MOST_WAITING, Trail
from domain.bucket import AUDIT
from domain.errors import StoreUnavailableError

NOW = datetime(2026, 12, 1, 15, 0, 0, 123_456, tzinfo=UTC)


@dataclass
class Kept:
    data: bytes


@dataclass
class Shelf:
    """A store that can be away, and can take what it is given and lose the answer."""

    objects: dict[str, Kept] = field(default_factory=dict)
    is_away: bool = False
    loses_answers: bool = False
    locked: list[datetime | None] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def put_new(self, key: str, data: bytes, _: str, *, locked_until: datetime | None = None) -> bool:
        self.asked.set()
        if self.is_away:
            raise StoreUnavailableError("S3 PutObject: away")
        self.locked.append(locked_until)
        was_free = key not in self.objects
        self.objects.setdefault(key, Kept(data))
        if self.loses_answers:
            raise StoreUnavailableError("S3 PutObject: the answer was lost")
        return was_free

    def get(self, key: str) -> Kept | None:
        return self.objects.get(key)

    def events(self) -> list[str]:
        """What is stored, in its order, an action or else an event each."""
        found = [each for key in sorted(self.objects) for each in lines_of(self.objects[key].data)[1]]
        return [each.action or each.event.value for each in found]

    def list(self, prefix: str) -> Iterator[tuple[str, str]]:
        yield from ((key, "") for key in sorted(self.objects) if key.startswith(prefix))


def trail_over(shelf: Shelf, say: Callable[[str], object] = lambda _: None, **options: timedelta) -> Trail:
    return Trail(shelf, lambda: NOW, say, **options)


async def test_a_change_is_stored_before_it_is_made() -> None:
    shelf = Shelf()
    trail = trail_over(shelf)

    await trail.before("payment_confirmed", "C1001", "FV-77")

    assert shelf.events() == ["payment_confirmed"]
    assert verify(shelf).problems == []


async def test_changes_that_come_together_are_stored_together_and_none_twice() -> None:
    shelf = Shelf()
    trail = trail_over(shelf)

    await asyncio.gather(*(trail.before(f"change_{number}", "C1001", None) for number in range(40)))

    assert shelf.events() == [f"change_{number}" for number in range(40)]
    assert len(shelf.objects) < 40


async def test_what_is_not_a_change_is_stored_by_itself_and_at_the_end_at_the_latest() -> None:
    shelf, said = Shelf(), list[str]()
    trail = trail_over(shelf, said.append)

    async with trail.running():
        trail.note(EventName.READ, "200", kept=True, action="GET /soporte/casos/{company_id}", company_id="C1001")
        assert await asyncio.to_thread(shelf.asked.wait, 15)
        trail.note(EventName.READ, "200", kept=True, action="GET /carta/carta.pdf", company_id="C1001")
        trail.note(EventName.REFUSED, "401", kept=False, action="GET /soporte")

    expected = ["sys_startup", "GET /soporte/casos/{company_id}", "GET /carta/carta.pdf", "sys_shutdown"]
    assert shelf.events() == expected
    found = verify(shelf)
    assert (found.events, found.problems, found.unfinished) == (4, [], 0)
    assert [json.loads(line)["event"] for line in said].count("authz_fail") == 1


async def test_a_process_that_was_killed_leaves_a_chain_that_holds_and_is_named_unfinished() -> None:
    shelf = Shelf()
    for _ in range(2):
        trail = trail_over(shelf)
        await trail.before("payment_confirmed", "C1001", "FV-77")
        await trail.before("loan_revoked", "C1001", None)

    found = verify(shelf)

    assert (found.chains, found.batches, found.events, found.unfinished) == (2, 4, 4, 2)
    assert found.problems == []


async def test_while_the_store_is_away_changes_go_on_and_are_stored_once_it_is_back() -> None:
    shelf, said = Shelf(is_away=True), list[str]()
    trail = trail_over(shelf, said.append)

    async with trail.running():
        await trail.before("payment_confirmed", "C1001", "FV-77")
        await trail.before("payment_confirmed", "C1002", "FV-78")
        shelf.is_away = False

    assert shelf.events() == ["sys_startup", "payment_confirmed", "payment_confirmed", "sys_shutdown"]
    assert [json.loads(line)["event"] for line in said].count("sensitive_update") == 2


async def test_once_the_store_is_back_a_change_is_stored_before_it_is_made_again() -> None:
    shelf = Shelf(is_away=True)
    trail = trail_over(shelf)

    async with trail.running():
        await trail.before("payment_confirmed", "C1001", "FV-77")
        shelf.asked.clear()
        shelf.is_away = False
        assert await asyncio.to_thread(shelf.asked.wait, 60)
        await trail.before("loan_revoked", "C1001", None)
        assert shelf.events() == ["sys_startup", "payment_confirmed", "loan_revoked"]


async def test_a_batch_whose_answer_was_lost_is_the_same_when_it_is_stored_again() -> None:
    shelf = Shelf(loses_answers=True)
    trail = trail_over(shelf)

    async with trail.running():
        await trail.before("payment_confirmed", "C1001", "FV-77")
        await trail.before("loan_revoked", "C1001", None)
        shelf.loses_answers = False

    assert shelf.events() == ["sys_startup", "payment_confirmed", "loan_revoked", "sys_shutdown"]
    assert verify(shelf).problems == []


async def test_whoever_goes_away_while_a_batch_is_stored_leaves_the_chain_whole() -> None:
    shelf = Shelf()
    trail = trail_over(shelf)

    async with trail.running():
        going = [asyncio.create_task(trail.before(f"change_{number}", "C1001", None)) for number in range(20)]
        await asyncio.to_thread(shelf.asked.wait)
        for each in going:
            each.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        await trail.before("last", "C1001", None)

    assert [each for each in shelf.events() if each.startswith("change")] == [f"change_{n}" for n in range(20)]
    assert verify(shelf).problems == []


async def test_lines_beyond_what_may_wait_are_gone_from_the_store_and_their_number_is_told() -> None:
    shelf, said = Shelf(is_away=True), list[str]()
    trail = trail_over(shelf, said.append)
    await trail.before("first", "C1001", None)
    for _ in range(MOST_WAITING + 7):
        trail.note(EventName.READ, "200", kept=True, action="read")

    async with trail.running():
        shelf.is_away = False

    stored = shelf.events()
    assert stored[0] == "first"
    assert "sys_monitor_disabled" in stored
    assert sum(json.loads(line).get("action") == "read" for line in said) == MOST_WAITING + 7
    lost = next(json.loads(line)["outcome"] for line in said if "sys_monitor_disabled" in line)
    assert stored.count("read") == MOST_WAITING + 7 - int(lost.split()[0])


async def test_a_line_names_who_asked_and_from_where_and_what_is_not_known_is_left_out() -> None:
    shelf = Shelf()
    trail = trail_over(shelf)

    with asking(Asker(door="desk", address="192.0.2.7", request_id="r1")) as who:
        who.identify("d1g3st", "soporte")
        await trail.before("payment_confirmed", "C1001", "FV-77")

    [batch] = shelf.objects.values()
    assert json.loads(batch.data.splitlines()[1]) == {
        "at": "2026-12-01T15:00:00.123000Z",
        "event": "sensitive_update",
        "outcome": "requested",
        "door": "desk",
        "who": "d1g3st",
        "role": "soporte",
        "company_id": "C1001",
        "action": "payment_confirmed",
        "about": "FV-77",
        "address": "192.0.2.7",
        "request_id": "r1",
    }


async def test_a_line_of_somebody_who_acts_for_one_company_names_it_and_has_nothing_else_that_is_not_known() -> None:
    said = list[str]()

    with asking(Asker(door="portal", request_id="r1")) as who:
        who.identify("d1g3st", "representante", "C1001")
        trail_over(Shelf(), said.append).note(EventName.READ, "200", kept=False)
    trail_over(Shelf(), said.append).note(EventName.READ, "200", kept=False)

    inside, outside = (json.loads(line) for line in said)
    known = {"at", "event", "outcome", "door", "request_id"}
    assert set(inside) == known | {"who", "role", "company_id"}
    assert inside["company_id"] == "C1001"
    assert (set(outside), outside["door"]) == (known, "process")


async def test_a_process_that_did_nothing_leaves_nothing() -> None:
    shelf = Shelf()

    await trail_over(shelf).close()

    assert shelf.objects == {}


async def test_what_a_process_that_ends_could_not_store_is_known(caplog: pytest.LogCaptureFixture) -> None:
    trail = trail_over(Shelf(is_away=True))
    await trail.before("loan_revoked", "C1001", None)
    trail.note(EventName.READ, "200", kept=True, action="read")

    await trail.close()

    told = [json.loads(line) for line in trail.unstored]
    assert [each.get("action", each["event"]) for each in told] == ["loan_revoked", "read", "sys_shutdown"]
    assert "the trail can't be stored" in caplog.text


async def test_what_is_stored_is_locked_for_as_long_as_is_asked() -> None:
    shelf = Shelf()

    await trail_over(shelf, lock=timedelta(days=400)).before("loan_revoked", "C1001", None)
    await trail_over(shelf).before("loan_revoked", "C1001", None)

    assert shelf.locked == [NOW + timedelta(days=400), None]


async def stored_trail() -> Shelf:
    shelf = Shelf()
    trail = trail_over(shelf)
    async with trail.running():
        for number in range(3):
            await trail.before(f"change_{number}", "C1001", None)
    return shelf


@pytest.mark.parametrize("place", range(4))
async def test_one_changed_byte_in_any_batch_is_found(place: int) -> None:
    shelf = await stored_trail()
    key = sorted(shelf.objects)[place]
    for index in range(len(shelf.objects[key].data)):
        data = bytearray(shelf.objects[key].data)
        data[index] ^= 1
        changed = Shelf(objects={**shelf.objects, key: Kept(bytes(data))})
        assert any(key in problem for problem in verify(changed).problems)


@pytest.mark.parametrize("place", range(3))
async def test_a_batch_that_was_taken_out_is_missed(place: int) -> None:
    shelf = await stored_trail()
    del shelf.objects[sorted(shelf.objects)[place]]

    assert verify(shelf).problems


async def test_what_was_put_in_is_found() -> None:
    shelf = await stored_trail()
    foreign = await stored_trail()
    [key, *_] = sorted(foreign.objects)
    shelf.objects[f"{AUDIT}{min(shelf.objects).split('/')[1]}/{key.split('/')[2]}"] = foreign.objects[key]
    shelf.objects[f"{AUDIT}note.txt"] = Kept(b"hello")

    assert len(verify(shelf).problems) >= 2
