"""A whole case with encryption on: Temporal holds nothing to be read, and nothing fails by it."""

import asyncio
import base64
import contextlib
import dataclasses
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.common import RawValue
from temporalio.worker import Replayer

from adapters import profiles
from adapters.batches import Batches
from adapters.case_histories import CaseHistories
from adapters.encryption import codec
from adapters.encryption.ring import RetiredKeyError, Ring, RingKeys, write_ring
from adapters.encryption.rotation import erase, rewrap
from adapters.s3 import S3Objects
from adapters.temporal import data_converter
from domain.bucket import KEYS
from domain.contract import TASK_QUEUE, WORKFLOW_TYPE
from domain.errors import StoreUnavailableError
from domain.messages.models import RemindersMuted
from tests.support import builders, s3_servers
from tests.support.encryption import file_key, ring_file
from tests.support.workflows.costs import a_life
from tests.support.workflows.readable import readable_payloads
from tests.support.world import CaseUnderTest, World, encrypted
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

pytestmark = pytest.mark.takes_minutes

Json = dict[str, Any]
TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED

SEALED_OR_INSTANT = r'"data": "[^"]*"|"[0-9-]{10}T[0-9:.]+Z"'
"""What a short text may stand in by chance."""


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    return ring_file(tmp_path / "ring.json")


@pytest.fixture
def objects(moto_url: str) -> S3Objects:
    """A bucket in which no other test's keys lie."""
    return S3Objects(*s3_servers.new_bucket(moto_url))


@pytest.fixture
async def secret_world(idle_world: World, ring: Path) -> World:
    return await encrypted(idle_world, ring)


def failures_in(node: object) -> Iterator[str]:
    """Yield the text of every failure of a history."""
    if isinstance(node, list):
        for each in node:
            yield from failures_in(each)
    elif isinstance(node, dict):
        if "message" in node and "applicationFailureInfo" in node:
            yield node["message"]
        for each in node.values():
            yield from failures_in(each)


async def raw_history(case: CaseUnderTest) -> str:
    return (await case.handle.fetch_history()).to_json()


async def test_a_life_leaves_nothing_to_be_read_in_temporal(secret_world: World) -> None:
    async with secret_world.worker():
        case = await secret_world.start()
        first_run = (await case.handle.describe()).run_id
        await case.signal("letter_reviewed", decision="reject", reason="no hay carta")
        await a_life(case, reminders=1)
        facts = await case.settle()
        details = await case.details()

    runs = [secret_world.client.get_workflow_handle(case.handle.id, run_id=first_run), case.handle]
    histories = [(await each.fetch_history()).to_json() for each in runs]
    assert facts["stage"] == "certificate_active"
    assert "certificate_active" in details
    folio = facts["letter"]["folio"]
    for history in histories:
        assert list(readable_payloads(json.loads(history))) == []
        in_clear = re.sub(SEALED_OR_INSTANT, "", history)
        for text in (folio, "FV-77", "297500", "5F01", "no hay carta", "support:ana", "loan_days", "Perfil de la"):
            assert text not in in_clear
            assert base64.b64encode(text.encode()).decode().rstrip("=")[:-1] not in history


async def test_who_has_the_ring_reads_what_temporal_keeps_every_run_of_it(secret_world: World) -> None:
    async with secret_world.worker():
        case = await secret_world.start()
        await a_life(case, reminders=1)
        told = await CaseHistories(secret_world.client).told(case.company_id)

    assert len(told) == 2  # the life, and the run that carries it on
    signals = [each for run in told.values() for each in run if each["event"] == "workflow_execution_signaled"]
    assert {each["what"] for each in signals} >= {"payment_confirmed", "certificate_issued"}
    [handed] = [start["carried"] for run in told.values() if "carried" in (start := run[0]["said"][0])]
    assert [each["reference"] for each in handed["track"]["payments"]] == ["FV-77"]


async def test_a_memo_is_encrypted_and_goes_along_into_the_next_run(secret_world: World) -> None:
    company = builders.company(company_id=f"T{uuid.uuid4().hex[:12]}")
    sha256 = await asyncio.to_thread(profiles.store_company, secret_world.objects, company)
    case = CaseUnderTest(secret_world, company.company_id)
    async with secret_world.worker():
        first = await secret_world.client.start_workflow(
            WORKFLOW_TYPE,
            {"company_id": company.company_id, "profile_sha256": sha256},
            id=case.handle.id,
            task_queue=TASK_QUEUE,
            memo={"note": "FV-77"},
        )
        await case.settle()
        await asyncio.gather(*(case.handle.signal("payment_confirmd", {"by": "billing"}) for _ in range(410)))
        await case.settle()
        described = await case.handle.describe()

    assert described.run_id != first.first_execution_run_id
    assert await described.memo() == {"note": "FV-77"}
    assert b"FV-77" not in described.raw_description.SerializeToString()


