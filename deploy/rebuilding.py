"""Starting cases anew where their snapshots say they stood, and comparing the two.

Invariant: only a case that Temporal does not know is started, or, where it was asked for by name, one that was ended by
force. So it may run beside living cases, be broken off and run again. A case is started with what its workflow would
have handed to a new run: nothing is decided here, and the keys of mails, letters and events are those of before.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.activations import Activations
from adapters.at_once import some_at_once
from adapters.last_tasks import is_behind
from adapters.outlines import of_a_case, of_a_new_case
from adapters.recording import Recorder
from adapters.s3 import S3Objects
from adapters.snapshots import Kept, Snapshots, SnapshotUnusableError
from adapters.temporal import RPC_TIMEOUT, address_of, server_errors
from domain.case.case import Case
from domain.case.snapshot import Snapshot
from domain.contract import TASK_QUEUE, WORKFLOW_TYPE, company_of, workflow_id
from domain.model import wrong_fields
from domain.views.stage import search_values
from domain.views.status import status

AT_ONCE: Final = 8
Json = dict[str, Any]


class Outcome(StrEnum):
    """What became of a case, or, in a rehearsal, would."""

    STARTED = "started"
    SAME = "same"
    """Temporal has it, and it was left alone."""
    OVER = "over"
    """It was closed, and the server would have dropped it by now."""
    BEHIND = "behind"
    """Its snapshot lacks what its last tasks did; only a rehearsal looks."""
    UNUSABLE = "unusable"
    NOT_REOPENED = "not_reopened"


@dataclass(frozen=True)
class Told:
    """One case, and a sentence about it where there is something to say."""

    company_id: str
    outcome: Outcome
    why: str = ""


class Rebuilding:
    """Works through snapshots; with `rehearse` it changes nothing and tells what it would do."""

    def __init__(
        self, client: Client, objects: S3Objects, recorder: Recorder, *, kept_for: timedelta, rehearse: bool
    ) -> None:
        """Hold the servers; `kept_for` is how long the namespace keeps closed cases."""
        self._client = client
        self._snapshots = Snapshots(objects)
        self._cases = Activations(client, objects)
        self._recorder = recorder
        self._kept_for = kept_for
        self._rehearse = rehearse

    async def companies(self) -> Sequence[str]:
        """Return whose snapshots there are, and in a rehearsal also whose cases have none."""
        known = await asyncio.to_thread(self._snapshots.companies)
        if not self._rehearse:
            return known
        query = f"WorkflowType = '{WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'"
        with server_errors(address_of(self._client)):
            running = [company_of(each.id) async for each in self._client.list_workflows(query)]
        return list(dict.fromkeys((*known, *filter(None, running))))

    async def all(self, companies: Sequence[str], per_second: float, done: Callable[[Told], None]) -> None:
        """Start whatever is missing, so many a second, and tell of each case."""

        async def one(company_id: str) -> None:
            done(await self._rebuilt(company_id))

        with server_errors(address_of(self._client)):
            await some_at_once(_paced(companies, per_second), one, AT_ONCE)

    async def reopen(self, company_id: str) -> Told:
        """Start one case that was ended by force, or is missing."""
        with server_errors(address_of(self._client)):
            return await self._rebuilt(company_id, by_name=True)

    async def _rebuilt(self, company_id: str, *, by_name: bool = False) -> Told:
        try:
            kept = await asyncio.to_thread(self._snapshots.read, company_id)
        except SnapshotUnusableError as error:
            return Told(company_id, Outcome.UNUSABLE, str(error))
        found = await self._found(company_id)
        if found is None or (by_name and found.status is not WorkflowExecutionStatus.RUNNING):
            if kept is None:
                return Told(company_id, Outcome.NOT_REOPENED, "it has no snapshot; `python starter.py start` starts it")
            return await self._missing(kept, by_name=by_name)
        if not self._rehearse or not await is_behind(self._client, found, kept):
            return Told(company_id, Outcome.SAME)
        facts = await self._cases.status(company_id)  # which lets a worker write the snapshot
        if kept is None:
            return Told(company_id, Outcome.BEHIND, "it had no snapshot; its case has been asked, which writes one")
        differing = ", ".join(_differences(kept.snapshot, facts)) or "nothing that its status shows"
        why = f"its snapshot was behind its case, which has been asked, in {differing}"
        return Told(company_id, Outcome.BEHIND, why)

    async def _found(self, company_id: str) -> WorkflowExecutionDescription | None:
        try:
            return await self._client.get_workflow_handle(workflow_id(company_id)).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def _missing(self, kept: Kept, *, by_name: bool) -> Told:
        company_id, now = kept.snapshot.company_id, datetime.now(UTC)
        if by_name and kept.snapshot.closed:
            why = "it was closed in order; `python starter.py start FILE.json --reopen` starts it again"
            return Told(company_id, Outcome.NOT_REOPENED, why)
        if kept.snapshot.closed and kept.stored_at + self._kept_for < now:
            return Told(company_id, Outcome.OVER)
        try:
            case = _case(kept.snapshot)
        except ValidationError as error:
            return Told(company_id, Outcome.UNUSABLE, f"its snapshot can't be used: {wrong_fields(error)[:200]}")
        stage = "started" if case is None else search_values(case, now).stage.value
        if not self._rehearse and not await self._start(kept, case, now, by_name=by_name):
            return Told(company_id, Outcome.SAME)
        word = "is" if not self._rehearse else "would be"
        closed = ", and closes again at once" if kept.snapshot.closed else ""
        of = f"{kept.stored_at:%Y-%m-%d %H:%M:%S} UTC"
        return Told(company_id, Outcome.STARTED, f"missing; {word} started where it stood at {of}, {stage}{closed}")

    async def _start(self, kept: Kept, case: Case | None, now: datetime, *, by_name: bool) -> bool:
        """Start a case; False when somebody else has done so meanwhile."""
        company_id = kept.snapshot.company_id
        await self._recorder.before("case_rebuilt", company_id, None)
        if kept.snapshot.position.began_at > now:  # its server's clock was ahead
            await asyncio.to_thread(self._snapshots.set_back, kept, now - timedelta(minutes=1))
        reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if by_name else WorkflowIDReusePolicy.REJECT_DUPLICATE
        try:
            await self._client.start_workflow(
                WORKFLOW_TYPE,
                kept.snapshot.start,
                id=workflow_id(company_id),
                task_queue=TASK_QUEUE,
                id_reuse_policy=reuse,
                search_attributes=of_a_new_case() if case is None else of_a_case(search_values(case, now)),
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True


def _case(snapshot: Snapshot) -> Case | None:
    return None if snapshot.case is None else Case.restored(snapshot.case)


def _differences(snapshot: Snapshot, facts: Json) -> list[str]:
    """Return the parts of the status that a snapshot would tell otherwise."""
    try:
        case = _case(snapshot)
    except ValidationError:
        case = None
    known = {} if case is None else status(case, datetime.now(UTC))
    return [name for name, value in facts.items() if known.get(name) != value]


async def _paced(companies: Sequence[str], per_second: float) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, each in enumerate(companies):
        await asyncio.sleep(began + number / per_second - loop.time())
        yield each
