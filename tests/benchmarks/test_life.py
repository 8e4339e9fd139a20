"""The lives that are measured are driven on a worker like the product's own."""

from datetime import UTC, datetime

from benchmarks.servers import Counter, activity_worker, server
from benchmarks.subjects import Product
from benchmarks.workflows import workflow_worker
from stack import case_time


async def test_a_case_that_has_had_a_task_tells_its_next_reminder() -> None:
    subject, counter = Product(), Counter()
    async with (
        server() as client,
        activity_worker(client, subject, "life", counter),
        workflow_worker(client, subject.name, "life"),
    ):
        handle = await subject.start_waiting(client, "life")
        await counter.until(1)
        await case_time.until_idle(handle)
        assert await subject.next_reminder_at(handle) > datetime.now(UTC)