async def test_the_text_of_a_failure_is_not_readable(secret_world: World) -> None:
    async with secret_world.worker():
        case = await secret_world.start()
        with pytest.raises(Exception, match="update"):  # only the text of its cause is of interest
            await case.update("attach_letter", upload_id="not-there")
        await case.settle()

    history = json.loads(await raw_history(case))
    assert list(readable_payloads(history)) == []
    assert set(failures_in(history)) <= {"Encoded failure"}


async def test_plain_and_hostile_signals_never_wedge_a_case(secret_world: World) -> None:
    plain = await raw_client(secret_world)
    async with secret_world.worker():
        case = await secret_world.start()
        handle = plain.get_workflow_handle(case.handle.id)
        await handle.signal("payment_confirmed", {"reference": "FV-77", "amount_cop": 297_500, "by": "support:ana"})
        hostile = {"encoding": b"binary/encrypted", "encryption-company": case.company_id.encode()}
        for metadata in ({"encoding": b"binary/encrypted"}, hostile, {**hostile, "encryption-key-id": b"made-up"}):
            await handle.signal("payment_confirmed", RawValue(Payload(metadata=metadata, data=b"x" * 50)))
        facts = await case.settle()

    assert facts["payment"]["paid"]
    assert [each["code"] for each in facts["rejected_signals"]] == ["encoding_wrong"] * 3


async def test_a_case_that_began_in_clear_goes_on(idle_world: World, ring: Path) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.with_letter()
        await case.settle()
    first = await raw_history(case)

    private = await encrypted(idle_world, ring)
    case = CaseUnderTest(private, case.company_id)
    async with private.worker():
        await case.attach_scan()
        await case.pay()
        facts = await case.settle()

    assert facts["loan"]["starts_on"]
    assert "FV-77" not in await raw_history(case)
    assert list(readable_payloads(json.loads(first))) != []


async def test_what_was_encrypted_is_read_by_processes_that_only_read(secret_world: World, ring: Path) -> None:
    """The way back: encryption is turned off, and cases go on."""
    async with secret_world.worker():
        case = await secret_world.start()
        await case.with_letter()

    reading = await encrypted(secret_world, ring, reads_only=True)
    case = CaseUnderTest(reading, case.company_id)
    async with reading.worker():
        await case.attach_scan()
        facts = await case.settle()

    assert facts["loan"]["starts_on"]
    assert list(readable_payloads(json.loads(await raw_history(case)))) != []


@pytest.mark.timeout(900)
async def test_a_ring_is_rotated_while_cases_run_and_the_old_key_retired(
    idle_world: World, objects: S3Objects, tmp_path: Path
) -> None:
    old, new = file_key("2026-11"), file_key("2027-01")
    ring = ring_file(tmp_path / "ring.json", old)
    made = await encrypted(dataclasses.replace(idle_world, objects=objects), ring)
    async with made.worker():
        cases = [case for _ in range(5) for case in await asyncio.gather(*(made.start() for _ in range(10)))]
        write_ring(ring, RingKeys(keys=(old, new)))
        await asyncio.gather(*(case.with_letter() for case in cases))
        write_ring(ring, RingKeys(keys=(new, old)))
        later = [await made.start() for _ in range(3)]
        done = await asyncio.to_thread(rewrap, made.objects, Ring(ring))
        await asyncio.gather(*(case.pay() for case in (*cases, *later)))
        write_ring(ring, RingKeys(keys=(new,)))
        facts = [await case.settle() for case in (*cases, *later)]
    assert done.rewrapped >= 50
    assert all(each["payment"]["paid"] for each in facts)
    assert [case for case in cases if TASK_FAILED in types_of(await case.handle.fetch_history())] == []

    # A process that begins now has the new key alone, and reads everything.
    anew = await encrypted(made, ring)
    async with anew.worker():
        assert (await CaseUnderTest(anew, cases[0].company_id).status())["payment"]["paid"]


async def test_a_key_retired_too_early_is_refused_and_the_case_goes_on_once_it_is_back(
    idle_world: World, tmp_path: Path
) -> None:
    old, new = file_key("2026-11"), file_key("2027-01")
    ring = ring_file(tmp_path / "ring.json", old)
    made = await encrypted(idle_world, ring)
    async with made.worker():
        case = await made.start()
        await case.with_letter()
    write_ring(ring, RingKeys(keys=(new,)))
    early = await encrypted(idle_world, ring)

    with pytest.raises(RetiredKeyError, match=f"key of {case.company_id} is wrapped by 2026-11"):
        await CaseUnderTest(early, case.company_id).pay()
    plain = await raw_client(early)
    async with early.worker():
        handle = plain.get_workflow_handle(case.handle.id)
        await handle.signal("payment_confirmed", {"reference": "FV-77", "amount_cop": 297_500, "by": "support:ana"})
        await until_a_task_failed(handle)
        write_ring(ring, RingKeys(keys=(new, old)))
        facts = await CaseUnderTest(early, case.company_id).settle()

    assert facts["payment"]["paid"]


