"""A few companies live while everything fails: nothing is lost or doubled, and what stands still is told of."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.faults.running import Plan, StandsStillError, run

SEED = 5
LONGEST = pytest.mark.timeout(1500)  # a mail whose worker was killed is tried again after four minutes


@LONGEST
@pytest.mark.machine_clock
async def test_nothing_is_lost_or_doubled_where_everything_fails(tmp_path: Path) -> None:
    plan = Plan(SEED, companies=6, letters=0.2, kills=4, faults=4, slow_seconds=1)

    ran = await run(plan, tmp_path)

    assert ran.wrong == []
    assert ran.verdicts.companies == plan.companies
    assert ran.injected.kills.total() >= plan.kills
    assert ran.injected.faults.total() >= plan.faults


@LONGEST
@pytest.mark.machine_clock
async def test_a_run_whose_time_is_over_tells_how_each_case_stands(tmp_path: Path) -> None:
    plan = Plan(SEED, companies=2, letters=0, kills=0, workers=0, within=timedelta(seconds=30))

    with pytest.raises(StandsStillError) as told:
        await run(plan, tmp_path)

    for company_id in (f"F{SEED}-0", f"F{SEED}-1"):
        assert re.search(rf"^{company_id} is at: start", str(told.value), re.MULTILINE)
    assert "pending task" in str(told.value)
    assert "status: no answer" in str(told.value)
    assert "WORKFLOW_TASK_SCHEDULED" in str(told.value)
