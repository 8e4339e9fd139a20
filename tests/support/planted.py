"""A company with something of every kind that is stored, each with words that are found again wherever they lie."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters import uploads
from adapters.case_histories import CaseHistories
from adapters.case_list import CaseList
from adapters.case_removal import CaseRemoval
from adapters.s3_versions import S3Versions
from audit_trail.commands import recorded
from deploy.bucket import ensure_bucket
from deploy.habeas_data.ground import Ground
from domain import bucket
from domain.case.policy import Policy
from domain.case.snapshot import Position, Snapshot
from domain.consent.authorization import Authorization, Door
from domain.model import canonical_bytes
from domain.retention import Retention
from portal.auth.live_sessions import LiveSessions
from portal.cases.billing import Billing
from portal.cases.proposals import Proposal, Proposals, new_id
from portal.cases.results import Meant
from stack.connection import PatientActivations
from tests.support import builders
from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import CaseUnderTest, World

JSON = "application/json"
COMPANY = {
    "legal_name": "Canarios Uno Quimbayá S.A.S.",
    "nit": "890903938-8",
    "email": "canario-dos@quimbaya.example.co",
    "address": "Vereda Canario Tres km 7",
    "phone": "+57 601 444 0404",
    "plan": "canario cinco",
    "city": "Canariópolis Seis",
}
REPRESENTATIVE = {
    "full_name": "Zoraida Canario Siete",
    "document_number": "79888008",
    "document_city": "Villa Canario Nueve",
    "role": "Gerenta Canario Diez",
    "email": "canario-once@quimbaya.example.co",
    "phone": "+57 311 121 2012",
}
BEFORE = {**REPRESENTATIVE, "full_name": "Eulalia Canario Trece", "email": "canario-catorce@quimbaya.example.co"}
FILE, PHOTO, OLD_FLAT, EARLIER, PROPOSED = (
    "canario quince archivo", "canario dieciseis foto", "canario diecisiete", "canario dieciocho", "canario diecinueve",
)  # fmt: skip
TYPED = "canario veinte observado"
CANARIES = (
    *COMPANY.values(),
    *REPRESENTATIVE.values(),
    *(BEFORE["full_name"], BEFORE["email"]),
    *(FILE, PHOTO, OLD_FLAT, EARLIER, PROPOSED, TYPED),
)


@dataclass
class Planted:
    """The case, and the uploads by what became of them."""

    case: CaseUnderTest
    accepted: str = ""
    rejected: str = ""
    """By a person."""
    refused: str = ""
    """By the machine."""
    shared: tuple[str, ...] = field(default=())
    """Keys that name other companies too."""

    @property
    def company_id(self) -> str:
        return self.case.company_id


def prepare(world: World) -> None:
    """Make the world's bucket as the bootstrap does."""
    ensure_bucket(world.objects._client, world.settings.s3.bucket, locks=True, retention=Retention())


async def planted(world: World) -> Planted:
    """Take a case through every door."""
    case = await world.start(**COMPANY)
    made = Planted(case)
    await _with_data(made)
    await _with_letters(made)
    await case.signal("certificate_rejected", observations=TYPED)
    await case.pay("FV-canario")
    await case.signal("certificate_rejected", observations=TYPED)
    await case.settle()
    await _closed_and_opened_again(made)
    await _around_it(made)
    await asyncio.to_thread(_of_old, made)
    await case.settle()
    return made


async def _with_data(made: Planted) -> None:
    door, company_id = made.case.door, made.company_id
    await door.update_company(builders.company(**{**COMPANY, "company_id": company_id, "plan": None}), "billing")
    await door.update_company(builders.company(**{**COMPANY, "company_id": company_id}), "billing")
    consent = Authorization(
        door=Door.PORTAL, by="a" * 32, given_at=datetime.now(UTC), text_version="1", text="Autorizo"
    )
    await made.case.settle()
    for person in (BEFORE, REPRESENTATIVE):
        await door.submit_representative(
            company_id, builders.representative(**person), "representative", consent=consent
        )


async def _with_letters(made: Planted) -> None:
    case = made.case
    made.rejected = await attach_doubtful(case)
    await case.signal("letter_reviewed", decision="reject", reason=TYPED)
    await case.door.submit_representative(case.company_id, builders.representative(**REPRESENTATIVE), "representative")
    made.refused = (await case.attach(b"%PDF-1.7 broken " + FILE.encode()))["upload_id"]
    answer = await case.attach_scan()
    assert answer["verdict"] == "accepted", answer
    made.accepted = answer["upload_id"]
    await asyncio.to_thread(uploads.store, case.world.objects, case.company_id, [FILE.encode(), PHOTO.encode()])


