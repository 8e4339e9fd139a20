"""Each drill: something is broken, the right alert fires in time, the runbook's advice mends it, the alert clears."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.support.drills.ground import Ground, ground
from tests.support.drills.prometheus import FIRING, Watching, hastened, waits, watching
from tests.support.figures import ALERTS

NOTICED_WITHIN = timedelta(seconds=90)
"""What the product may take to fail for good in a round of tries, or twice, and Prometheus to look."""
CLEARS_WITHIN = timedelta(hours=1, minutes=10)
"""At the longest, the window that an alert looks back by."""


@dataclass(frozen=True)
class Drill:
    """What is broken and how it is mended; `mends` returns once what was owed is done."""

    alert: str
    what: str
    breaks: Callable[[Ground], Awaitable[None]]
    mends: Callable[[Ground], Awaitable[None]]


DRILLS = (
    Drill("ActivaWorkerDown", "the only worker is stopped", Ground.stop_worker, Ground.start_worker),
    Drill("ActivaStepsFailing", "the store is full: writes are answered 507", Ground.fill_store, Ground.empty_store),
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
)


@dataclass(frozen=True)
class Drilled:
    """What came of one drill."""

    drill: Drill
    holds: timedelta
    """For how long the condition had to hold."""
    fired_after: float
    owed_done_after: float
    """From mending on, when nothing was owed any more."""
    cleared_after: float
    """From mending on."""
    others: frozenset[str]
    """What else fired when the alert did."""


async def run(folder: Path, factor: float, wanted: frozenset[str], tell: Callable[[str], None]) -> list[Drilled]:
    """Drill; raises TimeoutError where an alert does not fire or clear in time."""
    rules = hastened(ALERTS.read_text(), factor)
    holds = waits(rules)
    async with ground(folder) as made, watching(folder / "prometheus", rules, made.target) as prometheus:
        found = []
        for each in DRILLS:
            if not wanted or each.alert in wanted:
                tell(f"{each.alert}: {each.what}")
                found.append(await _drilled(each, holds[each.alert], made, prometheus))
                tell(f"{each.alert}: fired after {found[-1].fired_after:.0f} s, all is well again")
        return found


async def _drilled(drill: Drill, holds: timedelta, made: Ground, prometheus: Watching) -> Drilled:
    await made.companies()
    await prometheus.until(lambda alerts: drill.alert not in alerts, CLEARS_WITHIN)
    broken_at = _now()
    await drill.breaks(made)
    fires = await prometheus.until(lambda alerts: alerts.get(drill.alert) == FIRING, holds + NOTICED_WITHIN)
    fired = _now() - broken_at
    mended_at = _now()
    await drill.mends(made)
    await made.owes_nothing()
    done = _now() - mended_at
    await prometheus.until(lambda alerts: drill.alert not in alerts, CLEARS_WITHIN)
    return Drilled(drill, holds, fired, done, _now() - mended_at, frozenset(fires - {drill.alert}))


def _now() -> float:
    return asyncio.get_running_loop().time()
