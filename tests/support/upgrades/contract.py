"""`python -m tests.support.upgrades.contract NAME`: record what a portal and a worker of this release tell each other.

One life through the one door to the cases, as the portal, the desk and the billing API use it: each message as it was
sent, each answer as it was read, and what the portal expects of a status. Later releases are held against it.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any, Final

from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.exceptions import ApplicationError

from adapters import profiles
from adapters.activations import Activations
from domain.bucket import inbox_key
from domain.errors import NotAllowedNowError
from domain.messages import models
from portal.cases.desk_facts import DeskFacts
from stack.connection import PatientActivations
from stack.mail_sink import MailSink
from stack.process import ROOT
from tests.support import builders, s3_servers
from tests.support.temporal_places import temporal_place
from tests.support.upgrades.kept_release import RELEASES, unpack
from tests.support.upgrades.mixed import older_worker
from tests.support.world import TUESDAY, CaseUnderTest, Json, World, world

CONTRACTS: Final = ROOT / "tests" / "workflows" / "contracts"
BROKEN: Final = b"%PDF-1.7 broken"
BY: Final = "representative"
SUPPORT: Final = "support:ana"


class Recorder(Interceptor):
    """Notes what crosses; each exchange says its kind, its name, what was sent and what came back."""

    def __init__(self) -> None:
        self.exchanges: list[Json] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return _Recording(next, self.exchanges)


class _Recording(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, exchanges: list[Json]) -> None:
        super().__init__(following)
        self._exchanges = exchanges

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        await super().signal_workflow(input)
        self._exchanges.append({"kind": "signal", "name": input.signal, "sent": input.args[0]})

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:  # noqa: A002
        answer = await super().query_workflow(input)
        self._exchanges.append({"kind": "query", "name": input.query, "answer": answer})
        return answer

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        handle = await super().start_workflow_update(input)
        came = await outcome(handle)
        self._exchanges.append({"kind": "update", "name": input.update, "sent": input.args[0], **came})
        return handle


async def outcome(handle: WorkflowUpdateHandle[Any]) -> Json:
    """Return what an update came to: its answer, or the type and the details of its refusal."""
    try:
        return {"answer": await handle.result()}
    except WorkflowUpdateFailedError as error:
        assert isinstance(error.cause, ApplicationError)  # noqa: PT017  # a refusal is what is asked for
        return {"refused": {"type": error.cause.type, "details": list(error.cause.details)}}


async def live(case: CaseUnderTest, door: Activations) -> None:
    """Live a life in which every kind of answer is given."""

    async def told() -> None:
        await case.settle()
        await door.status(company_id)

    async def signal(message: models.Message, name: str) -> None:
        await door.signal(company_id, name, message)
        await told()

    company_id = case.company_id
    await told()
    with suppress(NotAllowedNowError):
        await door.update(company_id, "continue_to_test_set", models.ContinueToTestSet(by=BY))
    await door.submit_representative(company_id, builders.representative(), BY)
    await attach(case, door, BROKEN)
    await attach(case, door, await case.signed())
    await told()
    await door.update(company_id, "delete_letter", models.DeleteLetter(by=BY))
    await attach(case, door, await case.signed(8))
    await door.update(company_id, "continue_to_test_set", models.ContinueToTestSet(by=BY))
    await signal(models.PaymentConfirmed(by="billing", reference="FV-77", amount_cop=297_500), "payment_confirmed")
    await door.update(company_id, "verify_payment", models.VerifyPayment(by=BY))
    await signal(models.PaymentConfirmed(by="billing", reference="FV-77", amount_cop=1), "payment_confirmed")
    days = {"valid_from": f"{TUESDAY:%Y-%m-%d}", "valid_until": "2036-02-05"}
    await signal(models.CertificateIssued(by=SUPPORT, serial="5F01", **days), "certificate_issued")
    await signal(models.RemindersMuted(by=SUPPORT, until="2035-12-01", reason="on leave"), "reminders_muted")


async def attach(case: CaseUnderTest, door: Activations, pdf: bytes) -> None:
    """Attach a file."""
    message = models.AttachLetter(upload_id=await case.upload(pdf), by=BY)
    await door.update(case.company_id, "attach_letter", message)


async def repeated(case: CaseUnderTest, exchanges: Sequence[Json]) -> list[Json]:
    """Send a case what was sent then, byte for byte; return what it answers now."""
    files = iter([BROKEN, None, None])
    found = []
    for each in exchanges:
        if each["name"] == "submit_representative":
            await store(case)
        if each["name"] == "attach_letter":
            pdf = next(files) or await case.signed(len(found))
            key = inbox_key(case.company_id, each["sent"]["upload_id"])
            await asyncio.to_thread(case.world.objects.put, key, pdf, "application/pdf")
        found.append({**each, **await _sent_again(case, each)})
    return found


async def store(case: CaseUnderTest) -> None:
    """Store the representative that the messages refer to."""
    await asyncio.to_thread(
        profiles.store_representative, case.world.objects, case.company_id, builders.representative(), None
    )


async def _sent_again(case: CaseUnderTest, exchange: Json) -> Json:
    match exchange["kind"]:
        case "signal":
            await case.handle.signal(exchange["name"], exchange["sent"])
            return {}
        case "query":
            return {"answer": await case.settle()}
        case _:
            stage = WorkflowUpdateStage.COMPLETED
            return await outcome(
                await case.handle.start_update(exchange["name"], exchange["sent"], wait_for_stage=stage)
            )


async def record(name: str, archive: Path | None) -> None:
    """Write the contract, of today's worker or of a kept release's."""
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder, s3_servers.moto() as s3_url:
        async with (
            temporal_place(Path(folder) / "temporal") as place,
            MailSink(Path(folder) / "mail") as mails,
            world(place, s3_url, mails, begins=TUESDAY) as made,
            _worker(made, archive, Path(folder) / "release"),
        ):
            case = await made.start()
            client: Client = await place.connect(interceptors=[recorder])
            await live(case, PatientActivations(client, made.objects))
    contract = {"reads": DeskFacts.model_json_schema(mode="validation"), "exchanges": recorder.exchanges}
    text = json.dumps(contract, ensure_ascii=False, indent=1, sort_keys=True)
    CONTRACTS.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread((CONTRACTS / f"{name}.json").write_text, text + "\n", encoding="utf-8")


def _worker(made: World, archive: Path | None, folder: Path) -> AbstractAsyncContextManager[object]:
    return made.worker() if archive is None else older_worker(made, unpack(archive, folder))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="of the release, as in 0.1.0")
    parser.add_argument("--kept", action="store_true", help="ask the worker of the kept release, not today's")
    given = parser.parse_args()
    [archive] = RELEASES.glob("*.tar.xz") if given.kept else [None]
    asyncio.run(record(given.name, archive))


if __name__ == "__main__":
    main()
