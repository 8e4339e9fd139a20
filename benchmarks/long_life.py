"""Ten years of one company: renewals, and thousands of messages, uploads and signals that nobody can take.

There is no peer: what is shown is how little grows. The last figure is a company's of one year beside it.
"""

import asyncio
import statistics
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client, WorkflowHistory
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from benchmarks.figures import Figure
from benchmarks.life import own_events
from benchmarks.servers import Counter, activity_worker, server
from benchmarks.sizes import Size
from benchmarks.subjects import Handle, Product
from benchmarks.workflows import workflow_worker
from domain.bucket import inbox_key
from domain.calendar import bogota_date
from domain.case.policy import Policy
from stack import case_time
from stack.servers import TIME_SKIPPING

CONFIGURATION: Final = (
    "product: the worker's options as shipped, activities over ports in memory, time moved forward\n"
    "bare: no peer; what each line compares stands in it, the second in the column bare"
)
STATE_BYTES, RUN_EVENTS, PAYLOAD_BYTES = 100_000, 1_000, 200_000
"""Goals; Temporal refuses a payload of 2 MB and a history of 50,000 events."""
BURST = 50
"""So many signals come at once."""
QUESTIONS = 15


async def measure(size: Size) -> list[Figure]:
    """Return the figures of a long life."""
    task_queue, subject = f"long-{uuid.uuid4().hex}", Product()
    async with (
        server(TIME_SKIPPING) as client,
        activity_worker(client, subject, task_queue, Counter()),
        workflow_worker(client, subject.name, task_queue),
    ):
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))

        async def lived(years: int) -> Handle:
            handle = await subject.start(skipper.client, task_queue)
            await case_time.until_idle(handle)
            await subject.give_representative(handle)
            for year in range(years):
                await _year(subject, skipper, client.get_workflow_handle(handle.id), year, size)
            return client.get_workflow_handle(handle.id)

        young, old = await lived(1), await lived(size.years)
        answers = await _seconds_to_answer(old, young)
        runs = [run async for run in _runs(client, old.id)]
    return _figures(runs, answers)


def _figures(runs: list[WorkflowHistory], answers: list[float]) -> list[Figure]:
    carried = [_carried(run) for run in runs]
    events = [_events(run) for run in runs]
    largest = max(event.ByteSize() for run in runs for event in run.events)
    return [
        Figure("events of the longest run, all runs", max(events), sum(events), RUN_EVENTS, absolute=True),
        Figure("largest state, the first year's", max(carried), carried[0], STATE_BYTES, " bytes", absolute=True),
        Figure("largest event, largest state", largest, max(carried), PAYLOAD_BYTES, " bytes", absolute=True),
        Figure("status after all years, after one", answers[0] * 1000, answers[1] * 1000, 1.5, " ms", 1),
    ]


async def _year(subject: Product, skipper: TimeSkipper, handle: Handle, year: int, size: Size) -> None:
    """Pay, get a certificate, live with it, and let it end."""
    today = bogota_date(await case_time.now(handle))
    days = {"valid_from": str(today), "valid_until": str(today + timedelta(days=365)), "by": "billing"}
    await handle.signal(
        "payment_confirmed", {"reference": f"FV-{year}", "amount_cop": Policy().total_cop, "by": "billing"}
    )
    await handle.signal("certificate_issued", {"serial": f"4A:{year:02d}", **days})
    await case_time.until_idle(handle)
    for month in range(12):
        for signal in _month(subject, handle, year, month, size):
            await asyncio.gather(*(handle.signal(name, message) for name, message in signal))
            await case_time.until_idle(handle)
        await case_time.skip(skipper, handle, timedelta(days=30, hours=9))


def _month(subject: Product, handle: Handle, year: int, month: int, size: Size) -> list[list[tuple[str, Any]]]:
    """Return what is sent in a month, in bursts."""
    company_id = handle.id.removeprefix("activation-")
    sent: list[tuple[str, Any]] = []
    for number in range(size.taken_a_month):
        told = f"{year}/{month}/{number}"
        sent.append(("certificate_rejected", {"observations": told, "by": "billing"}))
        sent.append(("payment_confirmed", {"reference": told, "amount_cop": Policy().total_cop, "by": "billing"}))
    for number in range(size.uploads_a_month):
        upload_id = f"u{year}-{month}-{number}"
        subject.objects.put(inbox_key(company_id, upload_id), b"%PDF", "application/pdf")
        sent.append(("letter_uploaded", {"upload_id": upload_id, "by": "representative"}))
    sent += [("step_completed", {"step": 7 + number, "by": "billing"}) for number in range(size.rejected_a_month)]
    return [sent[begins : begins + BURST] for begins in range(0, len(sent), BURST)]


async def _seconds_to_answer(*handles: Handle) -> list[float]:
    """Return for each the median of its answers, asked in turn, so that all meet the same machine."""
    taken: list[list[float]] = [[] for _ in handles]
    for _ in range(QUESTIONS):
        for handle, of_it in zip(handles, taken, strict=True):
            began = time.monotonic()
            await handle.query("status")
            of_it.append(time.monotonic() - began)
    return [statistics.median(of_it) for of_it in taken]


async def _runs(client: Client, workflow_id: str) -> AsyncIterator[WorkflowHistory]:
    """Yield every run's history, the first run's first."""
    described = await client.get_workflow_handle(workflow_id).describe()
    run_id: str | None = described.raw_description.workflow_execution_info.first_run_id
    while run_id:
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        yield history
        run_id = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


def _events(run: WorkflowHistory) -> int:
    return len(own_events(run))


def _carried(run: WorkflowHistory) -> int:
    """Return the bytes of the input that a run began with."""
    return sum(len(each.data) for each in run.events[0].workflow_execution_started_event_attributes.input.payloads)
