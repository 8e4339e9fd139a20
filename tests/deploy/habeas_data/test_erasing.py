"""Erasing a company's data: nothing is left but what the answer names, wherever one looks."""

import dataclasses
import json
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.service import RPCError

from adapters import profiles
from adapters.activations import Activations
from adapters.case_removal import CaseRemoval
from adapters.given_files import WrongInputError
from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions, Version
from deploy.habeas_data.erase import erase, rehearse
from deploy.habeas_data.ground import Ground
from deploy.habeas_data.holdings import trail_events
from deploy.habeas_data.plan import WHY, WHY_LOCKED
from deploy.habeas_data.reasons import checked_reason
from domain import bucket
from domain.calendar import bogota_date
from domain.errors import NoWorkerError, StoreUnavailableError, TemporalUnavailableError
from domain.kinds import Fate, kind_of, upload_of
from domain.retention import years_after
from stack.mail_sink import MailSink
from tests.support import builders, s3_servers
from tests.support.deploy.losing import keeping_worker
from tests.support.encryption import ring_file
from tests.support.planted import (
    CANARIES,
    COMPANY,
    REPRESENTATIVE,
    TYPED,
    Planted,
    grounded_on,
    prepare,
    stored,
)
from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import ORDINARY_DAY, World, encrypted, world_of_its_own

pytestmark = pytest.mark.takes_minutes

REASON = "PQR 2026-118"
SERVERS_OF_THE_TESTS = {"mail.debug", "mail.log"}


def canaries_in(data: bytes) -> set[str]:
    """Return which are found, however JSON or a header may have written them."""
    return {
        each
        for each in CANARIES
        if any(form in data for form in (each.encode(), json.dumps(each)[1:-1].encode(), each.encode("utf-16-le")))
    }


KEPT = {"mark", "signed_letter", "first_acceptance", "revocation", "consent", "trail", "batch", "proposal", "erasure"}


