"""Each drill: something is broken, the right alert fires in time, the runbook's advice mends it, the alert clears.

Or no alert fires, where nothing is held up or nobody can tell.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.support.drills import disks
from tests.support.drills.ground import Ground, ground
from tests.support.drills.prometheus import FIRING, Watching, hastened, waits, watching
from tests.support.figures import ALERTS

NOTICED_WITHIN = timedelta(minutes=2)
"""What the product may take to fail for good in a round of tries, or twice, or to count; and Prometheus to look."""
CLEARS_WITHIN = timedelta(hours=1, minutes=10)
"""At the longest, the window that an alert looks back by."""
OF_STEPS = "ActivaStepsFailing"
"""What would fire where steps failed for want of a disk: for as long as it waits, a silent drill looks."""


@dataclass(frozen=True)
class Drill:
    """What is broken and how it is mended; `mends` returns once what was owed is done."""

    name: str
    """The alert's, where one fires."""
    what: str
    breaks: Callable[[Ground], Awaitable[None]]
    mends: Callable[[Ground], Awaitable[None]]
    fires: bool = True
    """Whether an alert is to fire, or none."""

    @property
    def waits_as(self) -> str:
        """The alert that says how long to look."""
        return self.name if self.fires else OF_STEPS

    def is_quiet(self, alerts: Mapping[str, str]) -> bool:
        """Return whether nothing tells of it; where none is to fire, whether none fires."""
        return self.name not in alerts if self.fires else FIRING not in alerts.values()


DRILLS = (
    Drill("ActivaWorkerDown", "the only worker is stopped", Ground.stop_worker, Ground.start_worker),
    Drill("ActivaCountsStale", "Temporal is stopped", Ground.stop_temporal, Ground.start_temporal),
    Drill("ActivaWorkOwed", "the mail server refuses one company's mail", Ground.stop_mail_of_one, Ground.start_mail),
    Drill(OF_STEPS, "the store is full: writes are answered 507", Ground.fill_store, Ground.empty_store),
    Drill("ActivaMailsFailing", "the mail server refuses connections", Ground.stop_mail, Ground.start_mail),
    Drill(
        "ActivaWebhooksFailing",
        "the receiver answers 401, as after its secret expired",
        partial(Ground.refuse_events, status=401),
        Ground.take_events,
    ),
    Drill(
        "ActivaWebhooksLost",
        "the receiver answers 410",
        partial(Ground.refuse_events, status=410),
        Ground.take_events_again,
    ),
    Drill(
        "WorkersDiskFull",
        "the only worker can write no byte to a disk, while letters are made and judged",
        disks.fill_workers,
        disks.empty_workers,
        fires=False,
    ),
    Drill(
        "PortalsDiskFull",
        "the portal can't write a letter of more than 1 MB to its disk, and refuses it",
        disks.fill_portals,
        disks.empty_portals,
        fires=False,
    ),
)


@dataclass(frozen=True)
class Drilled:
    """What came of one drill."""

    drill: Drill
    lasts: timedelta
    """What it must last for the alert to fire; where none is to, for how long that was looked at."""
    fired_after: float
    owed_done_after: float
    """From mending on, when nothing was owed any more."""
    cleared_after: float
    """From mending on."""
    others: frozenset[str]
    """What else fired when the alert did."""


async def run(folder: Path, factor: float, wanted: frozenset[str], tell: Callable[[str], None]) -> list[Drilled]:
    """Drill; raises TimeoutError or AssertionError where something is not as promised."""
    rules = hastened(ALERTS.read_text(), factor)
    wait = waits(rules)
    async with ground(folder) as made, watching(folder / "prometheus", rules, made.target) as prometheus:
        found = []
        for each in DRILLS:
            if not wanted or each.name in wanted:
                tell(f"{each.name}: {each.what}")
                found.append(await _drilled(each, wait[each.waits_as], made, prometheus))
                how = f"fired after {found[-1].fired_after:.0f} s" if each.fires else "nothing fired"
                tell(f"{each.name}: {how}, all is well again")
        return found


async def _drilled(drill: Drill, lasts: timedelta, made: Ground, prometheus: Watching) -> Drilled:
    await made.companies()
    await prometheus.until(drill.is_quiet, CLEARS_WITHIN)
    broken_at = _now()
    await drill.breaks(made)
    fires = await _told(drill, lasts, prometheus)
    fired = _now() - broken_at
    mended_at = _now()
    await drill.mends(made)
    await made.owes_nothing()
    done = _now() - mended_at
    await prometheus.until(drill.is_quiet, CLEARS_WITHIN)
    return Drilled(drill, lasts, fired, done, _now() - mended_at, frozenset(fires - {drill.name}))


async def _told(drill: Drill, lasts: timedelta, prometheus: Watching) -> set[str]:
    """Return what fires once the right alert does, or nothing once none has for long enough."""
    if drill.fires:
        return await prometheus.until(lambda alerts: alerts.get(drill.name) == FIRING, lasts + NOTICED_WITHIN)
    await prometheus.stays_silent(lasts)
    return set()


def _now() -> float:
    return asyncio.get_running_loop().time()
