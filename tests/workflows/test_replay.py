"""Every history that a release has left behind is still understood."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.temporal import data_converter
from domain import holidays
from tests.support.workflows.paths import PATHS, PATHS_OF_EVENTS
from tests.support.workflows.record_histories import HISTORIES
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

FIRST_DAY = date(2026, 1, 1)
KEPT = sorted(HISTORIES.glob("*/*.json"))


def test_every_path_has_a_history() -> None:
    assert {path.name.rpartition("-")[0] for path in KEPT} == {*PATHS, *PATHS_OF_EVENTS}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_kept_history_replays(path: Path) -> None:
    await replay(path)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_kept_history_replays_under_another_table_of_days_off(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekdays = tuple(day for number in range(4000) if (day := FIRST_DAY + timedelta(days=number)).weekday() in {1, 2})
    monkeypatch.setattr(holidays, "CHANGES", ((weekdays, ()),))
    monkeypatch.setattr(holidays, "NEWEST", 1)
    holidays.days_off.cache_clear()

    await replay(path)

    holidays.days_off.cache_clear()


async def replay(path: Path) -> None:
    replayer = Replayer(
        workflows=[CertificateActivation], workflow_runner=workflow_runner(), data_converter=data_converter()
    )
    text = await asyncio.to_thread(path.read_text)
    history = WorkflowHistory.from_json("", text)
    workflow_id = history.events[0].workflow_execution_started_event_attributes.workflow_id

    await replayer.replay_workflow(WorkflowHistory(workflow_id=workflow_id, events=history.events))
