"""A case must go by the time of the task that brings it something, never by that of an earlier or a later one.

**Earlier.** The history that answers a question may end with news whose own task has not begun: a message, a timer, an
activity's result. The SDK (1.35 and its core) hands that news to the code at once, with the time of the last task,
which may lie weeks back, and keeps that state for the task proper: a payment would be dated weeks ago. What tells it is
that news handed out for a question is followed by that very question, at the same length of the history, before any
task. So where a question comes at the length at which the last news came, the server is asked whether that task is
over. If it is not, the question fails: the core tells whoever asked, who asks again, and forgets the case, which the
task then begins anew.

A question can take from an update's task its beginning alone, too, at which the core then looks for the update in vain,
and the server refuses it as unprocessed. It is told in the same way.

**Later.** Two tasks that the core took for one are taken apart, see `tasks`. Where the server does not say what each
brought for as long as a task may take, the task fails, which by then is not its own any more: the server gives it out
anew.
"""

import logging
from collections.abc import Callable, Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from domain.contract import ASK_AGAIN
from domain.errors import ActivaError
from workflows.runner.kept import Kept
from workflows.runner.tasks import ONE_TASK, brings_news, has_commands, kind_of, may_be_several, tasks_of
from workflows.runner.wrapped import Wrapped

LOG = logging.getLogger("activa.worker")
ASKED_ALONE = "legacy_query"
"""What the SDK's core calls a question that came without a task; one that came with a task has the server's own id."""

SILENT = "the server did not tell the last events of this case; its task begins anew"
DIFFERENT = "a task that ordered nothing orders something when it is replayed; deploy the code that it began with"

EventsAfter = Callable[[str, str, int], Sequence[HistoryEvent] | None]
"""Workflow id, run id and an event's number to the events after it, oldest first; None where the server is silent. It
is called in a thread of its own and may block."""


class OldClockError(ActivaError):
    """The answer would go by the time of an earlier task."""


class SilentServerError(ActivaError):
    """The server did not say which task brought what."""


class DifferentReplayError(ActivaError):
    """A task that ordered nothing would order something now, which would be taken for an order of the next task."""


class Guarded(Wrapped):
    """An instance that takes everything at the time of its own task."""

    def __init__(self, instance: WorkflowInstance, events_after: EventsAfter | None, kept: Kept) -> None:
        """Guard an instance that has had no activation yet; without a server to ask, nothing is taken apart."""
        super().__init__(instance)
        self._events_after = events_after
        self._kept = kept
        self._length = 0
        """Of the history at the last activation that was no question."""
        self._commands = 0
        self._has_commands = False
        """Of the task that ended there: how many, and whether the history shows them."""
        self._is_doubtful = False
        """What came there came as new, and may have been for a question."""

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Run the activation; an OldClockError or SilentServerError fails it where a date would be wrong."""
        if any(kind_of(job) == "remove_from_cache" for job in act.jobs):
            self._kept.gone(act.run_id)
            return self._instance.activate(act)
        with self._kept.in_use(act.run_id):
            return self._activate(act)

    def _activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if not brings_news(act):
            self._refuse_old_clock(act)
            return self._instance.activate(act)
        done = self._take(act)
        commands = done.successful.commands
        shown, goes_on = has_commands(commands), self._length == act.history_length
        self._commands = len(commands) + (self._commands if goes_on else 0)
        self._has_commands = shown or (self._has_commands and goes_on)
        self._length = act.history_length
        only_refused = all(kind_of(job) == "do_update" for job in act.jobs) and not shown
        self._is_doubtful = not act.is_replaying and not only_refused
        return done

    def _refuse_old_clock(self, act: WorkflowActivation) -> None:
        if not any(job.query_workflow.query_id == ASKED_ALONE for job in act.jobs):
            return
        news = self._is_doubtful and act.history_length == self._length
        beginning = act.history_length - self._length >= ONE_TASK + self._commands
        if not (news or beginning):
            return
        found = [each.event_type for each in self._events(act.history_length - 1) or ()]
        is_over = found[1:2] == [EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
        has_begun = found[:1] in ([], [EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED])
        if not is_over and (news or has_begun):
            raise OldClockError(ASK_AGAIN)
        self._is_doubtful = False

    def _take(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Give the instance what each task brought, and return what all of them came to."""
        *earlier, last = self._parts(act)
        all_done = WorkflowActivationCompletion()
        for each in (*earlier, last):
            done = self._instance.activate(each)
            if done.HasField("failed"):
                return done
            if each is not last and has_commands(done.successful.commands):
                raise DifferentReplayError(DIFFERENT)
            all_done.MergeFrom(done)
        return all_done

    def _parts(self, act: WorkflowActivation) -> list[WorkflowActivation]:
        """Return what each task brought; raises SilentServerError where the server must say it and does not."""
        if self._events_after is None or self._has_commands or not may_be_several(act, self._length):
            return [act]
        events = self._events(self._length)
        if events is None:
            raise SilentServerError(SILENT)
        parts = tasks_of(act, events)
        if parts is None:
            LOG.warning(
                "events %s to %s of a case do not tell which task brought what", self._length, act.history_length
            )
        return parts or [act]

    def _events(self, after: int) -> Sequence[HistoryEvent] | None:
        info = self._instance.get_info()
        return self._events_after and self._events_after(info.workflow_id, info.run_id, after)
