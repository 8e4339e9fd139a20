"""Spans: what a request or a step did, for how long, and whether it failed. Nothing where no collector is named.

Invariant: a span's name and attributes come from the code and from opaque ids, never from what somebody wrote.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider

SCOPE: Final = "activa"
COMPANY: Final = "activa.company_id"
REQUEST: Final = "activa.request_id"
ATTEMPT: Final = "activa.attempt"
ERROR: Final = "error.type"
OURS: Final = frozenset({COMPANY, REQUEST, ATTEMPT, ERROR})


class _Used:
    """What spans of this process go to."""

    provider: TracerProvider | None = None


@contextmanager
def traced_by(provider: TracerProvider) -> Iterator[None]:
    """Let spans go to a provider while the block runs."""
    _Used.provider = provider
    try:
        yield
    finally:
        _Used.provider = None


def provider() -> TracerProvider | None:
    """Return what spans go to; None where nothing is traced."""
    return _Used.provider


@contextmanager
def call(name: str, company_id: str | None = None) -> Iterator[Span]:
    """Span a call to another server, where what makes it is traced; what nobody waits for has no span of its own.

    It is nobody's parent here, so it may be held open in a generator.
    """
    if _Used.provider is None or not trace.get_current_span().get_span_context().is_valid:
        yield trace.INVALID_SPAN
        return
    span = _Used.provider.get_tracer(SCOPE).start_span(name, kind=SpanKind.CLIENT, attributes=_about(company_id))
    try:
        yield span
    except Exception as error:
        _fail(span, error)
        raise
    finally:
        span.end()


@contextmanager
def step(name: str, parent: Context, company_id: str | None, attempt: int) -> Iterator[None]:
    """Span a step of a case, whoever it is that caused it; what it calls hangs below."""
    if _Used.provider is None:
        yield
        return
    about = {**_about(company_id), ATTEMPT: attempt}
    tracer = _Used.provider.get_tracer(SCOPE)
    with tracer.start_as_current_span(
        name,
        parent,
        SpanKind.CONSUMER,
        about,
        record_exception=False,  # its text may quote anything
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        except Exception as error:
            _fail(span, error)
            raise


def _about(company_id: str | None) -> dict[str, str | int]:
    return {} if company_id is None else {COMPANY: company_id}


def _fail(span: Span, error: Exception) -> None:
    named = getattr(error, "type", None)  # what Temporal knows an error by
    span.set_attribute(ERROR, named if isinstance(named, str) else type(error).__name__)
    span.set_status(StatusCode.ERROR)