async def _closed_and_opened_again(made: Planted) -> None:
    await made.case.signal("activation_closed", reason="moved")
    await made.case.handle.result()
    company = builders.company(**{**COMPANY, "company_id": made.company_id})
    assert (await made.case.door.start(company, Policy(), reopen=True)).started
    await made.case.settle()


async def _around_it(made: Planted) -> None:
    objects, client, now = made.case.world.objects, made.case.world.client, datetime.now(UTC)
    billing = Billing(made.case.door, CaseList(client), objects, Policy())
    await billing.start(builders.company(**{**COMPANY, "company_id": made.company_id}), ("billing", "k1"))
    about = {"role": "representative", "company_id": made.company_id, "since": 1}
    await LiveSessions(objects).begin("p" * 32, "s" * 32, about)
    proposals, batch = Proposals(objects), new_id(now)
    for ids in ((made.company_id,), (made.company_id, "ANOTHER")):
        made_id = new_id(now)
        typed = {"reason": PROPOSED if len(ids) == 1 else "system down"}
        await proposals.add(
            Proposal(id=made_id, action="mute", values=typed, company_ids=ids, by="support:ana", at=now, second=False)
        )
        if len(ids) > 1:
            made.shared = (bucket.proposal_key(made_id), bucket.batch_key(batch))
    meant = Meant(signal="reminders_muted", by="support:ana", company_ids=("ANOTHER", made.company_id))
    await asyncio.to_thread(objects.put, bucket.batch_key(batch), canonical_bytes(meant), JSON)


def _of_old(made: Planted) -> None:
    """Put what releases of before, and whoever removed something, have left."""
    objects, company_id = made.case.world.objects, made.company_id
    since = datetime.now(UTC) - timedelta(days=1)
    page: dict[str, Any] = {"timeline": [{"note": EARLIER, "actor": "support:ana"}], "rejected_signals": []}
    objects.put(bucket.earlier_key(company_id, since, "e" * 64), json.dumps(page).encode(), JSON)
    objects.put(bucket.old_flattened_letter_key(company_id, made.accepted), OLD_FLAT.encode(), "application/pdf")
    objects.put(bucket.old_first_acceptance_key(company_id), b'{"upload_id": "u", "received_at": "2026-01-01"}', JSON)
    objects.put(bucket.old_loan_revocation_key(company_id), b'{"revoked_on": "2026-01-01"}', JSON)
    position = Position(run_id="r", began_at=since, event=3)
    snapshot = Snapshot(company_id=company_id, position=position, start={}, opened=True, closed=True)
    objects.put(bucket.snapshot_key(company_id), canonical_bytes(snapshot), JSON)
    stray = f"{bucket.PROFILES}{company_id}/company.json.bak"
    objects.put(stray, COMPANY["legal_name"].encode(), "text/plain")
    client, name = objects._client, made.case.world.settings.s3.bucket
    client.delete_object(Bucket=name, Key=stray)
    client.delete_object(Bucket=name, Key=bucket.original_key(company_id, "never", 1))


@asynccontextmanager
async def grounded_on(world: World) -> AsyncIterator[Ground]:
    """Give the doors of a world, as the command has them."""

    def now() -> datetime:
        return datetime.now(UTC)

    objects = world.objects
    async with recorded(objects, now, timedelta(days=1)) as trail:
        yield Ground(
            objects=objects,
            store=S3Versions(objects._client, world.settings.s3.bucket),
            cases=PatientActivations(world.client, objects, trail),
            removal=CaseRemoval(world.client),
            histories=CaseHistories(world.client),
            elsewhere=(),
            trail=trail,
            settings=world.settings,
            now=now,
        )


def stored(world: World) -> dict[tuple[str, str], bytes]:
    """Return every version in the bucket, markers too, by key and version."""
    client, name = world.objects._client, world.settings.s3.bucket
    found: dict[tuple[str, str], bytes] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        for each in page.get("Versions", ()):
            body = client.get_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])["Body"]
            found[each["Key"], each["VersionId"]] = body.read()
        found |= {(each["Key"], each["VersionId"]): b"" for each in page.get("DeleteMarkers", ())}
    return found
