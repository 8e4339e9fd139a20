"""Traces: one from a request at the portal to what its steps asked of servers, without anybody's data, and at no cost
to who wants none.
"""

import dataclasses
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from opentelemetry import trace
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Replayer

import tracing
from adapters import spans
from adapters.temporal import data_converter
from adapters.trace_headers import _cause
from domain.contract import TRACE_HEADER
from domain.errors import StoreUnavailableError
from portal.cases import representative
from portal.development.signing import sign_and_scan
from servers import Traces
from stack.mail_sink import MailSink
from stack.probes import free_port, http_answers
from stack.process import ROOT, Program, RunningProgram
from tests.support.canaries import COMPANY, REPRESENTATIVE, found_in
from tests.support.collector import Collector, collecting
from tests.support.portal.own_process import served
from tests.support.portal.visiting import AUTHORIZED, Visitor, site_over
from tests.support.receiver import Receiver, receiving
from tests.support.temporal_places import Place, temporal_place
from tests.support.worker_alone import SETTINGS, environment_over
from tests.support.world import ORDINARY_DAY, World, world
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

STRANGERS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
FORM = REPRESENTATIVE | {"document_type": "CC", "document_city": "Bogotá D.C."} | AUTHORIZED


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with temporal_place(tmp_path_factory.mktemp("temporal")) as running:
        yield running


@asynccontextmanager
async def traced_world(place: Place, s3_url: str, mails: MailSink, collector: Collector) -> AsyncIterator[World]:
    """Give a world that is traced; everything has been sent when the block is over."""
    wanted = Traces(endpoint=collector.url)
    async with world(place, s3_url, mails, begins=ORDINARY_DAY) as made:
        with tracing.traced(wanted, "activa-tests"):
            client = await place.connect(interceptors=tracing.interceptors())
            yield dataclasses.replace(
                made,
                client=client,
                skipper=TimeSkipper(client, config=TimeSkippingConfig(enabled=False)),
                settings=made.settings.model_copy(update={"traces": wanted}),
            )


