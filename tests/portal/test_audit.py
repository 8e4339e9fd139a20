"""Who did what: a day at a portal that is killed in the end, and what the trail has of it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters import s3
from audit_trail.asker import person_of
from audit_trail.chain import lines_of, verify
from audit_trail.events import AuditEvent, EventName
from audit_trail.trail import Trail
from domain.bucket import AUDIT
from domain.consent.authorization import TEXT_VERSION
from portal.development.signing import sign_and_scan
from stack.probes import free_port
from stack.process import ROOT
from tests.support.portal.own_process import environment, served
from tests.support.portal.visiting import Visitor
from tests.support.world import CaseUnderTest, World

OF_A_MESSAGE = {
    "submit_representative": "letter_issued",
    "attach_letter": "letter_accepted",
    "letter_uploaded": "letter_accepted",
    "delete_letter": "letter_deleted",
    "payment_confirmed": "payment_insufficient",
}
"""What the timeline calls what came of some messages; the others stand in it under their own names."""


def events_of(world: World) -> list[AuditEvent]:
    keys = sorted(key for key, _ in world.objects.list(AUDIT))
    stored = (world.objects.get(key) for key in keys)
    return [each for found in stored if found is not None for each in lines_of(found.data)[1]]


async def does_their_part(representative: Visitor, *, signs: bool) -> None:
    await representative.enter()
    letter = await representative.download_letter()
    if signs:
        await representative.attach(await asyncio.to_thread(sign_and_scan, letter, 7))
    await representative.post("/pago/verificar")
    await representative.post("/salir")


async def mends(staff: Visitor, name: str, cases: list[CaseUnderTest]) -> None:
    await staff.enter(role="soporte", sub=name)
    for number, case in enumerate(cases):
        address = f"/soporte/casos/{case.company_id}"
        await staff.get(address)
        values = {"reference": f"FV-{name}-{number}", "amount_cop": "100.000", "reason": "Pagó una parte."}
        await staff.post(f"{address}/pago", **values, confirmado="1")
    await staff.post("/salir")


async def test_after_a_day_of_work_and_a_kill_every_deed_is_found_once(portal_world: World, tmp_path: Path) -> None:
    world = portal_world
    cases = [await world.start() for _ in range(5)]
    for case in cases:
        await case.settle()
    before = len(events_of(world))
    async with served(world, tmp_path) as site, AsyncExitStack() as visits:
        people = [await visits.enter_async_context(site.visitor(case)) for case in (*cases, *cases[:3])]
        await asyncio.gather(
            *(does_their_part(each, signs=number < 2) for number, each in enumerate(people[:5])),
            *(mends(each, name, cases) for each, name in zip(people[5:], ("ana", "luis", "eva"), strict=True)),
        )
        site.process.kill()
        await site.process.ended
    events = events_of(world)[before:]

    assert verify(world.objects).problems == []
    for case in cases:
        facts = await case.settle()
        done = Counter(
            (each["action"], each["actor"])
            for each in facts["timeline"]
            if each["actor"] == "representative" or each["actor"].startswith("support:")
        )
        # A file whose check takes long is sent a second time, under the same id.
        deeds = {
            (OF_A_MESSAGE[each.action or ""], _actor(each), each.about)
            for each in events
            if each.event is EventName.CHANGE
            and each.outcome == "requested"
            and each.company_id == case.company_id
            and each.action in OF_A_MESSAGE
        }
        recorded = Counter(deed[:2] for deed in deeds)
        assert done.total() >= 3
        assert {deed: recorded[deed] for deed in done} == dict(done)
    consents = {each.company_id: each.about for each in events if each.action == "representative_stored"}
    assert consents == {case.company_id: f"consent portal {TEXT_VERSION}" for case in cases}
    read = {each.company_id for each in events if each.event is EventName.READ and each.door == "desk"}
    assert read == {case.company_id for case in cases}


def _actor(event: AuditEvent) -> str:
    staff = {person_of("soporte", None, name): f"support:{name}" for name in ("ana", "luis", "eva")}
    return staff.get(event.who or "", event.role or "nobody").replace("representante", "representative")


async def test_a_portal_that_is_asked_to_stop_stores_the_rest_and_ends_its_chain(
    portal_world: World, tmp_path: Path
) -> None:
    case = await portal_world.start()
    await case.settle()
    before = verify(portal_world.objects).unfinished
    async with served(portal_world, tmp_path) as site, site.visitor(case) as staff:
        await staff.enter(role="soporte", sub="ana")
        await staff.get(f"/soporte/casos/{case.company_id}")
        os.kill(site.process.pid, signal.SIGTERM)
        status = await site.process.ended

    read = [each for each in events_of(portal_world) if each.event is EventName.READ]
    assert (status, verify(portal_world.objects).unfinished) == (0, before)
    assert case.company_id in {each.company_id for each in read}


async def test_one_changed_byte_is_told_by_the_command(portal_world: World, tmp_path: Path) -> None:
    bucket = f"trail-{uuid.uuid4().hex}"
    client = s3.connect(
        endpoint_url=portal_world.settings.s3.endpoint_url,
        region="us-east-1",
        access_key_id="any",
        secret_access_key="any",
        connections=1,
    )
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    objects = s3.S3Objects(client, bucket)
    trail = Trail(objects, lambda: datetime.now(UTC), lambda _: None, lock=timedelta(days=1))
    async with trail.running():
        await trail.before("loan_revoked", "C1001", None)
    asked = {**environment(portal_world, tmp_path, free_port()), "ACTIVA_S3__BUCKET": bucket}

    whole = await asyncio.to_thread(_verified, asked)
    first = min(key for key, _ in objects.list(AUDIT))
    assert client.head_object(Bucket=bucket, Key=first)["ObjectLockMode"] == "GOVERNANCE"
    stored = objects.get(first)
    assert stored is not None
    objects.put(first, stored.data.replace(b"C1001", b"C1002"), "application/jsonl")
    broken = await asyncio.to_thread(_verified, asked)

    assert (whole.returncode, json.loads(whole.stdout)["problems"]) == (0, 0)
    assert (broken.returncode, json.loads(broken.stdout)["problems"]) == (1, 1)
    assert first in broken.stderr


def _verified(asked: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.audit", "verify"]
    return subprocess.run(command, env=asked, cwd=ROOT, capture_output=True, text=True, check=False)
