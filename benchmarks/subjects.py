"""The two that are compared, behind one face: how each is started, called and driven through its life."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import Interceptor

from activities.cases import CaseActivities
from activities.failures import FailuresInterceptor
from activities.letters import LetterActivities
from activities.notices import NoticeActivities
from activities.uploads import UploadActivities
from adapters.updates import sent
from benchmarks.bare import step
from benchmarks.bare_models import BareMessage, BareStart
from benchmarks.ports import AcceptsAll, MemoryObjects, TakesAll, brief
from domain.bucket import company_key, first_acceptance_key, inbox_key, representative_key
from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.contract import WORKFLOW_TYPE, workflow_id
from domain.letter.content import Lender
from domain.messages.models import AttachLetter, SubmitRepresentative
from domain.model import canonical_bytes, canonical_sha256
from domain.views.stage import Stage
from stack.life import COMPANY, REPRESENTATIVE

JSON, PDF = "application/json", "application/pdf"
REMINDED_BEFORE_END = (25, 20, 15, 10, 5)
"""Days. Five lie between any two, more than there are days off in a row: no two reminders ever fall on one day."""
POLICY = Policy(loan_reminder_days=REMINDED_BEFORE_END)
Handle = WorkflowHandle[Any, Any]
_numbers = itertools.count(1)


class Subject(Protocol):
    """One of the two."""

    name: str

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What a worker must register."""

    @property
    def interceptors(self) -> list[Interceptor]:
        """What a worker must wrap its activities in."""

    async def start_waiting(self, client: Client, task_queue: str) -> Handle:
        """Start a case that takes one step, then waits for a reminder days away."""

    async def start(self, client: Client, task_queue: str) -> Handle:
        """Start a case that takes one step, then waits for a message."""

    async def give_representative(self, handle: Handle) -> None:
        """Have the letter issued: one step."""

    async def give_letter(self, handle: Handle) -> None:
        """Have the letter accepted and the loan started: two steps, then reminders are to come."""

    async def pay(self, handle: Handle) -> None:
        """Report the payment: one step."""

    async def give_certificate(self, handle: Handle, today: date) -> None:
        """Report the own certificate, valid from today: one step, then a new run that waits for next year."""

    async def next_reminder_at(self, handle: Handle) -> datetime:
        """Return when the next reminder is due."""


