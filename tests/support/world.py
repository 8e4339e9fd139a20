"""The world a case lives in, for tests: a real Temporal server whose time can be moved, real S3, real SMTP."""

import asyncio
import dataclasses
import email
import email.policy
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import worker
from activities.known_addresses import KnownAddresses
from activities.uploads import CLOCKS_AGREE
from adapters import encryption, s3
from adapters.activations import Activations
from adapters.updates import was_unseen
from domain.bucket import inbox_key
from domain.calendar import BOGOTA
from domain.case.policy import Policy
from domain.contract import workflow_id
from letters.confinement.checker import LetterChecker
from portal.development.signing import sign_and_scan
from sealing import Encryption
from servers import S3, Smtp
from settings import Settings, WorkerLimits
from stack import case_time
from stack.connection import ANSWERS_WITHIN, PatientActivations
from stack.mail_sink import MailSink
from stack.probes import free_port
from tests.support import builders
from tests.support.another_day import another_day
from tests.support.cases import bogota
from tests.support.temporal_places import Place, cluster, place_of, temporal_place
from workflows.runner.noting import Note

Json = dict[str, Any]
TUESDAY = bogota("2035-02-06 10:00")
"""A day like any other, with no holiday for weeks. A case's time only moves forward, hence the far year."""
ORDINARY_DAY = None if another_day() else TUESDAY
"""When a case begins where nothing but the case tells the time; as if today were another day, on that day."""


@dataclass
class World:
    """Everything outside the workflow, and a worker to run it."""

    client: Client
    skipper: TimeSkipper
    objects: s3.S3Objects
    examiner: LetterChecker
    mail_folder: Path
    settings: Settings
    metrics_url: str = ""
    """Of the Temporal server, where it tells them."""
    begins: datetime | None = None
    """When a case begins unless its test names another instant; None is now."""
    cached_cases: int = WorkerLimits().cached_cases
    """How many cases its workers keep in memory; with 0, each of their tasks replays the whole history."""

    @property
    def place(self) -> Place:
        """Where its Temporal is."""
        return place_of(self.client)

    def worker(
        self, *, note: Note | None = None, cached_cases: int | None = None, **changes: object
    ) -> AbstractAsyncContextManager[object]:
        """Return a worker; changes are of its settings, as in `smtp=...`. `note` is told what each case knows."""
        kept = self.cached_cases if cached_cases is None else cached_cases
        limits = WorkerLimits(shutdown_seconds=5, cached_cases=kept)
        settings = self.settings.model_copy(update={"worker": limits, **changes})
        return worker.working(self.client, worker.activities(self.objects, self.examiner, settings), settings, note)

    async def start(
        self,
        policy: Policy | None = None,
        *,
        begins: datetime | None = None,
        opens: bool = True,
        written_to: bool = True,
        **company: object,
    ) -> "CaseUnderTest":
        """Start the case of a company nobody else has; `opens` is false where no worker opens it.

        `written_to` is false where its addresses, and the usual representative's, have had no mail yet.
        """
        company_id = str(company.get("company_id") or new_company_id())
        made = builders.company(**{"company_id": company_id, **company})
        await Activations(self.skipper.client, self.objects).start(made, policy or Policy())
        case = CaseUnderTest(self, company_id)
        if written_to:
            await case.was_written_to(made.email, builders.REPRESENTATIVE["email"])
        if opens:
            await case.begin(begins or self.begins or datetime.now(UTC))
        return case


def new_company_id() -> str:
    return f"T{uuid.uuid4().hex[:12]}"


