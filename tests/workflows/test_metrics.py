"""What a worker's scrape tells of its cases: each thing once, however often a history is replayed."""

import asyncio
import dataclasses
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from temporalio.common import MetricMeter
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters import temporal
from adapters.census import RUNNING, Census, Count, tell
from domain.contract import TASK_QUEUE
from domain.views.stage import Stage
from stack.mail_sink import MailSink
from stack.probes import free_port, http_answers
from stack.process import Program, RunningProgram
from tests.support.canaries import COMPANY, REPRESENTATIVE, found_in
from tests.support.deploy.losing import keeping_worker
from tests.support.figures import metrics_named
from tests.support.receiver import Receiver, receiving
from tests.support.temporal_places import temporal_place
from tests.support.worker_alone import environment_over
from tests.support.world import ORDINARY_DAY, World, world
from version import __version__
from workflows.counting import begin_at_nought

Series = dict[str, float]
COMMON = {"namespace", "service_name", "task_queue", "workflow_type"}
"""Labels that all of a worker's series have."""


@dataclass
class Measured:
    """A world whose workers tell Prometheus, and where."""

    world: World
    meter: MetricMeter
    url: str

    async def scrape(self) -> str:
        async with httpx.AsyncClient(timeout=60) as client:
            return (await client.get(self.url)).text


@pytest_asyncio.fixture(loop_scope="session")
async def measured(tmp_path: Path, moto_url: str, mail_sink: MailSink) -> AsyncIterator[Measured]:
    port = free_port()
    runtime = temporal.runtime(f"127.0.0.1:{port}")
    async with (
        temporal_place(tmp_path) as place,
        world(place, moto_url, mail_sink, begins=ORDINARY_DAY) as made,
    ):
        client = await temporal.connect(address=place.address, namespace=place.namespace, runtime=runtime)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        told = dataclasses.replace(made, client=client, skipper=skipper)
        yield Measured(told, runtime.metric_meter, f"http://127.0.0.1:{port}/metrics")


def ours(scrape: str) -> Series:
    """Return the product's own series, by name and the values of its own labels, in the order of their names."""
    found: Series = {}
    for name, labels, value in re.findall(r"^(activa_\w+)(?:\{(.*)\})? (\S+)$", scrape, re.MULTILINE):
        kept = re.findall(r'(\w+)="([^"]*)"', labels)
        told = " ".join(value for key, value in sorted(kept) if key not in COMMON)
        found[f"{name} {told}".strip()] = float(value)
    return found


async def test_a_life_is_counted_once_though_each_task_replays_it(measured: Measured) -> None:
    made = measured.world
    async with keeping_worker(made):
        case = await made.start(**COMPANY)
        await case.with_letter(**REPRESENTATIVE)
        await case.attach(b"%PDF-1.7 broken Zoraida")
        await case.attach_scan()
        await case.settle()
        await case.skip_to_next_reminder()
        await case.pay()
        await case.settle()
        await case.issue_certificate()
        await case.settle()
        await case.in_visibility('ActivationStage = "certificate_active" AND ExecutionStatus = "Running"')
        await case.in_visibility('ExecutionStatus = "Running"')  # and no run before it
        tell(await Census(made.client, made.objects).count(), measured.meter, datetime.now(UTC))
    scrape = await measured.scrape()
    found = ours(scrape)
    assert found.pop("activa_counted_at_seconds") > 0
    assert found == {
        **{f"activa_cases {each}": float(each is Stage.CERTIFICATE_ACTIVE) for each in RUNNING},
        f"activa_build_info {__version__}": 1,
        "activa_cases_needing_attention": 0,
        "activa_oldest_owed_seconds": 0,
        "activa_entitlement_changes_total loan none": 1,
        "activa_entitlement_changes_total own loan": 1,
        "activa_reminders_total sent loan": 1,
        "activa_verdicts_total none accepted": 1,
        "activa_verdicts_total unreadable rejected": 1,
    }
    assert found_in(scrape) == []


async def test_every_metric_of_an_alert_or_a_dashboard_is_in_a_workers_scrape(measured: Measured) -> None:
    made = measured.world
    dead = made.settings.smtp.model_copy(update={"port": free_port()})
    async with receiving(Receiver()) as receiver:
        async with keeping_worker(made, webhooks=receiver.settings):
            case = await made.start()
            await case.with_loan()
            await receiver.told(case.company_id, "loan.started")
            await case.skip_to_next_reminder()
            await case.settle()
        async with keeping_worker(made, smtp=dead, webhooks=receiver.settings):
            await case.pay()
            await case.skip(timedelta(hours=2))  # the mail fails again and again, until a person should look
            await case.in_visibility("NeedsAttention = true")
            await made.client.start_workflow("NobodysType", id="unknown", task_queue=TASK_QUEUE)
            with pytest.raises(RPCError):
                await made.client.get_workflow_handle("nobody").describe()
            async with asyncio.timeout(120):
                while "temporal_workflow_task_execution_failed" not in await measured.scrape():  # noqa: ASYNC110  # no event
                    await asyncio.sleep(0.1)
            count = await counted_with_owed(made)
            tell(count, measured.meter, datetime.now(UTC))
    scrape = await measured.scrape()
    there = set(re.findall(r"^(\w+)[{ ]", scrape, re.MULTILINE))
    assert metrics_named() - there == set()
    assert count.needing_attention == 1
    assert ours(scrape)["activa_failures_total tried_again mail"] >= 2


async def test_what_alerts_count_begins_at_nought_under_the_labels_that_cases_count_with(measured: Measured) -> None:
    made = measured.world
    begin_at_nought(measured.meter, made.client.namespace)
    before = ours(await measured.scrape())
    async with receiving(Receiver()) as receiver, keeping_worker(made, webhooks=receiver.settings):
        case = await made.start()
        await case.pay()
        await case.issue_certificate()
        await receiver.told(case.company_id, "certificate.active")
        await case.settle()
    scrape = await measured.scrape()
    assert before["activa_webhooks_total delivered"] == before["activa_webhooks_total given_up"] == 0
    assert before["activa_failures_total tried_again issue_letter"] == 0
    # One series, which was there before: of one that begins at one, Prometheus sees no increase.
    assert re.findall(r'^activa_webhooks_total{.*outcome="delivered".*} (\S+)$', scrape, re.MULTILINE) == ["1"]


async def test_a_worker_tells_it_from_its_start_on(measured: Measured) -> None:
    port = free_port()
    program = Program(
        name="worker",
        command=(sys.executable, "worker.py"),
        environment={**environment_over(measured.world), "ACTIVA_WORKER__METRICS_ADDRESS": f"127.0.0.1:{port}"},
        ready=http_answers(port, "/metrics", containing="temporal_num_pollers"),
    )
    running = await RunningProgram.start(program)
    try:
        await running.until_ready()
        async with httpx.AsyncClient(timeout=60) as client:
            found = ours((await client.get(f"http://127.0.0.1:{port}/metrics")).text)
    finally:
        await running.stop()
    assert found["activa_webhooks_total gone"] == found["activa_failures_total tried_again mail"] == 0


async def counted_with_owed(made: World) -> Count:
    """Return the count once the case's snapshot, a few seconds behind, is there."""
    async with asyncio.timeout(120):
        while (count := await Census(made.client, made.objects).count()).owed_since is None:  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.1)
    return count