@pytest.mark.parametrize("opened", [False, True])
async def test_a_worker_without_the_ring_leaves_an_encrypted_case_as_it_is(secret_world: World, opened: bool) -> None:
    """It would be every case that is given to it, once a setting is forgotten on one machine."""
    async with contextlib.AsyncExitStack() as working:
        if opened:
            await working.enter_async_context(secret_world.worker())
        case = await secret_world.start(opens=opened)
    await case.pay()
    plain = await raw_client(secret_world)
    async with dataclasses.replace(secret_world, client=plain).worker():
        await until_a_task_failed(plain.get_workflow_handle(case.handle.id))

    async with secret_world.worker():
        facts = await case.settle()

    assert facts["payment"]["paid"]
    assert facts["rejected_signals"] == []


async def test_an_erased_companys_history_is_unreadable_and_anothers_replays(secret_world: World) -> None:
    async with secret_world.worker():
        erased, kept = await secret_world.start(), await secret_world.start()
        for case in (erased, kept):
            await case.with_loan()
            await case.signal("activation_closed", reason="pidió la supresión de sus datos")
            await case.handle.result()

    await asyncio.to_thread(erase, secret_world.objects, erased.company_id)

    anew = codec(secret_world.settings.encryption, secret_world.objects)
    assert anew is not None
    payloads = [await anew.decode(payloads_of(await case.handle.fetch_history())) for case in (erased, kept)]
    assert {bytes(each.metadata["encoding"]) for each in payloads[0]} == {b"binary/encrypted"}
    assert b"binary/encrypted" not in {bytes(each.metadata["encoding"]) for each in payloads[1]}
    await replay(await kept.handle.fetch_history(), anew, kept.handle.id)
    with pytest.raises(Exception, match="SealedInputError"):  # whatever the SDK makes of it
        await replay(await erased.handle.fetch_history(), anew, erased.handle.id)


async def test_a_case_waits_while_its_key_can_not_be_read(secret_world: World) -> None:
    async with secret_world.worker():
        case = await secret_world.start()
        await case.with_letter()
    away = Away(secret_world.objects)
    made = await encrypted(dataclasses.replace(secret_world, objects=away), secret_world.settings.encryption.ring)
    plain = await raw_client(made)
    async with made.worker():
        handle = plain.get_workflow_handle(case.handle.id)
        await handle.signal("payment_confirmed", {"reference": "FV-77", "amount_cop": 297_500, "by": "support:ana"})
        await until_a_task_failed(handle)
        away.is_away = False
        facts = await case.settle()

    assert facts["payment"]["paid"]


class Away(S3Objects):
    """A bucket whose keys can't be read for now."""

    def __init__(self, objects: S3Objects) -> None:
        super().__init__(objects._client, objects._bucket)
        self.is_away = True

    def get(self, key: str, limit_bytes: int | None = None) -> Any:
        if self.is_away and key.startswith(KEYS):
            raise StoreUnavailableError("S3 GetObject: SlowDown")
        return super().get(key, limit_bytes)


async def test_a_message_to_many_cases_reaches_each(secret_world: World) -> None:
    async with secret_world.worker():
        cases = [await secret_world.start() for _ in range(2)]
        message = RemindersMuted(until="2035-03-01", reason="mantenimiento", by="support:ana")
        companies = [case.company_id for case in cases]
        await Batches(secret_world.client).start(
            f"job-{companies[0]}", companies, "reminders_muted", message, reason="-", per_second=10
        )
        async with asyncio.timeout(60):
            for case in cases:
                while (await case.status())["reminders"]["muted_until"] is None:  # noqa: ASYNC110  # no event
                    await asyncio.sleep(0.2)

    for case in cases:
        assert list(readable_payloads(json.loads(await raw_history(case)))) == []


async def until_a_task_failed(handle: WorkflowHandle[Any, Any]) -> None:
    async with asyncio.timeout(60):
        while TASK_FAILED not in types_of(await handle.fetch_history()):  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.2)


def types_of(history: WorkflowHistory) -> set[int]:
    return {each.event_type for each in history.events}


def payloads_of(history: WorkflowHistory) -> list[Payload]:
    started = history.events[0].workflow_execution_started_event_attributes.input.payloads
    results = [
        payload
        for event in history.events
        for payload in event.activity_task_completed_event_attributes.result.payloads
    ]
    return [*started, *results]


async def replay(history: WorkflowHistory, anew: Any, workflow: str) -> None:
    replayer = Replayer(
        workflows=[CertificateActivation], workflow_runner=workflow_runner(), data_converter=data_converter(anew)
    )
    await replayer.replay_workflow(WorkflowHistory(workflow, history.events))


async def raw_client(made: World) -> Any:
    """Return a client that encrypts nothing, as support's command line."""
    return await made.place.connect()