@dataclass
class CaseUnderTest:
    """One company's case, driven as outsiders drive it."""

    world: World
    company_id: str

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.client.get_workflow_handle(workflow_id(self.company_id))

    @property
    def door(self) -> PatientActivations:
        return PatientActivations(self.world.skipper.client, self.world.objects)

    async def now(self) -> datetime:
        return await case_time.now(self.handle)

    async def was_written_to(self, *addresses: str) -> None:
        """Let addresses have had a mail of this case, so that the next one names it."""
        known = KnownAddresses(self.world.objects, self.company_id)
        await asyncio.to_thread(known.remember, addresses, datetime.now(UTC))

    async def begin(self, at: datetime) -> None:
        """Bring a new case to the instant at which its test begins, if that is still to come."""
        ahead = at - await self.now()
        if ahead > CLOCKS_AGREE:
            await self.skip(ahead)

    async def skip(self, duration: timedelta) -> None:
        """Let time pass; returns once everything due has been done."""
        await case_time.skip(self.world.skipper, self.handle, duration)

    async def skip_to_next_reminder(self) -> None:
        """Let time pass until just after the next reminder."""
        at = datetime.fromisoformat((await self.settle())["reminders"]["next"]["at"])
        await self.skip(at - await self.now() + timedelta(minutes=1))

    async def skip_to(self, day: date, hour: int = 23) -> None:
        """Let time pass until an hour of a day in Bogotá."""
        target = datetime(day.year, day.month, day.day, hour, tzinfo=BOGOTA)
        await self.skip(target - await self.now())

    async def status(self) -> Json:
        return await self.door.status(self.company_id)

    async def details(self) -> str:
        """Return the Markdown that the support's page of this workflow shows."""
        metadata = await self.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    async def signal(self, name: str, **fields: object) -> None:
        await self.handle.signal(name, {"by": "support:ana", **fields})

    async def update(self, name: str, **fields: object) -> Json:
        """Send an update, again where no case has seen it, and return its answer."""
        while True:
            try:
                return await self.update_once(name, **fields)
            except (WorkflowUpdateFailedError, RPCError) as error:
                if not was_unseen(error):
                    raise
                await asyncio.sleep(0.05)

    async def update_once(self, name: str, **fields: object) -> Json:
        answer: Json = await self.handle.execute_update(name, {"by": "representative", **fields})
        return answer

    async def settle(self) -> Json:
        """Return the status once the case has nothing left to do."""
        await case_time.until_idle(self.handle)
        return await self.status()

    async def stage_in_visibility(self, stage: str) -> None:
        """Return once the list of workflows shows the case in a stage."""
        await self.in_visibility(f'ActivationStage = "{stage}"')

    async def runs_in_visibility(self) -> None:
        """Return once the list of workflows shows the case's latest run."""
        await self.in_visibility(f'RunId = "{(await self.handle.describe()).run_id}"')

    async def in_visibility(self, condition: str) -> None:
        """Return once the list of workflows shows the case under a condition; it follows within a second or so."""
        query = f'WorkflowId = "{self.handle.id}" AND {condition}'
        async with asyncio.timeout(60):
            while (await self.world.client.count_workflows(query)).count != 1:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.1)

    async def with_letter(self, **changes: object) -> Json:
        """Submit a representative, and return the letter's answer."""
        person = builders.representative(**changes)
        return await self.door.submit_representative(self.company_id, person, "representative", within=ANSWERS_WITHIN)

    async def upload(self, pdf: bytes) -> str:
        """Put a file into the inbox, and return its upload id."""
        upload_id = uuid.uuid4().hex
        await asyncio.to_thread(self.world.objects.put, inbox_key(self.company_id, upload_id), pdf, "application/pdf")
        return upload_id

    async def attach(self, pdf: bytes) -> Json:
        return await self.update("attach_letter", upload_id=await self.upload(pdf))

    async def attach_scan(self) -> Json:
        return await self.attach(await self.signed())

    async def signed(self, seed: int = 7) -> bytes:
        """Return a scan of the letter that waits, signed by hand; another seed gives other bytes."""
        letter = await self.door.letter(self.company_id)
        return await asyncio.to_thread(sign_and_scan, letter, seed)

    async def with_loan(self) -> Json:
        """Take the case to an active loan, and return the verdict's answer."""
        await self.with_letter()
        answer = await self.attach_scan()
        assert answer["verdict"] == "accepted", answer["reasons"]
        return answer

    async def pay(self, reference: str = "FV-77", amount_cop: int = 297_500) -> None:
        await self.signal("payment_confirmed", reference=reference, amount_cop=amount_cop)

    async def issue_certificate(self, serial: str = "5F01", days: int = 365, start: date | None = None) -> date:
        """Register an own certificate from today, or a day, on; return its last day."""
        begins = start or (await self.now()).astimezone(BOGOTA).date()
        ends = begins + timedelta(days=days)
        await self.signal("certificate_issued", serial=serial, valid_from=str(begins), valid_until=str(ends))
        return ends

    def mails(self, prefix: str = "") -> list[EmailMessage]:
        """Return the mails of this company whose notice key begins so, oldest first."""
        named = f"*-{re.sub('[^A-Za-z0-9]+', '-', self.company_id)}-*.eml"  # as the mail server names its files
        found = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.world.mail_folder.glob(named))
        ]
        return [mail for mail in found if str(mail["X-Entity-Ref-ID"]).startswith(f"{self.company_id}/{prefix}")]

    async def history_json(self) -> str:
        return json.dumps(json.loads((await self.handle.fetch_history()).to_json()))


