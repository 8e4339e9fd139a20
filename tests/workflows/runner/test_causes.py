"""A step belongs to the message that led to it, whatever else comes meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import tracing
from adapters import spans
from servers import Traces
from tests.support.collector import collecting
from tests.support.temporal_places import Place, temporal_place
from workflows.runner.causes import Causes

LIMIT = timedelta(seconds=60)


@workflow.defn
class TwoSteps:
    def __init__(self) -> None:
        self.taken: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: "go" in self.taken)
        await workflow.execute_activity("first", start_to_close_timeout=LIMIT)
        await workflow.execute_activity("second", start_to_close_timeout=LIMIT)

    @workflow.signal(dynamic=True)
    def take(self, name: str, _: Sequence[RawValue]) -> None:
        self.taken.append(name)

    @workflow.query
    def has(self, name: str) -> bool:
        return name in self.taken


class Steps:
    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    @activity.defn
    async def first(self) -> None:
        self.begun.set()
        await self.may_end.wait()

    @activity.defn
    async def second(self) -> None:
        pass


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with temporal_place(tmp_path_factory.mktemp("temporal")) as running:
        yield running


async def two_steps(client: Client, by: Client, *, meanwhile: bool) -> None:
    """Have a message lead to two steps; another one may come while the first is under way."""
    steps = Steps()
    traced = Worker(
        client,
        task_queue="two-steps",
        workflows=[TwoSteps],
        activities=[steps.first, steps.second],
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Causes()],
    )
    async with traced:
        started = await client.start_workflow(TwoSteps.run, id=f"two-steps-{meanwhile}", task_queue="two-steps")
        handle = by.get_workflow_handle(started.id)
        await sent(handle, "go")
        await steps.begun.wait()
        if meanwhile:
            await sent(handle, "another")
        steps.may_end.set()
        await handle.result()


async def sent(handle: WorkflowHandle[TwoSteps, None], name: str) -> None:
    """Send it as a request would; return once the case has it."""
    provider = spans.provider()
    assert provider is not None
    with provider.get_tracer("tests").start_as_current_span(f"request {name}"):
        await handle.signal(name)
    async with asyncio.timeout(60):
        while not await handle.query(TwoSteps.has, name):  # a query is the event
            pass


async def chains(place: Place, *, traced_sender: bool, meanwhile: bool) -> dict[str, list[list[str]]]:
    with collecting() as collector:
        with tracing.traced(Traces(endpoint=collector.url), "activa-tests"):
            client = await place.connect(interceptors=tracing.interceptors())
            by = client if traced_sender else await place.connect()
            await two_steps(client, by, meanwhile=meanwhile)
        return {name: collector.chain(f"activity {name}") for name in ("first", "second")}


async def test_what_follows_upon_a_step_belongs_to_the_message_of_the_step(place: Place) -> None:
    assert await chains(place, traced_sender=True, meanwhile=True) == {
        "first": [["activity first", "signal go", "request go"]],
        "second": [["activity second", "signal go", "request go"]],
    }


async def test_what_a_message_without_a_trace_leads_to_has_traces_of_its_own(place: Place) -> None:
    assert await chains(place, traced_sender=False, meanwhile=False) == {
        "first": [["activity first"]],
        "second": [["activity second"]],
    }
