"""The cases that stay in a worker's memory between their tasks, and which of them must leave it.

The SDK's core (1.35) bounds them too, but where its own bound is reached it can lose a task for good: tasks of a case
that waits for a place are set aside together, and when one is free they are given out in the wrong order, and what the
second one makes is thrown away (`process_post_activation` in its `workflow_stream.rs`). So the core's bound is set
where it is never reached, `ROOM` above this one, and the case that was used longest ago is sent away from here.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice, takewhile
from typing import Final

from temporalio.worker import Worker

ROOM: Final = 10_000
"""Between this bound and the core's. A case enters the core's memory with a task, of which a worker has a hundred at
most at once (`max_concurrent_workflow_tasks`), and the one that has to go is told so before that task can end."""
REST: Final = 2.0
"""Seconds that a case stays after its last use even if it is one too many: of what comes for a case while it is sent
away, the core keeps one task and forgets the others, which their senders then wait for in vain."""
STICKY: Final = timedelta(seconds=2)
"""How long a case waits for the worker that keeps it before any worker may take it: less than a question waits."""


class Kept:
    """What a worker keeps: as many cases as it is told, those used last, and those that are in use or just were."""

    def __init__(self, most: int, seconds: Callable[[], float] = time.monotonic) -> None:  # noqa: TID251  # no case sees it
        """Keep so many runs, or none where it is 0: each task then begins from the history."""
        self._most = most
        self._seconds = seconds
        self._send_away: Callable[[str], None] | None = None
        self._lock = threading.Lock()
        self._idle: OrderedDict[str, float] = OrderedDict()
        """Run ids with when they were used last, the one used longest ago first."""
        self._in_use: set[str] = set()

    @property
    def cores_bound(self) -> int:
        """How many cases the core may keep, `max_cached_workflows`; at 0 it sends each away by itself."""
        return self._most + ROOM if self._most else 0

    def of(self, worker: Worker) -> Worker:
        """Keep the cases of this worker, which has our bound for the core's, from now on; returns it."""
        if self._most:  # the library has no public way to it
            self._send_away = worker._workflow_worker._bridge_worker().request_workflow_eviction  # type: ignore[union-attr]  # noqa: SLF001
        return worker

    @contextmanager
    def in_use(self, run_id: str) -> Iterator[None]:
        """Keep a run while it works, and send others away afterwards, as many as are too many."""
        with self._lock:
            self._idle.pop(run_id, None)
            self._in_use.add(run_id)
        try:
            yield
        finally:
            too_many = self._used(run_id)
            if self._send_away is not None:
                for each in too_many:
                    self._send_away(each)

    def gone(self, run_id: str) -> None:
        """Take note that a run has left the memory."""
        with self._lock:
            self._idle.pop(run_id, None)

    def _used(self, run_id: str) -> list[str]:
        with self._lock:
            now = self._seconds()
            self._in_use.discard(run_id)
            self._idle[run_id] = now
            too_many = len(self._idle) + len(self._in_use) - self._most
            rested = takewhile(lambda each: now - self._idle[each] >= REST, self._idle)
            found = list(islice(rested, max(too_many, 0)))
            for each in found:
                del self._idle[each]
            return found
