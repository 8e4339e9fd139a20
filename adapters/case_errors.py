"""What Temporal answers about one case, as the product's own errors."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal import address_of, server_errors
from domain.errors import ActivaError, CaseNotFoundError, NotAllowedNowError, NoWorkerError, RefusedError
from domain.model import as_known
from domain.remarks import Remark

_NO_WORKER = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.FAILED_PRECONDITION})


@contextmanager
def case_errors(client: Client, company_id: str) -> Generator[None]:
    """Raise what a call about one company's case reports as CaseNotFoundError, NoWorkerError and the like."""
    with server_errors(address_of(client)):
        try:
            yield
        except RPCError as error:
            translated = _of_rpc(error, company_id)
            if translated is None:
                raise
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
            translated = _no_worker(company_id)
        except WorkflowQueryFailedError as error:
            translated = NoWorkerError(f"the case of {company_id} can't answer: {error.message}; see its history")
        except WorkflowUpdateFailedError as error:
            translated = _of_refusal(error.cause, company_id)
        else:
            return
        raise translated


def _of_rpc(error: RPCError, company_id: str) -> ActivaError | None:
    if error.status is RPCStatusCode.NOT_FOUND:
        if any(detail.type_url.endswith("NamespaceNotFoundFailure") for detail in error.grpc_status.details):
            return None
        return CaseNotFoundError(f"{company_id} has no running activation; start it first")
    if error.status in _NO_WORKER:
        return _no_worker(company_id)
    return None


def _of_refusal(cause: BaseException, company_id: str) -> ActivaError:
    if not isinstance(cause, ApplicationError):
        return NoWorkerError(f"the case of {company_id} can't answer: {type(cause).__name__}; see its history")
    if cause.type == NotAllowedNowError.__name__:
        return NotAllowedNowError(remarks(cause.details)[0] if cause.details else Remark(message=cause.message))
    if cause.type == TRY_AGAIN:
        return NoWorkerError(cause.message)
    return RefusedError(cause.message, remarks(cause.details))


def remarks(details: Sequence[Any]) -> tuple[Remark, ...]:
    """Return what the workflow said with a refusal: one remark, or a list of them."""
    found = details[0] if details else []
    return tuple(as_known(Remark, each) for each in (found if isinstance(found, list) else [found]))


TRY_AGAIN = "TryAgainError"


def _no_worker(company_id: str) -> NoWorkerError:
    return NoWorkerError(
        f"no worker answers for {company_id}; start `python worker.py`, then ask again: "
        "a signal that was sent is kept, and the same request twice does no harm"
    )
