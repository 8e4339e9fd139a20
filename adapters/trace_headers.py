"""The trace of whoever asks, handed to Temporal beside a message and taken up again by the step that it led to.

It is the header that Temporal's own interceptors write, in whatever language: `_tracer-data`, a W3C trace context.
`workflows/runner/causes.py` hands it on inside a case. docs/decisions/0038-a-step-belongs-to-its-message.md
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio import activity, client, worker
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter

from adapters import spans
from domain.contract import TRACE_HEADER, company_of

Headers = Mapping[str, Payload]
_W3C: Final = TraceContextTextMapPropagator()


class TraceHeaders(client.Interceptor, worker.Interceptor):
    """Of a client, and of every worker that is made with it."""

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # noqa: A002  # SDK's
        """Give what is sent the trace of who sends it."""
        return _Sent(next)

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002
        """Let a step belong to the trace that its order names, or else to one of its own."""
        return _Steps(next)


class _Sent(client.OutboundInterceptor):
    async def start_workflow(self, input: client.StartWorkflowInput) -> client.WorkflowHandle[Any, Any]:  # noqa: A002
        with _sent("start", input.id) as headers:
            input.headers = {**input.headers, **headers}
            return await super().start_workflow(input)

    async def signal_workflow(self, input: client.SignalWorkflowInput) -> None:  # noqa: A002
        with _sent(f"signal {input.signal}", input.id) as headers:
            input.headers = {**input.headers, **headers}
            await super().signal_workflow(input)

    async def start_workflow_update(self, input: client.StartWorkflowUpdateInput) -> client.WorkflowUpdateHandle[Any]:  # noqa: A002
        with _sent(f"update {input.update}", input.id) as headers:
            input.headers = {**input.headers, **headers}
            return await super().start_workflow_update(input)

    async def query_workflow(self, input: client.QueryWorkflowInput) -> Any:  # noqa: A002
        with _sent(f"query {input.query}", input.id):
            return await super().query_workflow(input)


class _Steps(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        company_id = company_of(info.workflow_id or "")
        with spans.step(f"activity {info.activity_type}", _cause(input.headers), company_id, info.attempt):
            return await super().execute_activity(input)


@contextmanager
def _sent(what: str, workflow_id: str) -> Iterator[Headers]:
    """Span a call, and yield what tells the case of it: nothing where it is not recorded."""
    with spans.call(what, company_of(workflow_id)) as span:
        carrier: dict[str, str] = {}
        if span.is_recording():
            _W3C.inject(carrier, trace.set_span_in_context(span))
        yield {TRACE_HEADER: PayloadConverter.default.to_payloads([carrier])[0]} if carrier else {}


def _cause(headers: Headers) -> Context:
    """Return the context that a header names; an empty one where there is none, or none that can be read."""
    try:
        [carrier] = PayloadConverter.default.from_payloads([headers[TRACE_HEADER]])
        return _W3C.extract({"traceparent": str(carrier["traceparent"])}, Context())
    except Exception:  # noqa: BLE001  # whoever sends a message may write anything there
        return Context()
