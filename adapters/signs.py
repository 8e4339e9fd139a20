"""Which workers live: each counts on in one object of the bucket, and strikes itself out once all it knows is written.

A worker whose number stands still was killed, and may have left tasks that nobody has written down. How long it has
stood still is told by the one that looks: no two clocks are compared.
"""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from pydantic import Field, ValidationError

from adapters.s3 import S3Objects
from domain.bucket import WORKERS
from domain.errors import StoreUnavailableError
from domain.model import Model

EVERY: Final = timedelta(seconds=10)
STANDS_STILL: Final = timedelta(seconds=25)
RACES: Final = 10
_JSON: Final = "application/json"


class Roll(Model):
    """The workers that live, or were killed, each with its number."""

    workers: dict[str, int] = Field(default_factory=dict)
    compared: bool = False
    """The snapshots of all cases have been compared once: those of before there were snapshots had none."""


class Signs:
    """The sign of one worker, among the others'. Calls block."""

    def __init__(self, objects: S3Objects, clock: Callable[[], float] = time.monotonic) -> None:
        """Name the worker; nothing is written yet. `clock` counts seconds."""
        self._objects = objects
        self._clock = clock
        self._name = uuid.uuid4().hex[:12]
        self._number = 0
        self._seen: dict[str, tuple[int, float]] = {}

    def live(self) -> Roll:
        """Count on, and return who else does; raises StoreUnavailableError."""
        self._number += 1
        roll = self._change(
            lambda roll: roll.model_copy(update={"workers": {**roll.workers, self._name: self._number}})
        )
        now = self._clock()
        seen = {name: (number, now) for name, number in roll.workers.items() if name != self._name}
        for name, (number, since) in self._seen.items():
            if name in seen and seen[name][0] == number:
                seen[name] = (number, since)
        self._seen = seen
        return roll

    def killed(self) -> frozenset[str]:
        """Return which of the others have stood still for too long."""
        until = self._clock() - STANDS_STILL.total_seconds()
        return frozenset(name for name, (_, since) in self._seen.items() if since <= until)

    def made_good(self, killed: frozenset[str]) -> None:
        """Strike out workers whose tasks have been looked for among all cases."""
        self._change(lambda roll: Roll(workers=_without(roll, killed), compared=True))

    def end(self) -> None:
        """Strike this worker out: it leaves nothing to be looked for."""
        own = frozenset({self._name})
        self._change(lambda roll: Roll(workers=_without(roll, own), compared=roll.compared))

    def _change(self, change: Callable[[Roll], Roll]) -> Roll:
        for _ in range(RACES):
            found = self._objects.get(WORKERS)
            roll = change(Roll() if found is None else _read(found.data))
            data = roll.model_dump_json().encode()
            if found is None:
                won = self._objects.put_new(WORKERS, data, _JSON)
            else:
                won = self._objects.replace(WORKERS, data, _JSON, found.etag)
            if won:
                return roll
        raise StoreUnavailableError("too many workers write at the same moment")


def _without(roll: Roll, names: frozenset[str]) -> dict[str, int]:
    return {name: number for name, number in roll.workers.items() if name not in names}


def _read(data: bytes) -> Roll:
    try:
        return Roll.model_validate_json(data)
    except ValidationError:
        return Roll()
