"""The activation of one company's certificate, as one workflow that lives for years.

Handlers only append to the inbox; the main coroutine does everything else, in order. So no message can be dropped by
its type, none can fail a task, and none is handled in the middle of another. What is due follows from the state alone:
there is one timer, for the next deadline. The rules are in `domain`: its `case`, `decisions` and `views`.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.cases import CaseActivities
    from domain.case.attention import AttentionKind
    from domain.case.case import SYSTEM, Case
    from domain.case.jobs import CaseOpened, OpenCase, QueuedJob, TellNotice, retry_after
    from domain.case.reminders import Milestone
    from domain.contract import WORKFLOW_TYPE, workflow_id
    from domain.decisions import admit, clock, due, reject, results
    from domain.errors import MessageError, NotAllowedNowError
    from domain.messages.models import ActivationClosed
    from domain.messages.parsing import parse
    from domain.remarks import remark
    from domain.views.stage import Stage, search_values
    from domain.views.status import status
    from workflows import carrying, cutting
    from workflows.answers import answer
    from workflows.archive import archived
    from workflows.counting import Counting
    from workflows.deliveries import Deliveries
    from workflows.details import current_details
    from workflows.inbox import Signal, Update, message_of
    from workflows.jobs import perform, why
    from workflows.mails import Mails
    from workflows.payloads import ActivationInput, arguments_of, parse_input, refusal
    from workflows.policies import STORAGE
    from workflows.search import carried_on, publish
    from workflows.snapshots import Standing, show

Result = TypeVar("Result")


@workflow.defn(name=WORKFLOW_TYPE)
class CertificateActivation:
    """One company's activation."""

    @workflow.init
    def __init__(self, raw: RawValue) -> None:  # noqa: ARG002  # init takes what run takes
        self._inbox: deque[Signal | Update] = deque()
        self._case: Case | None = None
        self._start: ActivationInput | None = None
        self._waiting: list[Update] = []
        self._is_opened = self._is_closed = False
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = datetime.max.replace(tzinfo=UTC)
        self._deliveries = Deliveries(self._known_case, self._keep)
        self._mails, self._counting = Mails(self._known_case, self._keep), Counting()
        show(self._standing)

    def _standing(self) -> Standing:
        return Standing(self._start, self._case if self._is_opened else None, self._is_closed)

    @workflow.signal(dynamic=True)
    def on_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Take any signal, whatever its name and shape; it can't fail here."""
        self._inbox.append(Signal(name, args))

    @workflow.update(dynamic=True)
    async def on_update(self, name: str, args: Sequence[RawValue]) -> Any:
        """Take an update and answer once what it asked for is done or has failed."""
        update = Update(name, parse("update", name, arguments_of(args)))
        self._inbox.append(update)
        await workflow.wait_condition(lambda: update.is_settled(self._case))
        self._waiting = [each for each in self._waiting if each is not update]
        update.raise_refusal(self._case)
        return answer(self._known_case(), update.message, workflow.now())

    @on_update.validator
    def check_update(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse an unknown update, or one of the wrong shape, before it enters the history."""
        try:
            parse("update", name, arguments_of(args))
        except MessageError as error:
            refused = error.remark
        else:
            return
        raise refusal("MessageError", refused.message, refused.model_dump(mode="json"))

    @workflow.query
    def status(self) -> dict[str, Any]:
        """Return the whole case as one JSON object, with today's days left."""
        # The last task of a sleeping case may be weeks old: a query, which history never replays, asks the wall clock.
        with workflow.unsafe.sandbox_unrestricted():
            wall_clock = datetime.now(UTC)  # noqa: TID251  # only here
        facts = status(self._known_case(), max(wall_clock, workflow.now()))
        return {**facts, "stage": Stage.CLOSED.value} if self._is_closed else facts

    @workflow.run
    async def run(self, raw: RawValue) -> dict[str, Any]:
        """Carry the case until it is closed; return its last status."""
        start = self._started(raw)
        if start.carried is not None:
            self._case = carrying.carried_case(start)
        else:
            await self._open(start)
        self._is_opened = True
        self._counting.begin(self._known_case(), workflow.now())
        while True:
            try:
                await self._work()
                if self._known_case().closing is not None and await self._archived():
                    return self._closed()
                await self._cut_history()
                await self._sleep()
            except BaseException as error:
                if not is_cancelled_exception(error):
                    raise
                self._close_on_cancel()

    def _started(self, raw: RawValue) -> ActivationInput:
        start = parse_input(raw)
        own_id = workflow.info().workflow_id
        if own_id != workflow_id(start.company_id):
            text = f"the workflow id is {own_id}, expected {workflow_id(start.company_id)}; start it under that id"
            raise refusal("InputError", text)
        self._start = start
        return start

    async def _open(self, start: ActivationInput) -> None:
        """Open the case, also when it is cancelled meanwhile: what waits in the inbox is taken before it is closed."""
        opening = OpenCase(company_id=start.company_id, profile_sha256=start.profile_sha256, policy=start.policy)
        failures, cancelled, revisions = 0, False, carrying.begins_under()
        while True:
            try:
                result: CaseOpened = await workflow.execute_activity_method(
                    CaseActivities.open_case, carrying.opening_order(opening, failures, revisions), **STORAGE
                )
                break
            except asyncio.CancelledError:  # in the task that begins it, before the step has been asked for
                cancelled = True
                continue
            except ActivityError as error:
                cancelled = cancelled or is_cancelled_exception(error)
                if not is_cancelled_exception(error):
                    failures += 1
                    self._opening_failed(why(error)[0], failures)
            try:
                await workflow.sleep(retry_after(failures) if failures else timedelta(seconds=1), summary="try again")
            except asyncio.CancelledError:
                cancelled = True
        carrying.leave_to_newer_worker(result.rules, result.holidays)
        self._case = results.opened(opening, result, workflow.now())
        if cancelled:
            self._close_on_cancel()

    def _opening_failed(self, error_type: str, failures: int) -> None:
        if failures >= results.FAILURES_BEFORE_ATTENTION:
            why_unopened = remark("case_unopened", error=error_type)
            self._case = self._known_case().raise_attention(workflow.now(), AttentionKind.FAILING, "open", why_unopened)
            self._publish()

    def _known_case(self) -> Case:
        """Return the case, or, before it is opened, an empty one under the policy that was asked for."""
        if self._case is not None:
            return self._case
        if self._start is None:
            raise refusal("InputError", "the workflow has not begun")
        return carrying.unopened_case(self._start)

    def _keep(self, case: Case) -> None:
        self._case = case

    async def _work(self) -> None:
        """Do everything that is due: first the messages, then what time brought, then one step at a time."""
        while True:
            self._drain()
            now = workflow.now()
            self._case = clock.tick(self._known_case(), now)
            self._deliveries.go_on()
            self._mails.go_on()
            step = due.next_step(self._case, now)
            if step is None:
                break
            await self._do(step, now)
        self._publish()

    def _drain(self) -> None:
        while self._inbox:
            self._take(self._inbox.popleft())

    async def _meanwhile(self, step: Coroutine[Any, Any, Result]) -> Result:
        """Return a step's result, taking the messages that come while it runs: a slow server holds up no payment."""
        task = asyncio.create_task(step)
        while not task.done():
            await workflow.wait_condition(lambda: task.done() or bool(self._inbox))
            self._drain()
            self._deliveries.go_on()
            self._mails.go_on()
        return await task

    def _take(self, item: Signal | Update) -> None:
        case, now = self._known_case(), workflow.now()
        if isinstance(item, Update):
            self._take_update(item, case, now)
            return
        try:
            self._case = admit(case, item.name, message_of(item), now)
        except (MessageError, NotAllowedNowError) as error:
            self._case = reject(case, item.name, error.remark, now)

    def _take_update(self, update: Update, case: Case, now: datetime) -> None:
        try:
            case = admit(case, update.name, update.message, now)
        except NotAllowedNowError as error:
            update.refused = error.remark
        self._case = update.admit_to(case)
        self._waiting.append(update)

    async def _do(self, queued: QueuedJob | Milestone, now: datetime) -> None:
        if isinstance(queued, Milestone) or isinstance(queued.job, TellNotice):
            await self._meanwhile(self._mails.send(queued))
            return
        try:
            result = await self._meanwhile(perform(self._known_case(), queued, now))
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._case = results.failed(self._known_case(), queued, *why(error), workflow.now())
            return
        for update in self._waiting:
            update.learn(queued, result)
        self._case = results.done(self._known_case(), queued, result, workflow.now())

    def _publish(self) -> None:
        case, now = self._known_case(), workflow.now()
        if not cutting.is_near(case):
            publish(search_values(case, now))
        self._counting.look(case, now)
        workflow.set_current_details(current_details(case, now))

    async def _cut_history(self) -> None:
        """Begin a new run with the case alone, when the history has grown and the case is quiet, or must."""
        if not (cutting.is_worth_it(self._known_case()) or workflow.info().is_continue_as_new_suggested()):
            return
        await workflow.wait_condition(lambda: bool(self._inbox) or not self._is_busy())
        if not await self._handlers_finished() or self._is_busy():
            return
        case = self._known_case()
        told = carried_on(search_values(case, workflow.now()))
        next_run = carrying.handed_over(case, carrying.begins_under())
        workflow.continue_as_new(next_run, memo=workflow.memo(), search_attributes=told)

    def _is_busy(self) -> bool:
        return self._deliveries.trying or self._mails.sending

    async def _sleep(self) -> None:
        """Wait for a message or the next deadline. A timer that is armed for earlier is left to fire for nothing."""
        if self._timer is not None and self._timer.done():
            self._timer = None
        deadline = clock.next_deadline(self._known_case(), workflow.now())
        if deadline is not None and (self._timer is None or deadline[0] < self._timer_at):
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = deadline[0]
            delay = max((self._timer_at - workflow.now()).total_seconds(), 0.001)
            self._timer = asyncio.create_task(workflow.sleep(delay))
        timer, lanes = self._timer, (self._deliveries, self._mails)
        await workflow.wait_condition(
            lambda: bool(self._inbox) or any(each.has_news for each in lanes) or (timer is not None and timer.done())
        )

    async def _archived(self) -> bool:
        """Keep the closed case; False when something came up meanwhile or the store does not answer yet."""
        case = self._known_case()
        if case.queue or case.webhooks.waiting or self._mails.sending:
            return False
        return await self._handlers_finished() and await archived(case, lambda: bool(self._inbox))

    async def _handlers_finished(self) -> bool:
        """Return once no update is under way; False when a message came, which may be what a handler waits for."""
        await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
        return not self._inbox

    def _closed(self) -> dict[str, Any]:
        self._is_closed = True
        case, now = self._known_case(), workflow.now()
        publish(search_values(case, now).model_copy(update={"stage": Stage.CLOSED, "needs_attention": False}))
        return {**status(case, now), "stage": Stage.CLOSED.value}

    def _close_on_cancel(self) -> None:
        message = ActivationClosed(by=SYSTEM, reason="cancelled in Temporal")
        self._case = admit(self._known_case(), "activation_closed", message, workflow.now())
