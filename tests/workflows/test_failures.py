"""Servers that fail: the case tries again, asks for attention, and never ends because of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from adapters import s3
from domain.bucket import archive_key, company_key, company_version_key
from domain.case.policy import Policy
from domain.errors import StoreUnavailableError
from domain.model import canonical_bytes, canonical_sha256
from stack.probes import free_port
from tests.support import builders
from tests.support.world import World, worker_over

pytestmark = pytest.mark.takes_minutes


def unreachable_store() -> s3.S3Objects:
    client = s3.connect(
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",
        connections=4,
    )
    return s3.S3Objects(client, "unreachable")


async def test_a_store_that_is_down_delays_an_upload_and_loses_nothing(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.with_letter()
    async with worker_over(idle_world, unreachable_store()):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await case.attach_scan()
        await case.pay()
        await case.skip(timedelta(minutes=5))
        during = await case.status()

    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        after = await case.status()

    assert "it is tried again by itself" in str(refused.value.cause)
    assert during["waiting_to_retry"][:1] == ["check_upload"]
    assert (during["payment"]["paid"], during["needs_attention"]) == (True, True)
    assert (after["entitlement"], after["needs_attention"]) == ("loan", False)


async def test_a_case_started_while_the_store_is_down_opens_when_it_is_back(idle_world: World) -> None:
    async with worker_over(idle_world, unreachable_store()):
        case = await idle_world.start(opens=False)
        await case.pay()
        await case.skip(timedelta(minutes=5))
        during = await case.status()

    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        after = await case.status()

    assert (during["stage"], during["needs_attention"]) == ("started", True)
    assert (after["payment"]["paid"], after["needs_attention"]) == (True, False)


async def test_a_mail_server_that_is_down_delays_a_mail_and_the_mail_is_sent_once(idle_world: World) -> None:
    nobody_listens = idle_world.settings.smtp.model_copy(update={"port": free_port()})
    async with idle_world.worker(smtp=nobody_listens):
        case = await idle_world.start()
        await case.with_loan()
        await case.skip(timedelta(minutes=5))
        during = await case.status()

    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        after = await case.status()

    assert (during["entitlement"], during["needs_attention"]) == ("loan", True)
    assert during["attention"][0]["text"].startswith("mail loan_started keeps failing with MailUnavailableError")
    assert (len(case.mails("loan/started")), after["needs_attention"]) == (1, False)


async def test_a_mail_server_that_is_down_holds_no_closing_case(idle_world: World) -> None:
    nobody_listens = idle_world.settings.smtp.model_copy(update={"port": free_port()})
    async with idle_world.worker(smtp=nobody_listens):
        case = await idle_world.start()
        await case.pay()
        await case.settle()

        await case.signal("activation_closed", reason="the company left")

        assert (await case.handle.result())["stage"] == "closed"


async def test_a_worker_that_was_down_dates_no_loan_late(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start(begins=datetime.now(UTC))  # the case's clock and the store's agree
        await case.with_letter()
        upload_id = await case.upload(await case.signed())
    stored_at = idle_world.objects.get(f"inbox/{case.company_id}/{upload_id}.pdf").stored_at
    await case.signal("letter_uploaded", upload_id=upload_id)

    async with idle_world.worker():
        await case.update("attach_letter", upload_id=upload_id)  # joins the check that the signal asked for
        facts = await case.status()

    assert facts["letter"]["versions"][0]["received_at"] == stored_at.isoformat().replace("+00:00", "Z")


async def test_missing_company_data_need_attention_until_they_are_stored(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        changed = builders.company(company_id=case.company_id, city="Cali")
        await case.signal("company_updated", sha256=canonical_sha256(changed))
        refused = await case.settle()
        idle_world.objects.put(company_key(case.company_id), canonical_bytes(changed), "application/json")

        await case.signal("company_updated", sha256=canonical_sha256(changed))

        facts = await case.settle()
    assert "no company data with this digest" in refused["rejected_signals"][0]["reason"]
    assert facts["needs_attention"] is False
    assert idle_world.objects.get(company_version_key(case.company_id, canonical_sha256(changed))) is not None


async def test_the_nit_is_fixed_after_the_test_set(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.signal("step_completed", step=3)
        other = builders.company(company_id=case.company_id, nit="860034313-7")
        idle_world.objects.put(company_key(case.company_id), canonical_bytes(other), "application/json")

        await case.signal("company_updated", sha256=canonical_sha256(other))

        facts = await case.settle()
    assert "nit: it can't change once step 3" in facts["rejected_signals"][0]["reason"]


def test_the_unreachable_store_is_unreachable() -> None:
    with pytest.raises(StoreUnavailableError):
        unreachable_store().get("x")


@pytest.mark.parametrize("broken", [b"{", b'{"steps": "all", "of_a_later_version": 1}'])
async def test_a_case_whose_archive_can_not_be_used_opens_as_far_as_it_can(idle_world: World, broken: bytes) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.with_loan()
        await case.signal("activation_closed", reason="the company left")
        await case.handle.result()
        await asyncio.to_thread(idle_world.objects.put, archive_key(case.company_id), broken, "application/json")

        await case.door.start(builders.company(company_id=case.company_id), Policy(), reopen=True)
        facts = await case.settle()
        await case.pay()
        paid = await case.settle()

    assert [(each["kind"], each["code"]) for each in facts["attention"]] == [("stored_data", "archive_unusable")]
    assert facts["loan"]["state"] == "active"
    assert paid["payment"]["paid"]


async def test_a_policy_that_can_not_be_used_holds_up_no_case_that_is_started_in_an_outage(idle_world: World) -> None:
    async with worker_over(idle_world, unreachable_store()):
        case = await idle_world.start(Policy().model_copy(update={"loan_days": 0}), opens=False)
        await case.pay()
        await case.skip(timedelta(minutes=5))
    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        facts = await case.status()

    assert facts["payment"]["paid"]
    assert [each["code"] for each in facts["attention"]] == ["policy_invalid"]


async def test_a_case_is_closed_once_the_store_is_back_and_nobody_has_to_wake_it(idle_world: World) -> None:
    async with idle_world.worker():
        case = await idle_world.start()
        await case.settle()
    async with worker_over(idle_world, unreachable_store()):
        await case.signal("activation_closed", reason="the company left")
        await case.skip(timedelta(minutes=5))
        during = await case.status()
    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        last = await case.handle.result()

    assert (during["stage"], during["closing"]) == ("started", "the company left")
    assert last["stage"] == "closed"


async def test_a_payment_is_taken_from_a_case_that_is_cancelled_while_it_opens(idle_world: World) -> None:
    async with worker_over(idle_world, unreachable_store()):
        case = await idle_world.start(opens=False)
        await case.pay()
        await case.skip(timedelta(minutes=1))
        await case.handle.cancel()
        await case.skip(timedelta(minutes=1))
    async with idle_world.worker():
        await case.skip(timedelta(hours=2))
        last = await case.handle.result()

    assert (last["stage"], last["closing"]) == ("closed", "cancelled in Temporal")
    assert last["payment"]["paid"]
