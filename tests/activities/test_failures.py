"""What reaches Temporal's history and the worker's log when an activity fails."""

import logging
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Worker

from activities.failures import WITHHELD, FailuresInterceptor, RetryLaterError, as_failure
from domain.errors import (
    MailboxRefusedError,
    MailUnavailableError,
    MailUncertainError,
    MessageError,
    NotAllowedNowError,
    StoreUnavailableError,
)
from domain.remarks import Remark, remark

ADDRESS = "maria.perez@example.co"
QUEUE = "failures"


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (StoreUnavailableError("S3 GetObject: SlowDown"), True),
        (MailUnavailableError("mail server: 451"), True),
        (MailUncertainError("mail server: connection lost"), True),
        (MailboxRefusedError("every mailbox refused"), False),
        (MessageError(Remark(message="key: unknown")), False),
        (NotAllowedNowError(remark("no_loan")), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_the_products_own_errors_keep_their_class_and_text(error: Exception, retried: bool):
    failure = as_failure(error)
    assert type(error).__name__ == failure.type
    assert str(error) == failure.message
    assert retried is not failure.non_retryable


def test_an_unexpected_error_is_retried_and_says_nothing_but_its_class():
    failure = as_failure(ValueError(f"{ADDRESS} is not a mailbox"))
    assert failure.type == "ValueError"
    assert failure.message == WITHHELD
    assert failure.non_retryable is False


def test_an_error_that_knows_from_when_on_it_may_be_retried_says_so():
    assert timedelta(minutes=3) == as_failure(RetryLaterError("busy", timedelta(minutes=3))).next_retry_delay


@activity.defn
async def fail_unexpectedly() -> None:
    try:
        int(ADDRESS)
    except ValueError as error:
        error.add_note(f"while reading {ADDRESS}")
        raise RuntimeError(f"no number: {ADDRESS}") from error


@activity.defn
def fail_in_a_thread() -> None:
    raise KeyError(ADDRESS)


@activity.defn
async def fail_with_temporals_own_error() -> None:
    try:
        int(ADDRESS)
    except ValueError as error:
        raise ApplicationError("the text somebody chose", type="Chosen", non_retryable=True) from error


@activity.defn
async def fail_for_good() -> None:
    try:
        int(ADDRESS)
    except ValueError:
        raise MailboxRefusedError("every mailbox refused")  # noqa: B904  # the context must not cross either


@workflow.defn(sandboxed=False)
class RunOne:
    @workflow.run
    async def run(self, name: str) -> None:
        await workflow.execute_activity(
            name,
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_attempts=2, initial_interval=timedelta(milliseconds=1)),
        )


ACTIVITIES = [fail_unexpectedly, fail_in_a_thread, fail_with_temporals_own_error, fail_for_good]


@pytest.fixture(scope="module")
async def worker(temporal: Client) -> AsyncIterator[Client]:
    """A real worker with the interceptor under test; gives the client."""
    with ThreadPoolExecutor(1) as threads:
        async with Worker(
            temporal,
            task_queue=QUEUE,
            workflows=[RunOne],
            activities=ACTIVITIES,
            activity_executor=threads,
            interceptors=[FailuresInterceptor()],
        ):
            yield temporal


async def history_of(client: Client, name: str) -> bytes:
    """Run one activity; return the whole history as it is kept."""
    handle = await client.start_workflow(RunOne.run, name, id=uuid.uuid4().hex, task_queue=QUEUE)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    return b"".join(event.SerializeToString() for event in (await handle.fetch_history()).events)


@pytest.mark.parametrize("failing", ACTIVITIES, ids=lambda function: function.__name__)
async def test_an_address_in_an_exception_reaches_neither_history_nor_log(
    worker: Client, failing, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    history = await history_of(worker, failing.__name__)
    assert ADDRESS.encode() not in history
    assert ADDRESS not in caplog.text
    assert "Completing activity as failed" in caplog.text


async def test_the_stack_trace_still_shows_where_an_unexpected_error_arose(worker: Client):
    history = await history_of(worker, "fail_unexpectedly")
    assert b"in fail_unexpectedly" in history
    assert b"RuntimeError" in history


class Cancelling(ActivityInboundInterceptor):
    def __init__(self) -> None:
        pass

    async def execute_activity(self, _: ExecuteActivityInput) -> None:
        raise CancelledError("cancelled")


async def test_cancellation_passes_as_it_is():
    interceptor = FailuresInterceptor().intercept_activity(Cancelling())
    with pytest.raises(CancelledError):
        await interceptor.execute_activity(ExecuteActivityInput(fn=fail_for_good, args=(), executor=None, headers={}))
