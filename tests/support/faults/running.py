"""A run: companies live, things happen, the dust settles, and everything is compared.

A run whose lives stop advancing ends, and tells of each life that is left how its case stands.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType, PendingActivityState

from tests.support.faults.injecting import Injected, Injector
from tests.support.faults.judging import Verdicts, judge
from tests.support.faults.lives import Life
from tests.support.faults.parts import left_behind
from tests.support.faults.stand import Stand, stand

STANDS_STILL = timedelta(minutes=12)
"""A mail whose worker was killed is tried again after four minutes, and its marker keeps others out for five."""
SETTLED_SECONDS = 1200
"""By so much the store is older for the last worker, so that a mail whose attempt broke off need not be waited for."""
LAST_EVENTS = 12
LOOKS_FOR = timedelta(seconds=5)
TELL_EVERY_SECONDS = 10


class StandsStillError(AssertionError):
    """Lives that no longer advance; the text tells of each how its case stands."""


@dataclass
class Plan:
    """What a run does."""

    seed: int
    companies: int = 20
    """As many at least: new ones begin for as long as something is left to happen, or nobody would meet it."""
    at_once: int = 12
    letters: float = 0.35
    """Share of companies that sign letters."""
    kills: int = 10
    """So many, then the lives are left in peace."""
    faults: int = 0
    """Others than kills, as many at least."""
    slow_seconds: float = 30
    """What the slowest way to a server takes."""
    workers: int = 2
    older: Path | None = None
    within: timedelta = timedelta(minutes=40)


@dataclass
class Ran:
    """What came of a run."""

    plan: Plan
    injected: Injected
    verdicts: Verdicts
    seconds: float
    retries: int = 0
    left: list[int] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.verdicts.wrong, *(f"process group {each} is left" for each in self.left)]


async def run(plan: Plan, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Ran:
    """Let companies live through faults, and compare; raises StandsStillError."""
    began, chance = time.monotonic(), random.Random(plan.seed)  # noqa: S311
    async with stand(folder, plan.workers, plan.slow_seconds, plan.older) as made:
        lives: list[Life] = []
        injector = Injector(made, lives, random.Random(chance.random()), plan.kills, plan.faults)  # noqa: S311
        watch = Watch(made, lives, injector, began + plan.within.total_seconds(), tell)
        await watch.until_done([injector.run(), _live(watch, plan, chance)])
        tell(f"the lives are over after {time.monotonic() - began:.0f} s")
        await _settle(watch)
        tell(f"all is quiet after {time.monotonic() - began:.0f} s")
        verdicts = await judge(made, lives)
    retries = sum(life.retries for life in lives)
    return Ran(plan, injector.injected, verdicts, time.monotonic() - began, retries, await left_behind(made.parts))


async def _live(watch: "Watch", plan: Plan, chance: random.Random) -> None:
    slots = asyncio.Semaphore(plan.at_once)

    async def one(life: Life) -> None:
        try:
            await life.live()
        finally:
            slots.release()

    async with asyncio.TaskGroup() as living:
        while len(watch.lives) < plan.companies or not watch.injector.is_done:
            await slots.acquire()
            own = random.Random(chance.random())  # noqa: S311
            signs = chance.random() < plan.letters
            name = f"F{plan.seed}-{len(watch.lives)}"
            watch.lives.append(Life(watch.made.world, name, own, signs, watch.made.post, on_step=watch.advanced))
            living.create_task(one(watch.lives[-1]))


async def _settle(watch: "Watch") -> None:
    """Leave everything in peace, with one worker that takes over what others left."""
    made = watch.made
    await asyncio.gather(*(part.end() for part in made.workers))
    for name, part in made.parts.items():
        if not name.startswith("worker"):
            await part.works()
    last = made.workers[0]
    last.program = made.worker(1, passed_seconds=SETTLED_SECONDS)
    await last.begin()
    slots = asyncio.Semaphore(8)

    async def one(life: Life) -> None:
        async with slots:
            life.ended, life.doing = False, "last look"
            await life.settle()
            life.ended, life.doing = True, "ended"
            life.on_step()

    await watch.until_done([one(life) for life in watch.lives])


@dataclass
class Watch:
    """Sees whether lives advance."""

    made: Stand
    lives: list[Life]
    injector: Injector
    deadline: float
    tell: Callable[[str], None]
    _moved: float = 0

    async def until_done(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Return once all is done; raise StandsStillError when no life has advanced for too long, or time is over."""
        self.advanced()
        tasks = [asyncio.create_task(each) for each in work]
        began = told = time.monotonic()
        try:
            while not all(each.done() for each in tasks):
                await asyncio.wait([each for each in tasks if not each.done()], timeout=1)
                for each in tasks:
                    if each.done():
                        each.result()
                if time.monotonic() - told > TELL_EVERY_SECONDS:
                    told = time.monotonic()
                    ended = sum(life.ended for life in self.lives)
                    self.tell(f"{told - began:4.0f} s: {ended}/{len(self.lives)} lives ended; {self.injector.injected}")
                await self._look()
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def advanced(self) -> None:
        """Take note that a life has done something."""
        self._moved = time.monotonic()

    async def _look(self) -> None:
        now = time.monotonic()
        if now > self.deadline:
            raise StandsStillError("the time of this run is over\n" + await standing_still(self.made, self.lives))
        if now - self._moved > STANDS_STILL.total_seconds():
            why = f"nothing has advanced for {STANDS_STILL.total_seconds():g} s\n"
            raise StandsStillError(why + await standing_still(self.made, self.lives))


async def standing_still(made: Stand, lives: list[Life]) -> str:
    """Return how each case stands whose life has not ended."""
    up = ", ".join(f"{name} {'up' if part.pid else 'DOWN'}" for name, part in made.parts.items())
    told = [up]
    for life in lives:
        if not life.ended and life.doing != "not begun":
            try:
                told.append(await _how_it_stands(life))
            except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the others are told of
                told.append(f"{life.company_id}: {life.doing}; can't be described: {error!r}")
    return "\n".join(told)


async def _how_it_stands(life: Life) -> str:
    found = (await life.case.handle.describe()).raw_description
    lines = [f"{life.company_id} is at: {life.doing}"]
    skipped = found.workflow_extended_info.time_skipping_info
    lines.append(f"  time skipping: {str(skipped).replace(chr(10), ' ')}")
    if found.HasField("pending_workflow_task"):
        lines.append(f"  pending task: {str(found.pending_workflow_task).replace(chr(10), ' ')}")
    for each in found.pending_activities:
        state = PendingActivityState.Name(each.state).removeprefix("PENDING_ACTIVITY_STATE_")
        why = each.last_failure.message[:120]
        next_at = each.next_attempt_schedule_time.ToJsonString() if each.HasField("next_attempt_schedule_time") else ""
        lines.append(f"  pending: {each.activity_type.name} {state} attempt {each.attempt} next {next_at} {why}")
    try:
        facts = await life.case.door.status(life.company_id, within=LOOKS_FOR)
        part = {name: facts[name] for name in ("stage", "waiting_to_retry", "attention", "closing")}
        part["webhooks"] = facts["webhooks"]["waiting"]
        lines.append(f"  status: {part}")
    except Exception as error:  # noqa: BLE001  # that it does not answer is what is wanted to know
        lines.append(f"  status: no answer: {error!r}")
    for event in (await life.case.handle.fetch_history()).events[-LAST_EVENTS:]:
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        lines.append(f"  {event.event_id} {event.event_time.ToJsonString()} {name}")
    return "\n".join(lines)
