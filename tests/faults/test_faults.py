"""A few companies live while everything fails: nothing is lost or doubled, and what stands still is told of."""

import random
from pathlib import Path

import pytest

from domain.case.policy import Policy
from tests.support import builders
from tests.support.faults.lives import Life
from tests.support.faults.running import Plan, run, standing_still
from tests.support.faults.stand import stand

pytestmark = pytest.mark.takes_minutes

SEED = 5
LONGEST = pytest.mark.timeout(1500)  # a mail whose worker was killed is tried again after four minutes


@LONGEST
@pytest.mark.machine_clock
async def test_nothing_is_lost_or_doubled_where_everything_fails(tmp_path: Path) -> None:
    plan = Plan(SEED, companies=6, letters=0.2, kills=4, faults=4, slow_seconds=1)

    ran = await run(plan, tmp_path)

    assert ran.wrong == []
    assert ran.verdicts.companies >= plan.companies
    assert ran.injected.kills.total() >= plan.kills
    assert ran.injected.faults.total() >= plan.faults


@pytest.mark.machine_clock
async def test_a_life_that_stands_still_is_told_of_with_how_its_case_stands(tmp_path: Path) -> None:
    async with stand(tmp_path, workers=0, slow_seconds=1, older=None) as made:
        chance = random.Random(SEED)  # noqa: S311
        life = Life(made.world, "F1", chance, letters=False, post=made.post, doing="start")
        await life.case.door.start(builders.company(company_id="F1"), Policy())

        told = await standing_still(made, [life])

    assert "F1 is at: start" in told
    assert "pending task: state: PENDING_WORKFLOW_TASK_STATE_SCHEDULED" in told
    assert "status: no answer: NoWorkerError" in told
    assert told.endswith("WORKFLOW_TASK_SCHEDULED")
