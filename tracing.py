"""Traces of a process: from a request at the portal through a case to what its steps asked of other servers.

Off unless `ACTIVA_TRACES__ENDPOINT` names a collector. Then it needs the extra `otel`.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.context import Context
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.textmap import TextMapPropagator
from temporalio.client import Interceptor

from adapters import spans
from adapters.trace_headers import TraceHeaders
from health import LIVES, READY
from servers import Traces
from settings import SettingsError

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

MISSING: Final = (
    "ACTIVA_TRACES__ENDPOINT: traces need the extra `otel`, which is not installed here; "
    "install requirements/otel.txt too, or leave the setting out"
)


def require(traces: Traces) -> None:
    """Raise SettingsError where traces are wanted and can't be sent."""
    if traces.endpoint is None:
        return
    try:
        from adapters import span_export  # noqa: F401, PLC0415  # the extra may not be there
    except ImportError:
        raise SettingsError(MISSING) from None


@contextmanager
def traced(traces: Traces, service: str) -> Iterator[None]:
    """Trace while the block runs, and send what is left at its end; raises SettingsError as `require` does."""
    require(traces)
    if traces.endpoint is None:
        yield
        return
    from adapters.span_export import provider_to  # noqa: PLC0415

    provider, before = provider_to(traces.endpoint, service), get_global_textmap()
    set_global_textmap(_Strangers())
    try:
        with spans.traced_by(provider):
            yield
    finally:
        set_global_textmap(before)
        provider.shutdown()


class _Strangers(TextMapPropagator):
    """Believes nothing that a request says of its trace: a stranger would choose ids, and what is recorded."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:  # noqa: ARG002
        return Context()

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:
        pass

    @property
    def fields(self) -> set[str]:
        return set()


def interceptors() -> Sequence[Interceptor]:
    """Return what a client to Temporal, and workers made with it, need for it: nothing where nothing is traced."""
    return () if spans.provider() is None else (TraceHeaders(),)


def of_requests() -> "TelemetryConfig":
    """Return how FastAPI traces the requests of an application: one span each, named by its route."""
    provider = spans.provider()
    return {
        "tracing": provider is not None,
        "tracer_provider": provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _says_nothing,
    }


def _says_nothing(scope: MutableMapping[str, Any]) -> bool:
    path: str = scope.get("path", "")
    return path in {LIVES, READY} or path.startswith("/static/")
