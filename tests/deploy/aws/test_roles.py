"""What each process may do in the bucket: all that its work needs, no more than that, and nothing of another's."""

import asyncio
import dataclasses
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload

from adapters import encryption, mending
from audit_trail.trail import Trail
from deploy.bucket import ensure_bucket
from deploy.habeas_data.erase import erase
from deploy.retention import keep
from domain import bucket
from domain.errors import StoreUnavailableError
from domain.retention import Retention
from portal.development.signing import sign_and_scan
from stack.mail_sink import MailSink
from tests.support.deploy.at_work import Premises
from tests.support.deploy.aws_template import Template
from tests.support.encryption import ring_file
from tests.support.planted import grounded_on, prepare
from tests.support.portal.calling import Caller, a_company
from tests.support.portal.visiting import Visitor, site_over
from tests.support.world import CaseUnderTest, world_of_its_own

HERE = "arn:aws:s3:::activa-test"
ROLES = Template.read().roles()
IN_LATER_YEARS = "earlier/*"
"""Of a case with a long timeline: tests/workflows/test_earlier.py, tests/portal/desk/test_timeline.py."""
TO_BE_TOLD_OF_NONE = ("ListBucket", "")
"""Without it a key that is not there answers 403 and not 404."""
BEHIND_ANOTHER_DOOR = {("PutObject", "profiles/*/company/*.json"), ("PutObject", "profiles/*/representative/*.json")}
"""Of data that a backend put into the bucket itself, where the portal keeps the versions otherwise."""
BEGUN_IN_CLEAR = ("PutObject", "keys/*")
"""Of a case that is older than the ring, whose key the worker draws."""


@pytest_asyncio.fixture(loop_scope="session")
async def premises(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[Premises]:
    async with world_of_its_own(tmp_path / "temporal", moto_url, mail_sink) as made:
        prepare(made)
        yield Premises(made, ring_file(tmp_path / "ring.json"), {})


async def test_worker_and_portal_need_all_of_their_roles_and_no_more(premises: Premises, tmp_path: Path) -> None:
    worker, portal = await premises.of("activa-worker"), await premises.of("activa-portal")
    site = site_over(portal, tmp_path)
    async with (
        mending.snapshots_kept(worker.client, worker.objects) as keeper,
        worker.worker(note=keeper.note),
        site.app.state.portal.trail.running(),
        site.app.state.desk.directory.running(),
    ):
        company = a_company()
        begun = {"Idempotency-Key": uuid.uuid4().hex}
        caller = Caller(site, site.lender.api_token())
        assert [(await caller.post("/activations", company, **begun)).status_code for _ in range(2)] == [201, 201]
        case = CaseUnderTest(portal, str(company["company_id"]))
        await case.settle()
        async with site.visitor(case) as representative, site.visitor(case) as staff:
            await _takes_the_loan(representative)
            await _looks_after(staff)
        await case.signal("loan_revoked", reason="PQR 1")
        await case.signal("activation_closed", reason="PQR 1")
        await case.handle.result()

    assert premises.unused("activa-worker") == {
        ("PutObject", IN_LATER_YEARS), TO_BE_TOLD_OF_NONE, BEGUN_IN_CLEAR, *BEHIND_ANOTHER_DOOR
    }  # fmt: skip
    # What waits in the inbox is only looked for there while no worker has taken it up.
    assert premises.unused("activa-portal") - {("GetObject", "inbox/*")} == {("GetObject", IN_LATER_YEARS)}


async def _takes_the_loan(one: Visitor) -> None:
    await one.enter()
    letter = await one.download_letter()
    answer = await one.attach(await asyncio.to_thread(sign_and_scan, letter, 7))
    assert answer.status_code == 200


async def _looks_after(one: Visitor) -> None:
    await one.enter(role="soporte", sub="ana")
    address = f"/soporte/casos/{one.case.company_id}"
    assert (await one.get(address)).status_code == 200
    values = {"reference": "FV-1", "amount_cop": "100.000", "reason": "Pagó una parte."}
    assert (await one.post(f"{address}/pago", **values, confirmado="1")).status_code == 303


async def test_the_codec_server_reaches_keys_and_trail_alone(premises: Premises) -> None:
    objects, payload = premises.objects("activa-codec"), Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    codecs = [encryption.codec(premises.encryption, objects) for _ in range(2)]
    trail = Trail(objects, lambda: datetime.now(UTC), lambda _: None, lock=premises.lock)
    async with trail.running():
        sealed = await codecs[0].encode([payload])
        assert await codecs[1].decode(sealed) == [payload]

    assert trail.unstored == ()
    assert premises.unused("activa-codec") == {TO_BE_TOLD_OF_NONE}
    with pytest.raises(StoreUnavailableError, match="AccessDenied"):
        objects.get(bucket.representative_key("C1"))


async def test_the_bootstrap_sets_up_a_bucket_that_is_there(premises: Premises) -> None:
    client = premises.client("activa-bootstrap")

    done = ensure_bucket(client, premises.world.settings.s3.bucket, locks=True, retention=Retention(inbox_days=20))

    assert (done["bucket"], done["lifecycle"]) == ("already there", "enabled")
    assert premises.unused("activa-bootstrap") == set()


async def test_the_tools_lock_tag_and_erase(premises: Premises) -> None:
    objects = premises.objects("activa-tools")
    async with premises.world.worker():
        case = await premises.world.start()
        await case.with_loan()
        await case.attach(b"%PDF-1.7 broken")
        await case.settle()
        async with grounded_on(dataclasses.replace(premises.world, objects=objects)) as ground:
            assert (await keep(ground))["locked"] == 1
            await erase(ground, case.company_id, "PQR 1", keep_case=False)

    assert premises.unused("activa-tools") == set()


@pytest.mark.parametrize(
    ("process", "action", "key"),
    [
        ("activa-worker", "PutObject", bucket.company_key("C1")),
        ("activa-worker", "PutObject", bucket.consent_key("C1", "a" * 64, "portal", "1")),
        ("activa-worker", "PutObject", bucket.audit_key("w", 1, "a")),
        ("activa-worker", "GetObject", bucket.session_key("a")),
        ("activa-worker", "PutObject", bucket.entry_key("a")),
        ("activa-portal", "PutObject", bucket.verdict_key("C1", "u")),
        ("activa-portal", "PutObject", bucket.first_acceptance_key("C1")),
        ("activa-portal", "PutObject", bucket.letter_key("C1", "F")),
        ("activa-portal", "PutObject", bucket.notice_key("C1", "loan/started")),
        ("activa-portal", "PutObject", bucket.archive_key("C1")),
        ("activa-portal", "GetObject", bucket.audit_key("w", 1, "a")),
        ("activa-codec", "PutObject", bucket.company_key("C1")),
        ("activa-bootstrap", "GetObject", bucket.company_key("C1")),
        ("activa-bootstrap", "DeleteObjectVersion", bucket.company_key("C1")),
        ("activa-tools", "PutObjectTagging", bucket.company_key("C1")),
        ("activa-tools", "BypassGovernanceRetention", bucket.verdict_key("C1", "u")),
    ],
)
def test_no_process_writes_what_another_vouches_for(process: str, action: str, key: str) -> None:
    assert not ROLES[process].allows(f"s3:{action}", f"{HERE}/{key}")
