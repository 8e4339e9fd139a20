"""Spans on their way to a collector, by OTLP over HTTP. It needs the extra `otel`.

Invariant: only attributes that are named here leave the process; no path, no query, no address of a person, no text of
an error, whichever library wrote them into a span.
"""

from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from adapters.spans import OURS

OF_HTTP: Final = frozenset({"http.request.method", "http.route", "http.response.status_code"})
EXPORT_SECONDS: Final = 5
"""For one batch, and for what is left when a process ends; what a collector does not take by then is lost."""


def provider_to(endpoint: str, service: str) -> TracerProvider:
    """Return what sends spans to a collector; for the rest, as the sampler, the SDK's own `OTEL_` variables hold."""
    made = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(_Named(OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS))))
    return made


class _Named(SpanExporter):
    """Passes spans on with what is named."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._next = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._next.export([_named(each) for each in spans])

    def shutdown(self) -> None:
        self._next.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._next.force_flush(timeout_millis)


def _named(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in OURS | OF_HTTP},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