@dataclass
class Product:
    """The product's workflow and activities over ports in memory."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    name: str = "product"

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """What the product's own worker registers."""
        lender = Lender(
            name="Contable Ejemplo S.A.S.",
            nit="860034313-7",
            data_protection_mail="datos@contable.example.co",
            policy_url="https://contable.example.co/datos",
        )
        cases = CaseActivities(self.objects, POLICY)
        letters = LetterActivities(self.objects, lambda content: content.folio.encode(), lender)
        uploads = UploadActivities(self.objects, AcceptsAll(), lambda: datetime.now(UTC))
        notices = NoticeActivities(
            objects=self.objects,
            compose=brief,
            mailer=TakesAll(),
            now=lambda: datetime.now(UTC),
            support_mail="soporte@activa.example.co",
            sender_domain="activa.example.co",
        )
        return [
            cases.open_case,
            cases.keep_earlier,
            letters.issue_letter,
            uploads.check_upload,
            uploads.record_acceptance,
            notices.send_notice,
        ]

    @property
    def interceptors(self) -> list[Interceptor]:
        """The translation of failures."""
        return [FailuresInterceptor()]

    async def start_waiting(self, client: Client, task_queue: str) -> Handle:
        """Start a company whose loan is already on record."""
        company_id = f"W{next(_numbers)}"
        first = FirstAcceptance(upload_id="u0", received_at=datetime.now(UTC))
        self.objects.put(first_acceptance_key(company_id), first.model_dump_json().encode(), JSON)
        return await self._start(client, task_queue, company_id)

    async def start(self, client: Client, task_queue: str) -> Handle:
        """Start a new company."""
        return await self._start(client, task_queue, f"C{next(_numbers)}")

    async def _start(self, client: Client, task_queue: str, company_id: str) -> Handle:
        company = COMPANY.model_copy(update={"company_id": company_id})
        self.objects.put(company_key(company_id), canonical_bytes(company), JSON)
        self.objects.put(representative_key(company_id), canonical_bytes(REPRESENTATIVE), JSON)
        return await client.start_workflow(
            WORKFLOW_TYPE,
            {
                "company_id": company_id,
                "profile_sha256": canonical_sha256(company),
                "policy": POLICY.model_dump(mode="json"),
            },
            id=workflow_id(company_id),
            task_queue=task_queue,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(SearchAttributeKey.for_keyword("ActivationStage"), Stage.STARTED.value),
                    SearchAttributePair(SearchAttributeKey.for_bool("NeedsAttention"), False),
                ]
            ),
        )

    async def give_representative(self, handle: Handle) -> None:
        """Submit the representative and wait for the letter."""
        message = SubmitRepresentative(sha256=canonical_sha256(REPRESENTATIVE), by="representative")
        await sent(handle, "submit_representative", message, known_by=None)

    async def give_letter(self, handle: Handle) -> None:
        """Attach the signed letter and wait for the verdict."""
        self.objects.put(inbox_key(handle.id.removeprefix("activation-"), "u1"), b"%PDF", PDF)
        await sent(handle, "attach_letter", AttachLetter(upload_id="u1", by="representative"), known_by=None)

    async def pay(self, handle: Handle) -> None:
        """Confirm the payment."""
        payment = {"reference": "FV-77", "amount_cop": POLICY.total_cop, "by": "billing"}
        await handle.signal("payment_confirmed", payment)

    async def give_certificate(self, handle: Handle, today: date) -> None:
        """Register the certificate."""
        days = {"valid_from": str(today), "valid_until": str(today + timedelta(days=365))}
        await handle.signal("certificate_issued", {"serial": "4A:01", "by": "billing", **days})

    async def next_reminder_at(self, handle: Handle) -> datetime:
        """Return when the next reminder is due."""
        return datetime.fromisoformat((await handle.query("status"))["reminders"]["next"]["at"])


@dataclass
class Peer:
    """The bare workflow and its activity."""

    name: str = "bare"

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """The one step."""
        return [step]

    @property
    def interceptors(self) -> list[Interceptor]:
        """None."""
        return []

    async def start_waiting(self, client: Client, task_queue: str) -> Handle:
        """Start a case with reminders to come."""
        return await self._start(client, task_queue, _reminders(datetime.now(UTC)))

    async def start(self, client: Client, task_queue: str) -> Handle:
        """Start a case."""
        return await self._start(client, task_queue, ())

    async def _start(self, client: Client, task_queue: str, due: tuple[datetime, ...]) -> Handle:
        case_id = f"P{next(_numbers)}"
        start = BareStart(case_id=case_id, due=due)
        return await client.start_workflow("Bare", start, id=f"bare-{case_id}", task_queue=task_queue)

    async def give_representative(self, handle: Handle) -> None:
        """One step."""
        await handle.signal("representative", BareMessage())

    async def give_letter(self, handle: Handle) -> None:
        """Two steps, and reminders."""
        await handle.signal("letter", BareMessage(calls=2, due=_reminders(datetime.now(UTC))))

    async def pay(self, handle: Handle) -> None:
        """One step."""
        await handle.signal("payment", BareMessage())

    async def give_certificate(self, handle: Handle, today: date) -> None:
        """One step, then a new run with next year's reminders."""
        ends_at = datetime(today.year + 1, today.month, 1, 12, tzinfo=UTC)
        await handle.signal("certificate", BareMessage(due=_reminders(ends_at), cut=True))

    async def next_reminder_at(self, handle: Handle) -> datetime:
        """Return when the next reminder is due."""
        return datetime.fromisoformat((await handle.query("status"))["due"][0])


def _reminders(start: datetime) -> tuple[datetime, ...]:
    return tuple(start.replace(microsecond=0) + timedelta(days=30 - days) for days in REMINDED_BEFORE_END)
