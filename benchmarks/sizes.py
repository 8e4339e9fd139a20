"""How much work the benchmarks do: enough for figures that mean something, or just enough to see that they run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Size:
    """The whole size, unless told otherwise."""

    rounds: int = 3
    """Of `cases`: fresh worker processes for each of the two."""
    warm: int = 20
    open_cases: int = 400
    """Of `cases`: how many warm a worker up, and how many are measured, started so many at once:"""
    at_once: int = 20
    lives: int = 8
    """Of `lives`: whose worker's CPU is measured in each round."""
    reminders: tuple[int, int] = (2, 4)
    """Of the two lives whose difference is the price of a reminder."""
    counted: tuple[int, int] = (1, 4)
    """Of `replay`: rounds under callgrind, and how many more replays than one."""
    timed: tuple[int, int] = (7, 24)
    """The same by the CPU clock, where there is no callgrind."""
    every_way: bool = False
    """Replay by the CPU clock also where there is callgrind."""
    years: int = 10
    taken_a_month: int = 21
    uploads_a_month: int = 9
    rejected_a_month: int = 84
    """Of `longlife`: some 5,000 messages, 1,000 uploads and 10,000 refused signals in ten years."""
    lost_cases: int = 200
    """Of `rebuild`."""
    starts: int = 7
    """Of `startup`: how often each program is started."""
    pages: int = 200
    representatives: int = 50
    """Of `portal`: how often a page is asked for, and how many upload at once."""
    slow: int = 500
    held_seconds: float = 60.0
    """Of `strangers`: how many send heads slowly, and as many uploads, and for how long others are served meanwhile."""
    payments: int = 100
    pause_seconds: float = 0.5
    """Of `imports`: payments on the quiet system, and again during the import, so far apart:"""
    spread_seconds: float = 1.9
    """So that they come from the import's first second to its last."""
    companies: int = 2_000
    per_second: float = 10.0
    """Of `imports`: what `starter.py start --batch` does unless it is told otherwise."""
    listed: int = 300_000
    searches: int = 300
    rebuilt: int = 20_000
    """Of `directory`: companies, searches among them, and companies in a bucket of which a table is built."""
    seeds: int = 5
    """Of `letters`: so many take every row through every grey condition once."""
    rows: tuple[str, ...] = ()
    """Of its tables; all where none is named."""
    photos: int = 500
    """Over so many the memory is watched."""
    photo_scale: float = 1.0
    """How long the sides of a photo are, where 1 is what comes to twelve megabytes."""
    few: int = 100
    many: int = 10_000
    morning_seconds: float = 1200.0
    """Of `many`: open cases on the one stack and on the other, and the time over which that morning is spread."""
    compared: int = 40
    sleeping: int = 10_000
    """Of `dbos`: lives whose messages are timed, and cases that wait for one."""
    soak_kept: int = 200
    soak_minutes: float = 60.0
    sampled_seconds: float = 10.0
    """Of `soak`: cases kept, for how long the worker works after its warm-up, and how often its memory is read."""
    part_within: timedelta = timedelta(hours=3)
    """A part that takes longer hangs: many times what one takes on two idle cores."""


WHOLE: Final = Size()
SMALLEST: Final = Size(
    rounds=1,
    warm=2,
    open_cases=4,
    at_once=2,
    lives=1,
    reminders=(1, 2),
    counted=(1, 1),
    timed=(1, 1),
    every_way=True,
    years=1,
    taken_a_month=1,
    uploads_a_month=1,
    rejected_a_month=1,
    lost_cases=3,
    starts=1,
    pages=2,
    representatives=2,
    slow=4,
    held_seconds=0.5,
    payments=2,
    pause_seconds=0,
    spread_seconds=0.2,
    companies=4,
    listed=300,
    searches=4,
    rebuilt=40,
    seeds=1,
    rows=("phone", "stamp", "near", "one word of the company", "older version"),
    photos=2,
    photo_scale=0.5,
    few=2,
    many=4,
    morning_seconds=4,
    compared=1,
    sleeping=4,
    soak_kept=2,
    soak_minutes=0.02,
    sampled_seconds=0.5,
    part_within=timedelta(minutes=24),
)
