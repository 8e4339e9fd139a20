"""What a store can't know: which letters were accepted, and when a loan ends."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.habeas_data.erase import erase
from deploy.habeas_data.ground import Ground
from deploy.habeas_data.letters_on_record import on_record
from deploy.retention import keep
from domain import bucket
from domain.calendar import BOGOTA, bogota_instant
from domain.errors import ActivaError
from domain.retention import Retention
from stack.mail_sink import MailSink
from tests.support import s3_servers
from tests.support.planted import grounded_on, prepare, stored
from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import ORDINARY_DAY, World, world_of_its_own

NOTHING = {"locked": 0, "tagged": 0, "waiting": 0, "unanswered": 0, "erased": 0}


@pytest_asyncio.fixture(loop_scope="session")
async def own_world(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    async with world_of_its_own(tmp_path, moto_url, mail_sink, begins=ORDINARY_DAY) as made, made.worker():
        prepare(made)
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def ground(own_world: World) -> AsyncIterator[Ground]:
    async with grounded_on(own_world) as made:
        yield made


def locked_until(ground: Ground, key: str) -> date | None:
    found = ground.store.protection(key)
    assert found is not None, key
    return None if found.locked_until is None else found.locked_until.astimezone(BOGOTA).date()


def is_tagged(ground: Ground, key: str) -> bool:
    found = ground.store.protection(key)
    return found is not None and found.is_tagged


async def test_an_accepted_letter_is_locked_until_ten_years_after_the_loan(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    answer = await case.with_loan()
    upload_id, ends_on = answer["upload_id"], date.fromisoformat(answer["loan"]["ends_on"])
    verdict, letter = (each(case.company_id, upload_id) for each in (bucket.verdict_key, bucket.signed_letter_key))

    assert await keep(ground, dry_run=True) == {**NOTHING, "locked": 1}
    assert locked_until(ground, letter) is None
    assert await keep(ground) == {**NOTHING, "locked": 1}

    assert {locked_until(ground, each) for each in (verdict, letter)} == {ends_on.replace(year=ends_on.year + 10)}
    assert locked_until(ground, bucket.flattened_letter_key(case.company_id, upload_id)) is None
    [version] = ground.store.below(letter)
    assert ground.store.remove([version]) == (version,)
    assert await keep(ground) == NOTHING


async def test_what_was_not_accepted_is_tagged_whoever_judged_it(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    by_a_person = await attach_doubtful(case)
    assert await keep(ground) == {**NOTHING, "waiting": 1}
    await case.signal("letter_reviewed", decision="reject", reason="no")
    by_the_machine = (await case.attach(b"%PDF-1.7 broken"))["upload_id"]
    await case.settle()

    assert await keep(ground) == {**NOTHING, "tagged": 2}

    company_id = case.company_id
    tagged = {key for key, _ in own_world.objects.list(f"{bucket.SIGNED}{company_id}/") if is_tagged(ground, key)}
    assert tagged == {
        bucket.verdict_key(company_id, by_the_machine),
        bucket.verdict_key(company_id, by_a_person),
        bucket.signed_letter_key(company_id, by_a_person),
        bucket.flattened_letter_key(company_id, by_a_person),
    }


async def test_what_a_person_accepted_is_locked(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    upload_id = await attach_doubtful(case)
    await case.signal("letter_reviewed", decision="accept", reason="seen")
    await case.settle()

    assert await keep(ground) == {**NOTHING, "locked": 1}

    assert locked_until(ground, bucket.signed_letter_key(case.company_id, upload_id)) is not None
    assert not is_tagged(ground, bucket.signed_letter_key(case.company_id, upload_id))


async def test_where_no_case_tells_what_a_person_decided_a_letter_stays(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    upload_id = await attach_doubtful(case)
    await case.handle.terminate("as if Temporal were lost")
    await ground.removal.remove(case.company_id, open_too=True)

    assert await keep(ground) == {**NOTHING, "waiting": 1}

    record = on_record(own_world.objects, case.company_id, None, 30)
    assert record.untold == {upload_id}
    answer = await erase(ground, case.company_id, "PQR 1", keep_case=False)
    assert bucket.signed_letter_key(case.company_id, upload_id) in {each["key"] for each in answer["kept"]}


async def test_a_store_without_locks_says_so_and_is_left_alone_when_none_are_wanted(
    own_world: World, ground: Ground
) -> None:
    case = await own_world.start()
    upload_id = (await case.with_loan())["upload_id"]
    plain = s3_servers.new_bucket(str(own_world.settings.s3.endpoint_url))
    for (key, _), data in stored(own_world).items():
        plain[0].put_object(Bucket=plain[1], Key=key, Body=data)
    without = dataclasses.replace(ground, store=type(ground.store)(*plain), objects=type(ground.objects)(*plain))

    with pytest.raises(ActivaError, match=r"has no Object Lock: run `python -m deploy\.bootstrap`, or set"):
        await keep(without)

    unlocked = own_world.settings.model_copy(update={"retention": Retention(lock_letters=False)})
    assert await keep(dataclasses.replace(without, settings=unlocked)) == NOTHING
    assert not is_tagged(without, bucket.verdict_key(case.company_id, upload_id))


async def test_a_case_that_nobody_answers_for_is_left_for_the_next_day(
    tmp_path: Path, moto_url: str, mail_sink: MailSink
) -> None:
    async with world_of_its_own(tmp_path, moto_url, mail_sink) as world:
        prepare(world)
        async with world.worker():
            case = await world.start()
            await attach_doubtful(case)
        async with grounded_on(world) as ground:
            assert await keep(ground) == {**NOTHING, "unanswered": 1}


async def test_what_an_erasure_left_goes_when_its_day_is_past(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    await case.with_loan()
    kept = (await erase(ground, case.company_id, "PQR 1", keep_case=False))["kept"]
    last = max(date.fromisoformat(each["until"]) for each in kept if each["kind"] != "trail")
    unlocked = own_world.settings.model_copy(update={"retention": Retention(lock_letters=False)})
    then = dataclasses.replace(ground, settings=unlocked, now=lambda: bogota_instant(last, time(12)))
    assert (await keep(then))["erased"] == 0

    later = dataclasses.replace(then, now=lambda: bogota_instant(last + timedelta(days=1), time(12)))
    assert (await keep(later))["erased"] == 1

    assert {key.partition("/")[0] for key, _ in stored(own_world)} == {"audit"}
    assert (await keep(later))["erased"] == 0
