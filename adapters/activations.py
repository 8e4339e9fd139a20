"""The door to the cases for whoever is not the workflow: the billing backend's command and the portal.

Data go to S3 first, then a message with their digest goes to the case. Every call is safe to make twice.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import Field
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from adapters import profiles, updates, uploads
from adapters.case_errors import case_errors
from adapters.directory.entering import Entering
from adapters.outlines import Outline, of_a_new_case, outline_of
from adapters.recording import Recorder, Unrecorded, about
from adapters.s3 import S3Objects
from domain.bucket import company_key
from domain.case.policy import Policy
from domain.consent.authorization import Authorization
from domain.contract import ASK_AGAIN, STATUS_QUERY, TASK_QUEUE, WORKFLOW_TYPE, workflow_id
from domain.errors import CaseNotFoundError, NotAllowedNowError, ServiceUnavailableError
from domain.messages.models import (
    AttachLetter,
    CompanyUpdated,
    Message,
    PaymentConfirmed,
    SubmitRepresentative,
    VerifyPayment,
)
from domain.model import Model, canonical_bytes
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from domain.remarks import Remark, remark

QUERY_TIMEOUT: Final = timedelta(seconds=5)
UPDATE_TIMEOUT: Final = timedelta(seconds=45)
RPC_TIMEOUT: Final = timedelta(seconds=10)
NOT_YET: Final = (ASK_AGAIN, "Query expired", "Workflow task is not scheduled yet")
"""The second is the SDK's, of a question that a task overtook, the third the server's, of a run that follows another
and waits, up to a second, for its first task."""

Json = dict[str, Any]
Seen = TypeVar("Seen")


class Started(Model):
    """What a start came to. `started` is false when the case was there before; `closed` when it is over."""

    workflow_id: str
    run_id: str
    started: bool
    closed: bool = Field(default=False, exclude=True)


class Activations:
    """Every company's activation, through one client and one bucket. Each change is put on record first."""

    def __init__(
        self, client: Client, objects: S3Objects, recorder: Recorder | None = None, directory: Entering | None = None
    ) -> None:
        self._client = client
        self._objects = objects
        self._recorder = recorder or Unrecorded()
        self._directory = directory

    async def start(
        self, company: Company, policy: Policy, *, reopen: bool = False, priority: Priority = Priority.default
    ) -> Started:
        """Start a company's activation unless it has one; with `reopen`, also when the earlier one is closed."""
        identifier = workflow_id(company.company_id)
        known = await self._execution(company.company_id)
        if known is not None and (known[1] or not reopen):
            return Started(workflow_id=identifier, run_id=known[0], started=False, closed=not known[1])
        await self._recorder.before("activation_started", company.company_id, None)
        sha256 = await asyncio.to_thread(self._store, company)
        start = {
            "company_id": company.company_id,
            "profile_sha256": sha256,
            "policy": policy.model_dump(mode="json"),
        }
        reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if reopen else WorkflowIDReusePolicy.REJECT_DUPLICATE
        try:
            with case_errors(self._client, company.company_id):
                handle = await self._client.start_workflow(
                    WORKFLOW_TYPE,
                    start,
                    id=identifier,
                    task_queue=TASK_QUEUE,
                    id_reuse_policy=reuse,
                    search_attributes=of_a_new_case(),
                    priority=priority,
                    rpc_timeout=RPC_TIMEOUT,
                )
        except WorkflowAlreadyStartedError as error:
            return Started(workflow_id=identifier, run_id=error.run_id or "", started=False)
        return Started(workflow_id=identifier, run_id=handle.first_execution_run_id or "", started=True)

    async def status(self, company_id: str, *, within: timedelta = QUERY_TIMEOUT) -> Json:
        """Return the case as its workflow tells it; raises NoWorkerError when no worker answers in time."""
        with case_errors(self._client, company_id):
            async with asyncio.timeout(within.total_seconds()):
                while (facts := await self._told(company_id, within)) is None:  # noqa: ASYNC110  # it has no event
                    await asyncio.sleep(0.05)
        return facts

    async def _told(self, company_id: str, within: timedelta) -> Json | None:
        try:
            facts: Json = await self._handle(company_id).query(STATUS_QUERY, rpc_timeout=within)
        except (WorkflowQueryFailedError, RPCError) as error:
            if not any(text in error.message for text in NOT_YET):
                raise
            return None
        return facts

    async def outline(self, company_id: str, *, within: timedelta = RPC_TIMEOUT) -> Outline:
        """Return what Temporal itself knows of a case, which needs no worker."""
        with case_errors(self._client, company_id):
            async with asyncio.timeout(within.total_seconds()):
                found = await self._handle(company_id).describe(rpc_timeout=within)
        return outline_of(found.typed_search_attributes)

    async def update_company(self, company: Company, by: str) -> bool:
        """Store corrected data and tell the case; False when they were stored before. The NIT is fixed after step 3.

        Case and directory are told in any case: an earlier call may have stored the data and broken off before.
        """
        await self.require(company.company_id)
        stored = await asyncio.to_thread(self._objects.get, company_key(company.company_id))
        if stored is not None and stored.data == canonical_bytes(company):
            sha256 = await asyncio.to_thread(self._store, company, again=True)
            await self.signal(company.company_id, "company_updated", CompanyUpdated(sha256=sha256, by=by))
            return False
        if stored is None or Company.model_validate_json(stored.data).nit != company.nit:
            facts = await self.status(company.company_id)
            if facts["steps"]["nit_locked"]:
                raise NotAllowedNowError(remark("nit_locked"))
        await self._recorder.before("company_stored", company.company_id, None)
        sha256 = await asyncio.to_thread(self._store, company)
        await self.signal(company.company_id, "company_updated", CompanyUpdated(sha256=sha256, by=by))
        return True

    def _store(self, company: Company, *, again: bool = False) -> str:
        store = profiles.mark_company if again else profiles.store_company
        sha256 = store(self._objects, company)
        if self._directory is not None:
            self._directory.enter(company)
        return sha256

    async def submit_representative(
        self,
        company_id: str,
        representative: Representative,
        by: str,
        *,
        consent: Authorization | None = None,
        within: timedelta = UPDATE_TIMEOUT,
    ) -> Json:
        """Store the representative's data and return the letter to sign: `folio`, `key`, `sha256`.

        The authorization to treat them is written down first. Without one the sender answers for it.
        """
        await self.require(company_id)
        how = "without consent" if consent is None else f"consent {consent.door} {consent.text_version}"
        await self._recorder.before("representative_stored", company_id, how)
        sha256 = await asyncio.to_thread(
            profiles.store_representative, self._objects, company_id, representative, consent
        )
        message = SubmitRepresentative(sha256=sha256, by=by)
        return await self.update(company_id, "submit_representative", message, within=within)

    async def letter(self, company_id: str) -> bytes:
        """Return the PDF of the letter that waits for a signature, checked against its digest."""
        issued = (await self.status(company_id))["letter"]
        if issued["key"] is None:
            raise NotAllowedNowError(remark("no_letter"))
        stored = await asyncio.to_thread(self._objects.get, issued["key"])
        if stored is None or hashlib.sha256(stored.data).hexdigest() != issued["sha256"]:
            raise NotAllowedNowError(remark("letter_altered", key=issued["key"]))
        return stored.data

    async def upload_letter(self, company_id: str, files: Sequence[bytes], by: str) -> Json:
        """Store a signed letter, a PDF or photos of it, and return the verdict, and what was made of the files."""
        upload_id = await self.store_upload(company_id, files)
        answer = await self.update(company_id, "attach_letter", AttachLetter(upload_id=upload_id, by=by))
        converted = await asyncio.to_thread(uploads.conversion, self._objects, company_id, upload_id)
        return answer if converted is None else {**answer, "converted": converted.model_dump(mode="json")}

    async def store_upload(self, company_id: str, files: Sequence[bytes]) -> str:
        """Store a file, or photos in their order, for an open case, which does not know of it yet; return its id."""
        await self.require(company_id)
        return await asyncio.to_thread(uploads.store, self._objects, company_id, files)

    async def confirm_payment(
        self, company_id: str, payment: PaymentConfirmed, *, within: timedelta = QUERY_TIMEOUT
    ) -> str | None:
        """Tell the case of a payment and return what it counts for, or None when no worker answers yet.

        Raises NotAllowedNowError when the case has refused it.
        """
        await self.require(company_id)
        return await self.signal_and_see(
            company_id, "payment_confirmed", payment, lambda facts: _standing(facts, payment), within=within
        )

    async def signal_and_see(
        self, company_id: str, name: str, message: Message, seen: Callable[[Json], Seen | None], *, within: timedelta
    ) -> Seen | None:
        """Send a signal and return what is seen of it in the status, or None when nothing is in time.

        It is kept before the status, the only thing that answers a signal, is asked: it can't be lost by asking.
        """
        await self.signal(company_id, name, message)
        with contextlib.suppress(ServiceUnavailableError, TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                while (found := seen(await self.status(company_id, within=within))) is None:  # noqa: ASYNC110  # no event
                    await asyncio.sleep(0.1)
                return found
        return None

    async def signal(self, company_id: str, name: str, message: Message) -> None:
        """Send a signal; it is durable once this returns, with or without a worker."""
        await self._recorder.before(name, company_id, about(message))
        with case_errors(self._client, company_id):
            await self._handle(company_id).signal(
                name, message.model_dump(mode="json", exclude_none=True), rpc_timeout=RPC_TIMEOUT
            )

    async def require(self, company_id: str, *, running: bool = True) -> None:
        """Raise CaseNotFoundError unless the company has a case, and, where asked, one that is not closed."""
        known = await self._execution(company_id)
        if known is None:
            raise CaseNotFoundError(f"{company_id} has no activation; start it first")
        if running and not known[1]:
            raise CaseNotFoundError(f"the activation of {company_id} is closed; start it again with --reopen")

    async def exists(self, company_id: str) -> bool:
        """Tell whether the company has a case, open or closed."""
        return await self._execution(company_id) is not None

    async def _execution(self, company_id: str) -> tuple[str, bool] | None:
        """Return the latest run's id and whether it is running, or None."""
        try:
            with case_errors(self._client, company_id):
                found = await self._handle(company_id).describe(rpc_timeout=RPC_TIMEOUT)
        except CaseNotFoundError:
            return None
        return found.run_id, found.status is WorkflowExecutionStatus.RUNNING

    async def update(
        self,
        company_id: str,
        name: str,
        message: Message,
        *,
        within: timedelta = UPDATE_TIMEOUT,
        known_by: str | None = None,
    ) -> Json:
        """Send an update and return its answer; raises NotAllowedNowError or RefusedError when it is no.

        One that is known by an id is carried out once, and answers the same when it is sent again to the same run.

        An answer that takes longer raises NoWorkerError. The update may be done all the same, or, when no worker took
        it, may not: ask again.
        """
        if not isinstance(message, VerifyPayment) and known_by is None:  # which only ask, or ask again
            await self._recorder.before(name, company_id, about(message))
        with case_errors(self._client, company_id):
            # The client's own timeout is of each call, and it calls again: without a worker it would wait for ever.
            async with asyncio.timeout(within.total_seconds()):
                return await updates.sent(self._handle(company_id), name, message, known_by)

    def _handle(self, company_id: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(workflow_id(company_id))


def _standing(facts: Json, payment: PaymentConfirmed) -> str | None:
    for each in facts["payment"]["payments"]:
        if each["reference"] == payment.reference and each["amount_cop"] == payment.amount_cop:
            return str(each["standing"])
    for each in facts["rejected_signals"]:
        values = each["values"] or {}
        said = (each["code"], values.get("reference"), values.get("amount_cop"))
        if said == ("payment_recorded", payment.reference, payment.amount_cop):
            raise NotAllowedNowError(Remark(code=each["code"], message=each["reason"], values=values))
    return None