async def test_after_an_erasure_nothing_is_left_but_what_it_names(
    own_world: World, company: Planted, ground: Ground, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = stored(own_world)
    assert {canary for data in before.values() for canary in canaries_in(data)} == set(CANARIES)
    assert canaries_in((await company.case.history_json()).encode() + await typed(company)) == {TYPED}
    rehearsed = await rehearse(ground, company.company_id, keep_case=False)
    assert stored(own_world) == before

    answer = await erase(ground, company.company_id, REASON, keep_case=False)

    named = {each["key"]: each for each in answer["kept"]}
    left = stored(own_world)
    assert {key for key, _ in left if not key.startswith("audit/")} <= set(named)
    assert {canary for data in left.values() for canary in canaries_in(data)} == set()
    assert {each["kind"] for each in named.values()} == KEPT
    assert rehearsed is not None
    promised = {each["key"] for each in rehearsed["kept"]}
    assert promised == {key for key in named if not key.startswith(("audit/", "erasures/"))}
    uploads = {upload_of(company.company_id, key) for key in named if named[key]["kind"] == "signed_letter"}
    assert uploads == {company.accepted}
    assert set(company.shared) <= set(named)
    ends_on = date.fromisoformat(answer["loan_ends_on"])
    assert named[bucket.first_acceptance_key(company.company_id)]["until"] == str(years_after(ends_on, 10))
    with pytest.raises(RPCError, match="not found"):
        await company.case.handle.describe()
    assert await ground.removal.runs(company.company_id) == []
    logged = {each.name for each in caplog.records if canaries_in(f"{each.getMessage()}{each.exc_info}".encode())}
    assert logged - SERVERS_OF_THE_TESTS == set()
    on_disk = files_below(tmp_path)
    # What the answer calls not reached: mails that were delivered, and pages of Temporal's database that were freed.
    assert {each for path, found in on_disk.items() if path.suffix != ".eml" for each in found} <= {TYPED}
    assert len(answer["not_reached"]) == 4

    again = await erase(ground, company.company_id, REASON, keep_case=False)

    assert again["removed"] == {"temporal_runs": 0}
    assert {each["key"] for each in again["kept"]} >= set(named)
    said = [each for batch in trail_events(ground.store, company.company_id) for each in batch.events]
    on_record = [each.outcome for each in said if each.action == "data_erased"]
    assert on_record == ["requested", "success", "requested"]


def files_below(folder: Path) -> dict[Path, set[str]]:
    return {each: canaries_in(each.read_bytes()) for each in folder.rglob("*") if each.is_file()}


async def typed(company: Planted) -> bytes:
    """Return what the case says in words, since a history has them encoded."""
    return json.dumps(await company.case.status(), ensure_ascii=False).encode()


async def test_a_case_that_goes_on_keeps_what_it_needs_and_nothing_else(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    rejected = await attach_doubtful(case)
    await case.signal("letter_reviewed", decision="reject", reason="no")
    await case.settle()
    before = {key for key, _ in stored(own_world)}

    answer = await erase(ground, case.company_id, REASON, keep_case=True)

    left = {key for key, _ in stored(own_world) if not key.startswith(("audit/", "erasures/"))}
    gone = {each for each in before if rejected in each and not each.startswith("notices/")}
    assert (answer["case"], left) == ("goes on", before - gone)
    assert {kind_of(case.company_id, each).name for each in gone} == {"upload", "signed_letter", "flattened_letter"}
    await case.with_loan()
    assert (await case.settle())["entitlement"] == "loan"
    assert {each["why"] for each in answer["kept"] if each["kind"] == "company"} == {WHY[Fate.GOES_WITH_CASE]}


async def test_an_erasure_that_broke_off_is_finished_by_the_next(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    await attach_doubtful(case)
    await case.signal("letter_reviewed", decision="accept", reason="seen")
    await case.settle()
    upload_id = (await case.status())["letter"]["attached"]

    class BreaksOff(S3Versions):
        def remove(self, versions: Iterable[Version]) -> tuple[Version, ...]:
            super().remove([each for each in versions if each.key.startswith("cases/")])
            raise StoreUnavailableError("away")

    store = BreaksOff(own_world.objects._client, own_world.settings.s3.bucket)
    with pytest.raises(StoreUnavailableError):
        await erase(dataclasses.replace(ground, store=store), case.company_id, REASON, keep_case=False)
    await ground.removal.remove(case.company_id, open_too=True)

    answer = await erase(ground, case.company_id, REASON, keep_case=False)

    # Nobody but the case knew that a person had accepted it, and the case is gone.
    assert bucket.signed_letter_key(case.company_id, upload_id) in {each["key"] for each in answer["kept"]}
    assert {key.partition("/")[0] for key, _ in stored(own_world)} == {
        "signed",
        "loans",
        "audit",
        "erasures",
        "directory",
    }


async def test_what_a_case_knew_when_it_was_closed_for_it_goes_too(
    tmp_path: Path, moto_url: str, mail_sink: MailSink
) -> None:
    async with world_of_its_own(tmp_path, moto_url, mail_sink, begins=ORDINARY_DAY) as world:
        prepare(world)
        async with keeping_worker(world) as keeper, grounded_on(world) as ground:
            case = await world.start()
            await case.settle()
            await erase(ground, case.company_id, REASON, keep_case=False)
            assert await keeper.flush()
        assert {key for key, _ in stored(world) if key.startswith(bucket.SNAPSHOTS)} == set()


async def test_what_the_store_has_locked_is_named_with_its_day(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    await case.settle()
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    ground.store.lock(bucket.company_key(case.company_id), until)

    answer = await erase(ground, case.company_id, REASON, keep_case=False)

    [kept] = [each for each in answer["kept"] if each["kind"] == "company"]
    assert (kept["why"], kept["until"]) == (WHY_LOCKED, str(bogota_date(until)))


async def test_an_open_case_without_a_worker_loses_nothing(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> None:
    async with world_of_its_own(tmp_path, moto_url, mail_sink) as world:
        prepare(world)
        company_id = (await world.start(opens=False)).company_id
        before = stored(world)
        async with grounded_on(world) as patient:
            ground = dataclasses.replace(patient, cases=Activations(world.client, world.objects))
            with pytest.raises(NoWorkerError):
                await erase(ground, company_id, REASON, keep_case=False)

        assert {key for key in stored(world) if not key[0].startswith("audit/")} == set(before)


async def test_a_companys_key_goes_too_and_what_broke_off_after_that_is_finished_all_the_same(
    tmp_path: Path, moto_url: str, mail_sink: MailSink
) -> None:
    class Away(CaseRemoval):
        async def remove(self, *_: object, **__: object) -> int:
            raise TemporalUnavailableError("away")

    async with world_of_its_own(tmp_path / "temporal", moto_url, mail_sink, begins=ORDINARY_DAY) as plain:
        world = await encrypted(plain, ring_file(tmp_path / "ring.json"))
        prepare(world)
        async with world.worker(), grounded_on(world) as ground:
            case = await world.start()
            await case.settle()
            key = bucket.wrapped_key(case.company_id)
            assert world.objects.get(key) is not None
            with pytest.raises(TemporalUnavailableError):
                await erase(
                    dataclasses.replace(ground, removal=Away(world.client)), case.company_id, REASON, keep_case=False
                )

        assert key not in {name for name, _ in stored(world)}
        async with grounded_on(world) as ground:
            answer = await erase(ground, case.company_id, REASON, keep_case=False)
        assert answer["removed"]["temporal_runs"] == 1
        assert key not in {name for name, _ in stored(world)}


@pytest.fixture
def profiled(moto_url: str) -> tuple[S3Objects, S3Versions]:
    """A bucket with a company, its representative, and the one before."""
    client, bucket = s3_servers.new_bucket(moto_url)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    objects = S3Objects(client, bucket)
    profiles.store_company(objects, builders.company(**COMPANY, company_id="C1"))
    for changes in ({"full_name": "Vecinita Quetzalpín"}, {}):
        person = builders.representative(**{**REPRESENTATIVE, **changes})
        profiles.store_representative(objects, "C1", person, None)
    return objects, S3Versions(client, bucket)


@pytest.mark.parametrize(
    "reason",
    [
        "lo pide Zoraida",
        "canario-once@quimbaya.example.co lo pide",
        "NIT 890903938-8",
        pytest.param("lo pidio vecinita QUETZALPIN", id="the representative of before, without an accent"),
    ],
)
def test_a_reason_that_names_somebody_is_refused_since_it_stays(
    profiled: tuple[S3Objects, S3Versions], reason: str
) -> None:
    assert checked_reason(*profiled, "C1", REASON) == REASON
    with pytest.raises(WrongInputError, match="stays on record"):
        checked_reason(*profiled, "C1", reason)


def test_a_reason_without_a_word_says_what_to_write(profiled: tuple[S3Objects, S3Versions]) -> None:
    with pytest.raises(WrongInputError, match='say the number of the request, as in "PQR 2026-118"'):
        checked_reason(*profiled, "C1", " ")


async def test_once_the_data_are_gone_the_reason_of_their_erasure_stands(own_world: World, ground: Ground) -> None:
    case = await own_world.start(legal_name="Zoraida y Cía.")
    await erase(ground, case.company_id, REASON, keep_case=False)

    assert checked_reason(ground.objects, ground.store, case.company_id, "lo pide Zoraida") == REASON
