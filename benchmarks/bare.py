"""The peer: a workflow that receives, waits and calls as a case does, and decides nothing.

It runs in the same sandbox, under the same converter, with its models passed through. What it costs is Temporal's
price for a procedure of this shape; what a case costs beyond it is the product's own.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from benchmarks.bare_models import BareMessage, BareStart, Standing, Step, StepDone


@activity.defn
def step(request: Step) -> StepDone:
    """Do nothing."""
    return StepDone(number=request.number)


@workflow.defn(name="Bare")
class Bare:
    """Signals into an inbox, one timer for the next deadline, one call for each step."""

    @workflow.init
    def __init__(self, start: BareStart) -> None:
        self._case_id = start.case_id
        self._due = list(start.due)
        self._steps = 0
        self._inbox: deque[tuple[str, Sequence[RawValue]]] = deque()
        self._timer: asyncio.Task[None] | None = None
        self._timer_at: datetime | None = None

    @workflow.signal(dynamic=True)
    def on_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Take any signal."""
        self._inbox.append((name, args))

    @workflow.query
    def status(self) -> Standing:
        """Return how many steps are done and which deadlines are to come."""
        return Standing(steps=self._steps, due=tuple(self._due))

    @workflow.run
    async def run(self, start: BareStart) -> None:
        """Do what signals and deadlines ask for, until a signal asks for a new run."""
        if not start.opened:
            await self._step()
        while True:
            while self._inbox:
                await self._take(self._inbox.popleft()[1])
            if self._due and self._due[0] <= workflow.now():
                self._due.pop(0)
                await self._step()
                continue
            await self._sleep()

    async def _take(self, args: Sequence[RawValue]) -> None:
        message = BareMessage.model_validate_json(args[0].payload.data)
        for _ in range(message.calls):
            await self._step()
        if message.due is not None:
            self._due = list(message.due)
        if message.cut:
            workflow.continue_as_new(BareStart(case_id=self._case_id, due=tuple(self._due), opened=True))

    async def _step(self) -> None:
        self._steps += 1
        request = Step(case_id=self._case_id, number=self._steps)
        await workflow.execute_activity(step, request, start_to_close_timeout=timedelta(seconds=60))

    async def _sleep(self) -> None:
        at = min(self._due, default=None)
        armed = self._timer is not None and not self._timer.done()
        if at is not None and (not armed or self._timer_at is None or at < self._timer_at):
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = at
            self._timer = asyncio.create_task(workflow.sleep(max((at - workflow.now()).total_seconds(), 0.001)))
        timer = self._timer
        await workflow.wait_condition(lambda: bool(self._inbox) or (timer is not None and timer.done()))
