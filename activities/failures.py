"""How an activity fails: one translation of errors into what Temporal keeps in the history and the worker logs.

Invariant: only a text the product wrote itself crosses. An unexpected exception may quote an address or an identity
number (drivers and validators like to), so its text, its cause and its context stay behind; its class and the place
where it arose go along.
"""

from datetime import timedelta
from typing import Any, Final

from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import ActivaError, ServiceUnavailableError

WITHHELD: Final = "unexpected error; its text is withheld, it may name a person. The stack trace shows where it arose"


class RetryLaterError(ServiceUnavailableError):
    """The same call will succeed later, and it is known from when on."""

    def __init__(self, message: str, after: timedelta) -> None:
        """`after` is how long to wait; it replaces the retry policy's next interval."""
        super().__init__(message)
        self.after = after


def as_failure(error: Exception) -> ApplicationError:
    """Return what Temporal may know of an error: the class is its type, and the stack keeps the original's frames.

    Retried: a service that does not answer, and the unexpected, which a new version of the worker may mend.
    Not retried: every other error of the product, since the same input fails the same way.
    """
    failure = ApplicationError(
        str(error) if isinstance(error, ActivaError) else WITHHELD,
        type=type(error).__name__,
        non_retryable=isinstance(error, ActivaError) and not isinstance(error, ServiceUnavailableError),
        next_retry_delay=error.after if isinstance(error, RetryLaterError) else None,
    )
    return failure.with_traceback(error.__traceback__)


class FailuresInterceptor(Interceptor):
    """Gives every activity of a worker the translation: `Worker(..., interceptors=[FailuresInterceptor()])`."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # SDK's
        """Wrap the next interceptor."""
        return _Failures(next)


class _Failures(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        try:
            return await super().execute_activity(input)
        except FailureError as error:
            # Temporal's own, cancellation among them: its text was chosen by whoever raised it, its cause was not.
            error.__cause__ = error.__context__ = None
            raise
        except Exception as error:  # noqa: BLE001  # nothing may pass untranslated
            failure = as_failure(error)
        # Raised outside the handler, or the original would hang on to it as its context.
        raise failure
