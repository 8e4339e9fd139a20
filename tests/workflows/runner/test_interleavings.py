"""In whatever order a case is asked and told, and whether or not a worker keeps it, everything has its own task's date.

`ACTIVA_INTERLEAVINGS=2000` runs as many in all, instead of a minute's worth.
"""

import os
from pathlib import Path

import pytest

from stack.mail_sink import MailSink
from tests.support.workflows.interleavings import Tally, interleave
from tests.support.world import ORDINARY_DAY, world_of_its_own

SIZES = (0, 3, 1000)
"""None is kept, fewer than are open, or all."""
ALL = int(os.environ.get("ACTIVA_INTERLEAVINGS", "24"))
AT_ONCE = 8 if ALL < 1000 else 34
ROUNDS = -(-ALL // (AT_ONCE * len(SIZES)))
MOST_REFUSED = 0.25
"""Of the questions, where messages and questions come all the time and workers come and go every few seconds; a tenth
was the most of any large run."""
CUT_EARLY = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=15")
"""Arguments for the server: a case continues as new every few tasks."""


@pytest.mark.timeout(600 * ROUNDS)
@pytest.mark.parametrize("cached", SIZES)
async def test_nothing_is_dated_early_or_late_and_few_are_told_to_ask_again(
    tmp_path: Path, moto_url: str, mail_sink: MailSink, cached: int
) -> None:
    tally = Tally()
    async with world_of_its_own(tmp_path, moto_url, mail_sink, *CUT_EARLY, begins=ORDINARY_DAY) as world:
        for seed in range(ROUNDS):
            await interleave(world, cached, AT_ONCE, seed, tally)
            print(f"{cached} kept: {tally}", flush=True)  # noqa: T201

    assert (tally.early, tally.late, tally.failed_updates, tally.failed_tasks) == ([], [], [], [])
    assert tally.refused <= MOST_REFUSED * tally.questions
