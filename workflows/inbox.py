"""What waits in a case's inbox: signals as they came, and updates whose senders wait for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio import workflow
from temporalio.common import RawValue

from domain.case.case import Case
from domain.case.jobs import LetterIssued, QueuedJob
from domain.errors import MessageError
from domain.messages.models import Message
from domain.messages.parsing import parse
from domain.remarks import Remark
from workflows.answers import awaited_job
from workflows.payloads import arguments_of, refusal

KIND_READING = "kind-reading"
"""The patch under which a signal is read kindly: a run that has refused one refuses it in its replay. Only a signal
that would be refused costs the marker."""


@dataclass(frozen=True)
class Signal:
    """A signal as it arrived, whatever its shape."""

    name: str
    arguments: Sequence[RawValue]


def message_of(signal: Signal) -> Message:
    """Return what a signal says, or raise MessageError; one that would be refused is read kindly, see `parse`."""
    arguments = arguments_of(signal.arguments)
    try:
        return parse("signal", signal.name, arguments, as_sent=True)
    except MessageError as error:
        as_sent = error
    understood = parse("signal", signal.name, arguments)
    if not workflow.patched(KIND_READING):
        raise as_sent
    return understood


@dataclass(eq=False)
class Update:
    """An update on its way: admitted or refused, then waiting for the job it asked for."""

    name: str
    message: Message
    admitted: bool = False
    refused: Remark | None = None
    job: QueuedJob | None = None
    done: bool = False
    """The job has succeeded."""
    failures: int = 0
    """Of the job, when this update joined it."""
    reasons: tuple[Remark, ...] = ()
    """Why the job's result is a refusal."""

    def admit_to(self, case: Case) -> Case:
        """Return the case that tries this update's job at once, if it asks for one."""
        self.admitted = True
        if self.refused is None:
            self.job = awaited_job(case, self.message)
        if self.job is None:
            return case
        self.failures = self.job.failures
        return case.hurry(self.job)

    def learn(self, queued: QueuedJob, result: object) -> None:
        """Take what came of a job that succeeded, if it is the one this update waits for."""
        if self.job is not None and self.job.is_the_same(queued):
            self.done, self.reasons = True, result.refused if isinstance(result, LetterIssued) else ()

    def is_settled(self, case: Case | None) -> bool:
        """Tell whether an answer can be given."""
        if not self.admitted or case is None:
            return False
        return self.job is None or self.done or self._failures(case) != self.failures

    def raise_refusal(self, case: Case | None) -> None:
        """Raise the failure that the sender reads, if the answer is no."""
        if self.refused is not None:
            raise refusal("NotAllowedNowError", self.refused.message, self.refused.model_dump(mode="json"))
        if self.reasons:
            text = "; ".join(each.message for each in self.reasons)
            raise refusal("RefusedError", text, [each.model_dump(mode="json") for each in self.reasons])
        if self.job is None or self.done:
            return
        text = "a server the procedure needs does not answer; it is tried again by itself, ask again in a minute"
        if case is not None and self._failures(case) is None:
            text = "other data came meanwhile, and what was asked for gave way to them; ask again in a minute"
        raise refusal("TryAgainError", text)

    def _failures(self, case: Case) -> int | None:
        """Return how often the job has failed; None when it is owed no more."""
        owed = None if self.job is None else case.owed(self.job)
        return None if owed is None else owed.failures
