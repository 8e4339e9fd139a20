"""Every history that a release has left behind is still understood."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.temporal import data_converter
from tests.support.workflows.paths import PATHS, PATHS_OF_EVENTS
from tests.support.workflows.record_histories import HISTORIES
from workflows.activation import CertificateActivation
from workflows.runner.sandbox import workflow_runner

KEPT = sorted(HISTORIES.glob("*/*.json"))


def test_every_path_has_a_history() -> None:
    assert {path.name.rpartition("-")[0] for path in KEPT} == {*PATHS, *PATHS_OF_EVENTS}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_kept_history_replays(path: Path) -> None:
    replayer = Replayer(
        workflows=[CertificateActivation], workflow_runner=workflow_runner(), data_converter=data_converter()
    )
    text = await asyncio.to_thread(path.read_text)
    history = WorkflowHistory.from_json("", text)
    workflow_id = history.events[0].workflow_execution_started_event_attributes.workflow_id

    await replayer.replay_workflow(WorkflowHistory(workflow_id=workflow_id, events=history.events))
