"""What happens to the parts and to the ways between them while companies go through their lives, at random moments."""

import asyncio
import contextlib
import random
import resource
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.service import RPCError

from stack.process import Program
from tests.support.faults.lives import Life
from tests.support.faults.parts import Part
from tests.support.faults.proxy import Trouble
from tests.support.faults.stand import Stand

KILLED = ("worker", "worker", "worker", "mail", "s3", "temporal", "portal")
BACK_WITHIN_SECONDS = 60
"""How long a part is waited for before something else happens: on a busy machine some begin slowly."""
PAST_TIMEOUTS_SECONDS = 75
"""Longer than any step but a mail may take."""
WRONG_CLOCK_SECONDS = 600
OUTAGE_SECONDS = 10
MOST_IN_AN_OUTAGE = 5
FAULTS_AT_ONCE = 2


@dataclass
class Injected:
    """How often each fault happened."""

    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.kills.total()} kills, {self.faults.total()} other faults"


@dataclass
class Injector:
    """Chooses what happens next, until as much has happened as was wanted: a kill and two other faults at a time."""

    stand: Stand
    lives: Sequence[Life]
    chance: random.Random
    kills: int
    faults: int
    every_seconds: tuple[float, float] = (0.5, 3)
    injected: Injected = field(default_factory=Injected)
    slow_seconds: tuple[float, float] = (2, 12)
    """How long a trouble lasts that is not slow by itself."""

    @property
    def is_done(self) -> bool:
        """Whether all that was wanted has happened."""
        return self.injected.kills.total() >= self.kills and self.injected.faults.total() >= self.faults

    async def run(self) -> None:
        """Let kills follow each other, and beside them the other faults; nothing is left wrong at the end."""
        try:
            async with asyncio.TaskGroup() as all_of:
                all_of.create_task(self._kills())
                for _ in range(FAULTS_AT_ONCE):
                    all_of.create_task(self._faults())
        finally:
            for proxy in self.stand.proxies.values():
                proxy.change(None)
            for part in self.stand.parts.values():
                part.thaw()
                _let_write(part)

    async def _kills(self) -> None:
        while self.injected.kills.total() < self.kills:
            await asyncio.sleep(self.chance.uniform(*self.every_seconds))
            name = self.chance.choice(KILLED)
            part = self.chance.choice([part for each, part in self.stand.parts.items() if each.startswith(name)])
            part.pause_seconds = self.chance.choice([0, 0, 1, 4])
            self.injected.kills[name] += part.kill()
            if self.chance.random() < 0.8:
                await self._all_back()

    async def _all_back(self) -> None:
        """Wait until everything works, and not for ever: what was killed may need something else that is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BACK_WITHIN_SECONDS):
                for part in self.stand.parts.values():
                    await part.works()

    async def _faults(self) -> None:
        kinds: list[Callable[[], Awaitable[str | None]]] = [self._trouble] * 12
        kinds += [self._frozen, self._wrong_clock, self._full_disk, self._days_of_outage]
        while self.injected.faults.total() < self.faults:
            await asyncio.sleep(self.chance.uniform(*self.every_seconds) / 2)
            if name := await self.chance.choice(kinds)():
                self.injected.faults[name] += 1

    async def _trouble(self) -> str | None:
        """Let the way to one server be in trouble for a while; it counts where somebody met it."""
        name = self.chance.choice(["s3", "s3", "smtp", "receiver"])
        troubles = [each for each in Trouble if name == "s3" or each is not Trouble.DISK_FULL]
        proxy, trouble = self.stand.proxies[name], self.chance.choice(troubles)
        before = proxy.hit
        proxy.change(trouble)
        lasts = self.chance.uniform(*self.slow_seconds)
        await asyncio.sleep(lasts + (proxy.slow_seconds if trouble is Trouble.SLOW else 0))
        proxy.change(None)
        return f"{name} {trouble}" if proxy.hit > before else None

    async def _frozen(self) -> str | None:
        """Freeze a worker, some time past its time-outs; another one may work meanwhile."""
        part = self.chance.choice(self.stand.workers)
        if not part.freeze():
            return None
        await asyncio.sleep(self.chance.choice([12, 25, PAST_TIMEOUTS_SECONDS]))
        part.thaw()
        return "worker frozen"

    async def _wrong_clock(self) -> str | None:
        """Let a worker begin again by a clock that is ten minutes fast or slow."""
        part, ahead = self.chance.choice(self.stand.workers), self.chance.choice([-1, 1]) * WRONG_CLOCK_SECONDS
        part.program = _by_clock(part.program, ahead)
        if not part.terminate():
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BACK_WITHIN_SECONDS):
                await part.works()
        return "clock 10 min " + ("fast" if ahead > 0 else "slow")

    async def _full_disk(self) -> str | None:
        """Let the mail server write no byte for a while. (The local S3 server answers 200 then; its door says 507.)"""
        mail = self.stand.parts["mail"]
        if not _let_write(mail, most_bytes=0):
            return None
        await asyncio.sleep(self.chance.uniform(*self.slow_seconds))
        _let_write(mail)
        return "smtp disk full"

    async def _days_of_outage(self) -> str | None:
        """Let days pass for some cases while no worker is there."""
        open_ones = [life for life in self.lives if not life.ended and not life.closed and life.doing != "not begun"]
        chosen = self.chance.sample(open_ones, min(len(open_ones), MOST_IN_AN_OUTAGE))
        for part in self.stand.workers:
            part.pause_seconds = OUTAGE_SECONDS
            self.injected.kills["worker"] += part.kill()
        days = timedelta(days=self.chance.randint(1, 9))
        moved = [asyncio.create_task(self._moved(life, days)) for life in chosen]
        await asyncio.gather(*moved)
        return "days of outage" if chosen else None

    async def _moved(self, life: Life, days: timedelta) -> None:
        with contextlib.suppress(RPCError, RuntimeError, TimeoutError):
            async with asyncio.timeout(OUTAGE_SECONDS):
                await self.stand.world.skipper.fast_forward(life.case.handle, days)


def _by_clock(program: Program, ahead_seconds: int) -> Program:
    """Return a worker's program by another clock; it is the last argument."""
    return Program(
        name=program.name,
        command=(*program.command[:-1], str(ahead_seconds)),
        environment=program.environment,
        ready=program.ready,
    )


def _let_write(part: Part, most_bytes: int | None = None) -> bool:
    """Set how large a file a process may write, None for as large as ever; False where it does not run."""
    if (pid := part.pid) is None:
        return False
    with contextlib.suppress(OSError):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if most_bytes is None else most_bytes, most))
        return True
    return False
