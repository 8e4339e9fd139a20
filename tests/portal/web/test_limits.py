"""How often something may be asked for, and what asking again and again does to a case: nothing."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError
from pydantic import ValidationError

from portal.web.limits import Limits, TooOftenError
from serving import Serving
from settings import Portal
from tests.support.portal.limited import ADDRESS, MORE, let_through, until_refused
from tests.support.portal.visiting import FORM, SECRET, Site, Visitor, title_of
from tests.support.world import World

TIMES = 60


def portal(**changes: Any) -> Portal:
    addresses = dict.fromkeys(("issuer", "jwks", "login_url", "checkout_url"), "https://lender.example.com/x")
    return Portal(session_secret=SECRET, **addresses, **changes)


class Lost(MemoryStorage):
    """A store that can't be reached."""

    async def acquire_sliding_window_entry(self, *_: Any, **__: Any) -> bool:
        raise StorageError(ConnectionRefusedError())


async def length(visitor: Visitor) -> int:
    return (await visitor.case.handle.describe()).history_length


async def test_looking_whether_it_is_paid_writes_nothing(visitor: Visitor) -> None:
    await visitor.case.settle()
    before = await length(visitor)
    for _ in range(TIMES):
        assert (await visitor.post("/pago/verificar")).headers["location"] == "/pago/resultado"
    assert await length(visitor) == before


async def test_asking_for_the_letter_again_writes_nothing(visitor: Visitor) -> None:
    await visitor.download_letter()
    await visitor.post("/carta/espera")
    await visitor.case.settle()
    before = await length(visitor)
    for _ in range(TIMES):
        assert (await visitor.post("/carta/espera")).headers["location"] == "/carta?descargar=1"
    assert await length(visitor) == before


async def test_data_that_were_corrected_and_put_back_have_their_letter(visitor: Visitor) -> None:
    digests = []
    for name in (FORM["full_name"], "Otra Persona", FORM["full_name"]):
        await visitor.post("/representante", **FORM | {"full_name": name})
        while (await visitor.post("/carta/espera")).status_code == 200:
            pass  # as the page itself does
        digests.append((await visitor.case.settle())["letter"]["sha256"])
    assert digests[0] != digests[1] != digests[2]


@pytest.mark.parametrize("path", ["/pago/verificar", "/carta/espera"])
async def test_a_session_that_looks_too_often_is_told_to_wait_and_another_is_not(
    portal_world: World, build_site: Callable[..., Site], path: str
) -> None:
    site, case = build_site(serving=Serving(polls_per_minute=2)), await portal_world.start()
    async with site.visitor(case) as visitor:
        await visitor.enter(sub="one")
        *answered, refused = await until_refused(lambda: visitor.client.post(path), 2)
        assert title_of(refused) == "Demasiados intentos · Activa"
        assert len(answered) >= 2
        assert int(refused.headers["retry-after"]) <= 60
    async with site.visitor(case) as other:
        await other.enter(sub="two")
        assert (await other.client.post(path)).status_code != 429


async def test_replicas_that_share_a_store_count_together() -> None:
    store = MemoryStorage()
    first, second, alone = (Limits(portal(entries_per_minute=20), each) for each in (store, store, None))
    assert await let_through(first, 15) == 15
    assert 5 <= await let_through(second, 15) < 15
    with pytest.raises(TooOftenError):
        await first.entry(ADDRESS)
    await first.entry("203.0.113.8")
    assert await let_through(alone, 15) == 15


async def test_a_store_is_told_nobodys_address() -> None:
    store = MemoryStorage()
    await Limits(portal(), store).entry(ADDRESS)
    assert store.storage
    assert not any(ADDRESS in key for key in store.storage)


async def test_while_the_store_does_not_answer_each_replica_counts_by_itself_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = Limits(portal(entries_per_minute=20), Lost())
    with caplog.at_level(logging.WARNING):
        assert 20 <= await let_through(limits, 40) <= 20 + MORE
    assert [each.getMessage()[:46] for each in caplog.records] == ["what ACTIVA_PORTAL__SERVING__COUNTED_IN names "]


def test_a_store_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="must begin with redis://, rediss://, memcached://"):
        Serving(counted_in="mongodb://x")
