"""Counting what happens to a case, for the worker's metrics.

The SDK's meter counts nothing while a history is replayed. Nothing is ordered here and nothing fails here: a case never
depends on a figure. A task that is done again counts again.
"""

from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.common import MetricMeter

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.contract import TASK_QUEUE, WORKFLOW_TYPE
from domain.views.changes import Look, alerted, changes
from domain.views.entitlement import entitlement


def begin_at_nought(meter: MetricMeter, namespace: str) -> None:
    """Tell what alerts look at before it happens the first time, under the labels that cases count with."""
    labels = {"namespace": namespace, "task_queue": TASK_QUEUE, "workflow_type": WORKFLOW_TYPE}
    for each in alerted():
        meter.create_counter(each.name).add(0, {**labels, **each.kind})


class Counting:
    """Counts what happened to one case since the last look at it."""

    def __init__(self) -> None:
        self._last: Look | None = None

    def begin(self, case: Case, now: datetime) -> None:
        """Take a case as it stands when it is opened or carried on: what happened before was counted then."""
        self._last = _look(case, now)

    def look(self, case: Case, now: datetime) -> None:
        """Count what happened since the last look, if there was one."""
        if self._last is None:
            return
        with suppress(Exception):
            last, self._last = self._last, _look(case, now)
            for each in changes(last, self._last):
                workflow.metric_meter().create_counter(each.name).add(1, each.kind)


def _look(case: Case, now: datetime) -> Look:
    return Look(case, entitlement(case.track, case.loan, bogota_date(now)).signing)