async def test_one_upload_is_one_trace_from_the_request_to_the_store_the_mail_and_the_event(
    place: Place,
    tmp_path: Path,
    moto_url: str,
    mail_sink: MailSink,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("READ_WITHIN", "DONE_WITHIN"):  # a busy machine's case gets a signal, else
        monkeypatch.setattr(representative, name, timedelta(seconds=30))
    receiver = Receiver()
    async with (
        receiving(receiver),
        traced_world(place, moto_url, mail_sink, collector) as made,
        made.worker(webhooks=receiver.settings),
    ):
        case = await made.start(**COMPANY)
        async with site_over(made, tmp_path).visitor(case) as visitor:
            await visitor.enter()
            letter = await downloaded(visitor)
            visitor.client.headers["traceparent"] = STRANGERS
            assert (await visitor.upload(sign_and_scan(letter, 7))).status_code == 303
            await receiver.told(case.company_id, "loan.started")
            await visitor.get(f"/estado?de={REPRESENTATIVE['full_name']}")
            await visitor.get(f"/{REPRESENTATIVE['document_number']}")
            await case.settle()
        await case.skip_to_next_reminder()
        history = await case.history_json()

    [upload] = collector.named("POST /carta")
    of_it = [each for each in collector.spans if each.trace_id == upload.trace_id]
    sent = ["update attach_letter", "POST /carta"]
    assert ["S3 GetObject", "activity check_upload", *sent] in collector.chain("S3 GetObject")
    assert ["S3 PutObject", "activity check_upload", *sent] in collector.chain("S3 PutObject")
    assert ["SMTP send", "activity send_notice", *sent] in collector.chain("SMTP send")
    assert ["webhook POST", "activity deliver_webhook", *sent] in collector.chain("webhook POST")
    assert upload.attributes["http.route"] == "/carta"
    assert len(upload.attributes["activa.request_id"]) == 16
    of_the_case = [each for each in of_it if each.name.startswith(("activity", "update"))]
    assert {each.attributes["activa.company_id"] for each in of_the_case} == {case.company_id}
    # The reminder of weeks later is nobody's doing, and what a stranger says of its trace is not believed.
    assert ["SMTP send", "activity send_notice"] in collector.chain("SMTP send")
    assert upload.trace_id not in STRANGERS
    assert found_in(" ".join(body.decode("utf-8", "replace") for body in collector.bodies)) == []
    await replays_where_nothing_is_traced(history)


async def downloaded(visitor: Visitor) -> bytes:
    """Fill in the form and return the letter."""
    answer = await visitor.post("/representante", **FORM)
    while answer.status_code == 200 or answer.headers["location"] == "/carta/espera":
        answer = await visitor.post("/carta/espera")
    return (await visitor.get("/carta.pdf")).content


async def replays_where_nothing_is_traced(history: str) -> None:
    assert TRACE_HEADER in history
    read = WorkflowHistory.from_json("", history)
    workflow_id = read.events[0].workflow_execution_started_event_attributes.workflow_id
    replayer = Replayer(
        workflows=[CertificateActivation], workflow_runner=workflow_runner(), data_converter=data_converter()
    )
    await replayer.replay_workflow(WorkflowHistory(workflow_id=workflow_id, events=read.events))


async def test_the_portals_process_and_the_workers_tell_one_trace(
    place: Place, tmp_path: Path, moto_url: str, mail_sink: MailSink, collector: Collector
) -> None:
    port, to_collector = free_port(), {"ACTIVA_TRACES__ENDPOINT": collector.url}
    async with world(place, moto_url, mail_sink) as made:
        program = Program(
            name="worker",
            command=(sys.executable, "worker.py"),
            environment={
                **environment_over(made),
                **to_collector,
                "ACTIVA_WORKER__METRICS_ADDRESS": f"127.0.0.1:{port}",
            },
            ready=http_answers(port, "/metrics", containing="temporal_num_pollers"),
        )
        worker = await RunningProgram.start(program)
        try:
            await worker.until_ready()
            case = await made.start(opens=False)
            async with served(made, tmp_path, **to_collector) as site, site.visitor(case) as person:
                await person.enter()
                await person.download_letter()
                for number in range(3):  # one that a busy case does not answer in time is sent by a signal
                    await person.attach(b"%%PDF-1.7 broken %d" % number)
                await person.get("/listo")
        finally:
            await worker.stop()

    chain = ["S3 GetObject", "activity check_upload", "update attach_letter", "POST /carta"]
    assert chain in collector.chain("S3 GetObject")
    [update, *_], [step, *_] = (collector.named(name) for name in chain[2:0:-1])
    assert (update.service, step.service) == ("activa-portal", "activa-worker")
    assert not [each for each in collector.spans if "listo" in each.name]


async def test_who_wants_no_traces_pays_nothing(
    place: Place, moto_url: str, mail_sink: MailSink, collector: Collector
) -> None:
    events = {}
    async with traced_world(place, moto_url, mail_sink, collector) as made:
        plain_client = await made.place.connect(interceptors=())
        plain = dataclasses.replace(
            made,
            client=plain_client,
            skipper=TimeSkipper(plain_client, config=TimeSkippingConfig(enabled=False)),
            settings=made.settings.model_copy(update={"traces": Traces()}),
        )
        for each in (made, plain):
            async with each.worker():
                case = await each.start()
                with tracing_of("request", wanted=each is made):
                    await case.with_letter()
                await case.settle()
                events[each is made] = await case.history_json()
    assert TRACE_HEADER in events[True]
    assert '"header": {"fields"' not in events[False]
    assert kinds(events[True]) == kinds(events[False])
    assert tracing.interceptors() == ()


def tracing_of(name: str, *, wanted: bool) -> AbstractContextManager[object]:
    """Span what a block does, as a request would."""
    provider = spans.provider() if wanted else None
    return (provider or trace.NoOpTracerProvider()).get_tracer("tests").start_as_current_span(name)


def kinds(history: str) -> list[EventType]:
    """Return the types of a history's events, without the tasks that a busy machine's worker got to too late."""
    found: list[EventType] = []
    for each in WorkflowHistory.from_json("", history).events:
        if each.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            del found[-1 - found[::-1].index(EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)]
        else:
            found.append(each.event_type)
    return found


def test_of_a_call_that_failed_its_kind_is_told_and_not_its_text(collector: Collector) -> None:
    with tracing.traced(Traces(endpoint=collector.url), "activa-tests"):
        with tracing_of("request", wanted=True), suppress(StoreUnavailableError), spans.call("S3 PutObject", "C1"):
            raise StoreUnavailableError(f"of {REPRESENTATIVE['full_name']}")
        with suppress(StoreUnavailableError), spans.call("S3 GetObject"):  # nobody waits for it
            raise StoreUnavailableError
    [failed] = collector.named("S3 PutObject")
    assert failed.is_error
    assert failed.attributes == {"activa.company_id": "C1", "error.type": "StoreUnavailableError"}
    assert [each.name for each in collector.spans] == ["S3 PutObject", "request"]
    assert found_in(str(collector.bodies)) == found_in(collector.bodies[0].decode("utf-8", "replace")) == []


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b"\xff", b'{"traceparent": 7}', b'{"traceparent": "00-0-0-0"}', b'{"traceparent": {"a": []}}'],
)
def test_a_header_that_makes_no_sense_is_nobodys(data: bytes) -> None:
    context = _cause({TRACE_HEADER: Payload(metadata={"encoding": b"json/plain"}, data=data)})
    assert not trace.get_current_span(context).get_span_context().is_valid


def test_without_the_extra_a_collector_is_refused_before_anything_starts() -> None:
    without = "import sys; sys.modules['opentelemetry.sdk'] = None; import worker; sys.exit(worker.main())"
    done = subprocess.run(
        [sys.executable, "-c", without, "--check"],
        cwd=ROOT,
        env=SETTINGS | {"ACTIVA_TRACES__ENDPOINT": "http://127.0.0.1:4318/v1/traces"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "requirements/otel.txt" in done.stderr