@asynccontextmanager
async def world(place: Place, s3_url: str, mails: MailSink, *, begins: datetime | None = None) -> AsyncIterator[World]:
    """Connect to the running servers, with a bucket of its own; cases begin now or at an instant to come."""
    client = await place.connect()
    store = s3.connect(
        endpoint_url=s3_url, region="us-east-1", access_key_id="test", secret_access_key="test", connections=20
    )
    bucket = f"activa-{uuid.uuid4().hex}"
    await asyncio.to_thread(store.create_bucket, Bucket=bucket)
    settings = Settings(
        _env_file=None,
        lender=builders.lender(),
        s3=S3(bucket=bucket, endpoint_url=s3_url),
        smtp=Smtp(
            host="127.0.0.1",
            port=mails.port,
            starttls=False,
            sender="avisos@activa.example.co",
            reply_to="soporte@activa.example.co",
        ),
        support_mail="soporte@activa.example.co",
        portal_url="http://127.0.0.1:8000",
    )
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    with LetterChecker() as checker:
        await asyncio.to_thread(checker.warm)
        yield World(client, skipper, s3.S3Objects(store, bucket), checker, mails.folder, settings, begins=begins)


async def encrypted(made: World, ring: Path, *, reads_only: bool = False) -> World:
    """Return the same world as processes see it that have just begun, with a ring."""
    wanted = Encryption(ring=ring, reads_only=reads_only)
    codec = encryption.codec(wanted, made.objects)
    client = await made.place.connect(codec=codec)
    return dataclasses.replace(
        made,
        client=client,
        skipper=TimeSkipper(client, config=TimeSkippingConfig(enabled=False)),
        settings=made.settings.model_copy(update={"encryption": wanted}),
    )


def worker_over(made: World, objects: s3.S3Objects) -> AbstractAsyncContextManager[object]:
    """Return a worker over another store than the world's own."""
    return worker.working(made.client, worker.activities(objects, made.examiner, made.settings), made.settings)


@asynccontextmanager
async def world_of_its_own(
    folder: Path, s3_url: str, mails: MailSink, *arguments: str, begins: datetime | None = None
) -> AsyncIterator[World]:
    """Give a world with a Temporal server of its own, which keeps its data in a folder and skips time."""
    metrics_port = free_port()
    telling = () if cluster() else ("--metrics-port", str(metrics_port))
    async with (
        temporal_place(folder, *telling, *arguments) as place,
        world(place, s3_url, mails, begins=begins) as made,
    ):
        yield dataclasses.replace(made, metrics_url=f"http://127.0.0.1:{metrics_port}/metrics" if telling else "")
